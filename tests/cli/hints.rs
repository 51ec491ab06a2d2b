//! A refusal says what is the matter, and its hints lead on from there.

use crate::harness::{BELT, ORDER, SHIRT, Shop, order};

/// Runs a command line whose words have no spaces.
fn run(shop: &Shop, line: &str) -> crate::harness::Run {
    line.split(' ').fold(shop.orders([]), |run, word| run.arg(word))
}

/// Holds that each command line fails like this.
#[track_caller]
fn fail(shop: &Shop, cases: &[(&str, i32, &str)]) {
    for (line, code, stderr) in cases {
        let done = run(shop, line).exits(*code);
        pretty_assertions::assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", *stderr), "{line}");
    }
}

/// A shop with the orders A1, which is confirmed, and B1, which is pending.
fn shop() -> Shop {
    let shop = Shop::stocked();
    shop.take("A1", SHIRT, 1, Some("L"));
    shop.take("B1", BELT, 1, None);
    run(&shop, "confirm A1").succeeds();
    shop
}

#[test]
fn a_repeated_command_says_how_to_do_its_other_parts() {
    let shop = shop();
    fail(
        &shop,
        &[
            (
                "set-status A1 confirmed",
                5,
                "error: order A1 is already confirmed; nothing changed\nhint: to see it:  orders show A1\n",
            ),
            (
                "confirm A1 --paid cash",
                5,
                "error: order A1 is already confirmed; nothing changed\n\
                 hint: to record the payment:  orders pay A1 AMOUNT cash\nhint: to see it:  orders show A1\n",
            ),
            (
                "confirm A1 --cod",
                5,
                "error: order A1 is already confirmed; nothing changed\n\
                 hint: to mark it as cash on delivery:  orders edit A1 --cod\nhint: to see it:  orders show A1\n",
            ),
        ],
    );
    run(&shop, "set-status A1 shipped").succeeds();
    fail(
        &shop,
        &[
            (
                "set-status A1 confirmed",
                5,
                "error: only confirm takes A1 to confirmed; it is shipped; nothing changed\n\
                 hint: to move it back to processing:  orders set-status A1 processing --force --note WHY\n\
                 hint: first, to move it back to pending:  orders set-status A1 pending --force --note WHY\n\
                 hint: then, to confirm it:  orders confirm A1\n",
            ),
            (
                "set-status A1 shipped --tracking 99",
                5,
                "error: order A1 is already shipped; nothing changed\n\
                 hint: to say who carries it:  orders edit A1 --tracking 99\n",
            ),
        ],
    );
    run(&shop, "cancel B1 --keep 3").succeeds();
    fail(
        &shop,
        &[(
            "cancel B1 --keep 5",
            5,
            "error: order B1 is already cancelled; nothing changed\n\
             hint: first, to reopen it:  orders set-status B1 pending --force --note WHY\n\
             hint: then, to cancel the whole order:  orders cancel B1 --keep 5.00\n",
        )],
    );
}

#[test]
fn a_word_in_capitals_that_was_copied_from_a_hint_is_refused() {
    let shop = shop();
    let before = shop.dump();
    for (line, problem) in [
        ("pay A1 5 METHOD", "METHOD stands for how the money moves, such as cash: type that"),
        ("refund A1 5 METHOD", "METHOD stands for"),
        ("confirm A1 --paid METHOD", "METHOD stands for"),
        ("pay A1 5 cash --receipt RECEIPT", "RECEIPT stands for"),
        ("edit A1 --tracking NUMBER", "NUMBER stands for the courier's number: type that"),
        ("edit A1 --courier COURIER", "COURIER stands for"),
        ("product receive BLT-01 1 --ref REF", "REF stands for a reference: type that"),
    ] {
        let done = line.split(' ').fold(shop.orders([]), |run, word| run.arg(word)).exits(2);
        assert!(done.stderr.contains(problem), "{line}: {}", done.stderr);
    }
    let done = shop.orders(["show", "REF"]).exits(3);
    assert_eq!(done.stderr, "error: order REF not found\nhint: REF stands for a reference: type that\n");
    assert_eq!(shop.dump(), before);
}

#[test]
fn a_missing_word_is_asked_for() {
    let all = "pending, confirmed, processing, shipped, delivered, cancelled";
    let shop = shop();
    fail(
        &shop,
        &[
            (
                "refund A1",
                2,
                "error: say how the money goes back to the customer of A1, such as cash\n\
                 hint: to record it:  orders refund A1 METHOD\n",
            ),
            (
                "refund 5 A1",
                2,
                "error: say how the money goes back to the customer of A1, such as cash\n\
                 hint: to record it:  orders refund A1 METHOD\n",
            ),
            ("refund cash", 2, "error: name an order\nhint: to see which there are:  orders list\n"),
            (
                "refund A1 5",
                2,
                "error: say how 5 goes back, such as cash\nhint: to record it:  orders refund A1 5 METHOD\n",
            ),
            (
                "pay A1 20",
                2,
                "error: say how 20 was paid, such as cash\nhint: to record it:  orders pay A1 20 METHOD\n",
            ),
            ("set-status A1", 2, &format!("error: name a status after A1: {all}\n")),
            ("set-status shipped A1", 2, "error: the status comes last\nhint: put shipped after A1\n"),
            (
                "set-status A1 shiped",
                2,
                &format!(
                    "error: invalid value 'shiped' for '<STATUS>' [possible values: {all}]\nhint: did you mean shipped?\n"
                ),
            ),
            (
                "set-status A1 processing --courier Bosta",
                2,
                "error: --courier and --tracking go with shipped or delivered\n\
                 hint: to set them at any time:  orders edit REF --courier COURIER\n",
            ),
            ("edit A1 --size M", 2, "error: name the item: --item N changes one, --add P adds one\n"),
            (
                "create order.json --phone 1 --item x",
                2,
                "error: an order is read from a file, or typed with --phone and --item\n\
                 hint: leave out the file, or the options that type an order\n",
            ),
            (
                "pay A1 5 cash --cod",
                2,
                "error: unexpected argument '--cod' found\nhint: to mark cash on delivery:  orders edit A1 --cod\n",
            ),
            ("help json x", 2, "error: json is a page of its own\nhint: to read it:  orders help json\n"),
        ],
    );
}

#[test]
fn missing_stock_is_named_before_what_needs_consent() {
    let shop = shop();
    let cheap = order("C1", BELT, 13, None).replace("29.99", "1");
    shop.orders(["create", "-"]).stdin(cheap).succeeds();
    let done = run(&shop, "confirm C1").exits(5);
    let hints: Vec<&str> = done.stderr.lines().filter(|line| line.starts_with("hint: ")).collect();
    assert_eq!(
        hints,
        [
            "hint: to tell the customer of C1:  orders message C1 --template shortage",
            "hint: if there are more in the shop:  orders product adjust BLT-01 +1 --note WHY",
            "hint: if this was agreed:  orders confirm C1 --accept-prices",
        ],
        "{done:?}"
    );
    // Where no order can be confirmed, nothing offers to confirm the others.
    let done = run(&shop, "confirm A1 C1").exits(5);
    assert!(
        done.stderr.starts_with("error: prices of 1 of 2 orders are below the list price: C1; nothing changed\n"),
        "{done:?}"
    );
    assert!(!done.stderr.contains("--keep-going"), "{done:?}");
    let done = run(&shop, "confirm A1 B1").exits(5);
    assert!(done.stderr.ends_with("to confirm the others:  orders confirm A1 B1 --keep-going\n"), "{done:?}");
}

#[test]
fn a_return_that_is_refused_says_what_to_leave_out() {
    let shop = shop();
    shop.take("D1", BELT, 2, None);
    for line in ["confirm D1", "set-status D1 shipped"] {
        run(&shop, line).succeeds();
    }
    fail(
        &shop,
        &[
            (
                "return D1 1 --keep 5",
                5,
                "error: a part of the price of D1 can be kept only once all its pieces are back; nothing changed\n\
                 hint: leave out --keep, or name everything that comes back\n\
                 hint: to cancel the whole order:  orders cancel D1 --keep 5.00\n",
            ),
            (
                "return D1 1 --refund cash",
                5,
                "error: nothing is owed to the customer of D1; nothing changed\nhint: to see it:  orders show D1\n\
                 hint: leave out --refund to take the pieces back\n",
            ),
            (
                "return D1 1 --exchange M",
                4,
                "error: Leather Belt has no sizes: name the product that replaces it; nothing changed\n\
                 hint: --for PRODUCT names it\n",
            ),
        ],
    );
}

#[test]
fn a_hint_is_for_the_account_that_acts() {
    let shop = Shop::with_order();
    run(&shop, "user add sara --role seller").succeeds();
    let hint = |line: &str| {
        let done = run(&shop, line).exits(5);
        done.stderr.lines().last().unwrap_or_default().to_owned()
    };
    let confirm = format!("hint: to confirm it:  orders confirm {ORDER}");
    assert_eq!(hint(&format!("set-status {ORDER} shipped")), confirm);
    assert_eq!(hint(&format!("--as sara set-status {ORDER} shipped")), format!("{confirm} --as sara"));
    // An account that is not there is in no hint, and one that the environment names is not the user's typing.
    fail(
        &shop,
        &[(
            "--as nobody list",
            3,
            "error: account nobody not found\nhint: to see which there are:  orders user list\n",
        )],
    );
    shop.orders(["list"]).env("ORDERS_AS", "nobody").fails(
        3,
        "error: ORDERS_AS names the account nobody, which does not exist\n\
         hint: unset ORDERS_AS, or name an account with --as\n",
    );
    shop.orders(["list", "--as", "guest"])
        .fails(11, "error: guest may only create orders\nhint: --as USERNAME names an account\n");
    fail(
        &shop,
        &[(
            "customer show x",
            3,
            "error: customer x not found\nhint: to see which there are:  orders customer list\n\
         hint: a customer is named by a phone, or by an order of theirs\n",
        )],
    );
}

/// A hint's command is copied from the screen: nothing may stand in it that was not typed.
#[test]
fn a_command_with_right_to_left_words_runs_as_it_is_printed() {
    let shop = Shop::new();
    shop.orders(["product", "import", "-", "-q"]).stdin("name,sku,price,size,stock\nقميص,قم-1,30,كبير,0\n").succeeds();
    let create = ["create", "--phone", "0101", "--name", "z", "--item", "قم-1/كبير", "--reference", "LEG-1", "-q"];
    shop.orders(create).succeeds();
    let refused = shop.orders(["confirm", "LEG-1"]).exits(6).stderr;
    assert!(refused.contains("\u{2068}قميص\u{2069}"), "{refused}");
    assert!(refused.contains(":  orders product adjust قم-1 +1 --size كبير --note WHY"), "{refused}");
}

/// Whoever mistypes the address of a shop shows the message to somebody, or keeps it in a log.
#[test]
fn a_mistyped_address_shows_no_password() {
    let shop = Shop::on_file();
    for line in [
        "list --db http://mona:SEC,RET@h:4601/LEG",
        "list --db http://mona:SEC/RET@h:4601/LEG",
        "confirm --db http://mona:SECRET@h:4601 R1",
        "confirm R1 --db htp://mona:SECRET@h:4601/LEG",
        "list --db http:/mona:SECRET@h:4601/LEG",
        "list --db http:mona:SECRET@h:4601/LEG",
        "list --db mona:SECRET@h:4601/LEG",
        "list --db \u{a0}http://mona:SECRET@h:4601/LEG",
        "import http://mona:SECRET@h:4601/LEG",
        "product import http:mona:SECRET@h:4601/LEG",
        "list http://mona:SECRET@h:4601/LEG",
        "http://mona:SECRET@h:4601/LEG",
        "show http://mona:SECRET@h:4601/LEG",
        "backup http://mona:SECRET@h:4601",
        "backup nowhere/http:mona:SECRET@h:4601",
    ] {
        for end in ["", " --json"] {
            let done = run(&shop, &format!("{line}{end}")).ends();
            assert!(
                done.code != 0 && !done.stderr.contains("SEC") && !done.stderr.contains("RET"),
                "{line}: {done:#?}"
            );
        }
    }
}
