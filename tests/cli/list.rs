use serde_json::json;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

/// Four orders, the first of them confirmed.
fn shop() -> Shop {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).env("ORDERS_NOW", "2026-02-07T09:00:00Z").succeeds();
    shop.orders(["confirm", ORDER]).succeeds();
    shop
}

/// People read the shop's time in every table; programs get the data as it is.
#[test]
fn chosen_columns_have_whole_references_and_the_shops_time() {
    let shop = Shop::with_order();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    let long = "LEG-MLB2TG0R-7HTX-0001";
    let order = crate::harness::order(long, crate::harness::BELT, 1, None);
    let order = order.replace("John Doe", "Abdel Rahman Mostafa El Sayed El Iskandarani");
    shop.orders(["create", "-q"]).stdin(order).succeeds();
    let fields = ["list", "--fields", "orderReference,customerName,customerAddress,orderDate"];
    let table = shop.orders(fields).succeeds();
    assert!(table.contains(long) && table.contains("2026-02-04 12:30"), "{table}");
    assert!(shop.orders(fields).arg("--format").arg("csv").succeeds().contains("2026-02-04T10:30:00Z"));
    let history = shop.orders(["history", ORDER, "--fields", "at,kind"]).succeeds();
    assert!(history.contains("2026-02-07 10:00  created"), "{history}");
}

#[test]
fn the_newest_orders_come_first() {
    shop().orders(["list"]).prints(
        "\
REFERENCE          ORDERED           CUSTOMER      STATUS     ITEMS   TOTAL
LEG-MLB63A8W-0QTZ  2026-02-06 17:36  Omar Fathy    pending        2   43.25
LEG-MLB4Q1XC-K2P9  2026-02-06 16:58  \u{2068}ليلى حسن\u{2069}      pending        2   59.98
LEG-MLB2TG0R-7HTX  2026-02-06 16:05  Karim Nasser  pending        3  113.00
LEG-LXYZ1234-AB5C  2026-02-04 10:30  John Doe      confirmed      2   59.98
",
    );
}

#[test]
fn times_are_shown_in_the_shops_zone() {
    let shop = shop();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    assert!(shop.orders(["list"]).succeeds().contains("LEG-MLB63A8W-0QTZ  2026-02-06 19:36"));
    assert_eq!(shop.orders(["list", "--json"]).json()[0]["orderDate"], "2026-02-06T17:36:40.928Z");
}

#[test]
fn programs_get_an_array_with_the_guides_keys() {
    let shop = shop();
    let mut bodies = shop.orders(["list", "--json", "--status", "confirmed"]).json();
    assert_eq!(bodies[0]["id"].take().as_str().unwrap().len(), 36);
    assert_eq!(
        bodies.to_string(),
        json!([{
            "id": null, "orderReference": ORDER, "orderDate": "2026-02-04T10:30:00Z", "customerName": "John Doe",
            "customerPhone": "+1234567890", "status": "confirmed", "total": "59.98", "itemCount": 2,
            "createdAt": "2026-02-07T08:00:00.000Z", "customerAddress": "123 Main St, City, Country", "user": null,
            "updatedAt": "2026-02-07T08:00:00.000Z", "currency": null, "deliveryFee": null, "discount": "0.00",
            "returned": "0.00", "grandTotal": "59.98", "paid": null, "due": null, "cod": false, "courier": null,
            "tracking": null, "kept": "0.00"
        }])
        .to_string()
    );
    assert_eq!(shop.orders(["list", "--json", "--status", "shipped"]).succeeds(), "[]\n");
    assert_eq!(shop.orders(["list", "--format", "ndjson", "--status", "shipped"]).succeeds(), "");
    assert_eq!(shop.orders(["list", "--format", "ndjson"]).succeeds().lines().count(), 4);
}

#[test]
fn statuses_sorting_and_limit_choose_what_is_listed() {
    let shop = shop();
    for (args, expected) in [
        (&["--status", "pending,confirmed", "--limit", "1"][..], "LEG-MLB63A8W-0QTZ\n"),
        (&["--status", "pending", "--status", "confirmed", "--limit", "1"], "LEG-MLB63A8W-0QTZ\n"),
        (&["--sort", "orderDate", "--limit", "2"], "LEG-LXYZ1234-AB5C\nLEG-MLB2TG0R-7HTX\n"),
        (&["--sort", "-total", "--limit", "1"], "LEG-MLB2TG0R-7HTX\n"),
        (&["--sort=total", "--limit=1"], "LEG-MLB63A8W-0QTZ\n"),
        (&["--sort", "customerName", "--limit", "1"], "LEG-LXYZ1234-AB5C\n"),
        (&["--status", "cancelled"], ""),
    ] {
        let mut run = shop.orders(["list", "-q"]);
        for arg in args {
            run = run.arg(arg);
        }
        run.prints(expected);
    }
    shop.orders(["list", "--status", "new"]).exits(2);
    let done = shop.orders(["list", "--sort", "price"]).exits(2);
    assert!(done.stderr.contains("the fields are createdAt, updatedAt"), "{}", done.stderr);
}

#[test]
fn a_script_can_list_what_changed_or_came_since_its_last_run() {
    let shop = shop();
    let came = "2026-02-07T09:00:00Z";
    shop.orders(["cancel", "LEG-MLB4Q1XC-K2P9"]).env("ORDERS_NOW", "2026-02-07T10:00:00Z").succeeds();
    for (args, expected) in [
        (["--updated-since", "2026-02-07T09:59:59Z"], "LEG-MLB4Q1XC-K2P9\n"),
        (["--updated-since", "2026-02-07T10:00:00.001Z"], ""),
        (["--received-since", came], "LEG-MLB63A8W-0QTZ\nLEG-MLB4Q1XC-K2P9\nLEG-MLB2TG0R-7HTX\n"),
        (["--received-since", "2026-02-07T09:00:00.001Z"], ""),
        (["--phone", "123 456-7890"], "LEG-LXYZ1234-AB5C\n"),
        (["--phone", "123456789"], ""),
    ] {
        shop.orders(["list", "-q"]).arg(args[0]).arg(args[1]).prints(expected);
    }
    shop.orders(["config", "countryCode", "1"]).succeeds();
    shop.orders(["list", "-q", "--phone", "0 0 1 (234) 567-890"]).prints("LEG-LXYZ1234-AB5C\n");
    let done = shop.orders(["list", "--phone", "none"]).exits(2);
    assert_eq!(done.stderr.lines().next().unwrap(), "error: invalid value 'none' for '--phone <N>': must have a digit");
}

#[test]
fn counting_says_only_how_many() {
    let shop = shop();
    shop.orders(["list", "--count"]).prints("4\n");
    shop.orders(["list", "--count", "-q", "--status", "pending"]).prints("3\n");
    shop.orders(["list", "--count", "--json", "--search", "omar"]).prints("{\"count\":1}\n");
    shop.orders(["list", "--count", "--format", "ndjson", "--status", "shipped"]).prints("{\"count\":0}\n");
    shop.orders(["list", "--count", "--format", "csv"]).prints("count\n4\n");
    for args in [["--limit", "2"], ["--fields", "total"], ["--sort", "total"]] {
        shop.orders(["list", "--count"]).arg(args[0]).arg(args[1]).exits(2);
    }
}

#[test]
fn items_are_inside_the_orders_or_a_row_each() {
    let shop = shop();
    let bodies = shop.orders(["list", "--items", "--json", "--limit", "3"]).json();
    assert_eq!(bodies[2], shop.orders(["show", "LEG-MLB2TG0R-7HTX", "--json"]).json());
    shop.orders(["list", "--items", "--status", "confirmed"]).prints(
        "\
REFERENCE          STATUS     PRODUCT          SIZE  COLOR  QTY  PRICE  SUBTOTAL
LEG-LXYZ1234-AB5C  confirmed  Classic T-Shirt  L     Blue     2  29.99     59.98
",
    );
    shop.orders(["list", "--items", "--format", "csv", "--fields", "orderReference,productName,selectedSize,subtotal"])
        .prints(
            "\
orderReference,productName,selectedSize,subtotal
LEG-MLB63A8W-0QTZ,Leather Belt,,18.75
LEG-MLB63A8W-0QTZ,Polo Shirt,M,24.50
LEG-MLB4Q1XC-K2P9,Classic T-Shirt,L,59.98
LEG-MLB2TG0R-7HTX,Polo Shirt,M,49.00
LEG-MLB2TG0R-7HTX,Canvas Sneakers,44,64.00
LEG-LXYZ1234-AB5C,Classic T-Shirt,L,59.98
",
        );
}

#[test]
fn fields_choose_columns_and_keys_in_their_order() {
    let shop = shop();
    assert_eq!(
        shop.orders(["list", "--json", "--fields", "total,orderReference", "--limit", "1"]).succeeds(),
        "[\n{\"total\":\"43.25\",\"orderReference\":\"LEG-MLB63A8W-0QTZ\"}\n]\n"
    );
    shop.orders(["list", "--fields", "orderReference,total", "--status", "confirmed"])
        .prints("orderReference     total\nLEG-LXYZ1234-AB5C  59.98\n");
    let done = shop.orders(["list", "--fields", "total,price"]).exits(2);
    assert!(done.stderr.starts_with("error: there is no field price\nhint: the fields are id, orderReference"));
}

#[test]
fn the_table_shows_fifty_and_says_that_there_are_more() {
    let shop = Shop::stocked();
    let orders: String = (0..51).map(|n| crate::harness::order(&format!("LEG-{n:03}"), BELT, 1, None)).collect();
    shop.orders(["import"]).stdin(orders).succeeds();
    let done = shop.orders(["list"]).exits(0);
    assert_eq!(done.stdout.lines().count(), 51);
    assert_eq!(done.stderr, "note: there are more: only the newest 50 are shown; --limit 0 shows all\n");
    assert_eq!(shop.orders(["list", "--limit", "0"]).succeeds().lines().count(), 52);
    assert_eq!(shop.orders(["list", "--json"]).json().as_array().unwrap().len(), 51);
    assert_eq!(shop.orders(["list", "-q"]).succeeds().lines().count(), 51);
    assert_eq!(shop.orders(["list", "--limit", "51"]).exits(0).stderr, "");
}

#[test]
fn long_lists_are_whole_and_in_order_in_every_sort() {
    let shop = Shop::stocked();
    let orders: String =
        (0..1203).map(|n| crate::harness::order(&format!("LEG-{n:04}"), SHIRT, 1 + n % 7, Some("S"))).collect();
    shop.orders(["import"]).stdin(orders).succeeds();
    for (sort, key) in [
        ("createdAt", "createdAt"),
        ("-createdAt", "createdAt"),
        ("total", "itemCount"),
        ("-itemCount", "itemCount"),
        ("orderReference", "orderReference"),
        ("-status", "status"),
    ] {
        let listed = shop.orders(["list", "--json", "--sort", sort]).json();
        // Among equals the order of arrival goes the same way: here that is the order of the references.
        let keys: Vec<(String, String)> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|order| (format!("{:>9}", order[key].to_string()), order["orderReference"].to_string()))
            .collect();
        let mut expected = keys.clone();
        expected.sort();
        if sort.starts_with('-') {
            expected.reverse();
        }
        assert_eq!(keys.len(), 1203, "{sort}");
        assert!(keys == expected, "{sort}");
    }
}

/// A long import has the time at which it got the file. Whoever asks meanwhile does not see it yet, and with the time of that
/// question as the next start would never see it: so the next start is earlier, and what was seen is left out.
#[test]
fn asking_from_before_the_last_run_misses_no_change_and_brings_none_twice() {
    let shop = Shop::stocked();
    let create = |reference: &str, at: &str| {
        shop.orders(["create", "-", "-q"]).env("ORDERS_NOW", at).stdin(order(reference, BELT, 1, None)).succeeds();
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut news = |since: &str| -> Vec<String> {
        let changed = shop.orders(["list", "--json", "--updated-since", since]).json();
        let changed = changed.as_array().unwrap().iter();
        let is_new = |order: &&serde_json::Value| seen.insert(format!("{} {}", order["id"], order["updatedAt"]));
        changed.filter(is_new).map(|order| order["orderReference"].as_str().unwrap().to_owned()).collect()
    };
    create("LEG-1", "2026-02-07T08:00:00Z");
    assert_eq!(news("2026-02-07T07:00:00Z"), ["LEG-1"], "the run of 08:05");
    // It got the file at 08:04, and ended at 08:06.
    create("LEG-2", "2026-02-07T08:04:00Z");
    assert_eq!(news("2026-02-07T08:05:00Z"), [""; 0], "the run of 08:10, asking from 08:05");
    assert_eq!(news("2026-02-07T07:55:00Z"), ["LEG-2"], "from ten minutes before that");
    shop.orders(["note", "LEG-1", "hello"]).env("ORDERS_NOW", "2026-02-07T08:11:00Z").succeeds();
    assert_eq!(news("2026-02-07T08:00:00Z"), ["LEG-1"], "what changed again is new again");
}

#[test]
fn orders_that_are_due_or_unpaid_can_be_listed() {
    let shop = Shop::stocked();
    for number in 1..=7 {
        shop.take(&format!("LEG-{number}"), BELT, 1, None);
    }
    for args in [
        &["confirm", "LEG-2", "--paid", "cash"][..],
        &["confirm", "LEG-3", "--cod"],
        &["confirm", "LEG-4", "--paid", "cash", "--amount", "20"],
        &["confirm", "LEG-5", "--paid", "cash", "--amount", "40"],
        &["cancel", "LEG-6"],
        // All of it was refunded: nothing is paid.
        &["pay", "LEG-7", "29.99", "cash"],
        &["refund", "LEG-7", "29.99", "cash"],
    ] {
        args.iter().fold(shop.orders([]), |run, arg| run.arg(arg)).succeeds();
    }
    let listed = |options: &[&str]| {
        let run = options.iter().fold(shop.orders(["list", "-q", "--sort", "orderReference"]), |run, arg| run.arg(arg));
        run.succeeds().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(listed(&["--due"]), "LEG-3 LEG-4 LEG-7");
    assert_eq!(listed(&["--unpaid"]), "LEG-1 LEG-3 LEG-7");
    assert_eq!(listed(&["--due", "--unpaid"]), "LEG-3 LEG-7");
    assert_eq!(listed(&["--due", "--status", "pending"]), "LEG-7");
    assert_eq!(shop.orders(["list", "--due", "--count"]).succeeds(), "3\n");
    shop.orders(["list", "--due", "--sort", "orderReference", "--limit", "2"]).succeeds();
    let table = shop.orders(["list", "--due", "--sort", "orderReference"]).succeeds();
    assert_eq!(
        table,
        "\
REFERENCE  ORDERED           CUSTOMER  STATUS     COD   PAID    DUE
LEG-3      2026-02-04 10:30  John Doe  confirmed  cod   0.00  29.99
LEG-4      2026-02-04 10:30  John Doe  confirmed       20.00   9.99
LEG-7      2026-02-04 10:30  John Doe  pending          0.00  29.99
"
    );
    shop.orders(["list", "--due", "--fields", "orderReference,paid,due", "--format", "csv", "--status", "confirmed"])
        .prints("orderReference,paid,due\nLEG-4,20.00,9.99\nLEG-3,0.00,29.99\n");
}
