//! What names an order on the command line.

use crate::harness::{BELT, ORDER, Shop, order};

/// A shop in Egypt whose orders differ in who ordered.
fn shop() -> Shop {
    let shop = Shop::stocked();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for (reference, name, phone) in [
        ("LEG-MONA-0001", "Mona Adel", "0101 111 2222"),
        ("LEG-OMAR-0002", "عمر فتحي", "+20 102 333 4444"),
        ("LEG-OMAR-0003", "Omar Fathy", "+20 102 333 4444"),
        ("LEG-OLD-0004", "Mona Adel", "+20 101 111 2222"),
        ("01055556666", "Rania", "+20 109 000 0000"),
        ("LEG-RAMI-0005", "Rami", "0105 555 6666"),
    ] {
        let order = order(reference, BELT, 1, None).replace("John Doe", name).replace("+1234567890", phone);
        shop.orders(["create", "-q"]).stdin(order).succeeds();
    }
    shop.orders(["cancel", "LEG-OLD-0004"]).succeeds();
    shop
}

#[test]
fn whole_references_come_first_then_phones_then_parts_and_names() {
    let shop = shop();
    for (typed, reference) in [
        ("leg-mona-0001", "LEG-MONA-0001"),
        ("mona-", "LEG-MONA-0001"),
        // Of open orders only, in any spelling.
        ("+201011112222", "LEG-MONA-0001"),
        ("00201011112222", "LEG-MONA-0001"),
        ("٠١٠١١١١٢٢٢٢", "LEG-MONA-0001"),
        ("Mona Adel", "LEG-MONA-0001"),
        (" fathy", "LEG-OMAR-0003"),
        ("عمر", "LEG-OMAR-0002"),
        ("+20 105 555 6666", "LEG-RAMI-0005"),
    ] {
        let done = shop.orders(["show", typed, "-q"]).exits(0);
        assert_eq!(done.stdout, format!("{reference}\n"), "{typed}");
    }
    let done = shop.orders(["show", "+201023334444"]).exits(5);
    assert!(done.stderr.contains("fits 2 orders") && done.stderr.contains("- LEG-OMAR-0003: Omar Fathy"), "{done:?}");
    shop.orders(["show", "omar"]).exits(5);
    shop.orders(["show", "nobody"]).exits(3);
    assert!(shop.orders(["show", "LEG-MONA-0002"]).exits(3).stderr.contains("did you mean LEG-MONA-0001?"));
    shop.orders(["show", "mo"]).exits(3);
}

#[test]
fn a_phone_or_name_of_closed_orders_only_names_them() {
    let shop = shop();
    shop.orders(["pay", "LEG-RAMI-0005", "40", "cash"]).succeeds();
    shop.orders(["edit", "LEG-RAMI-0005", "--name", "Sherif"]).succeeds();
    shop.orders(["cancel", "LEG-RAMI-0005", "--keep", "10"]).succeeds();
    for typed in ["Sherif", "0105 555 6666 "] {
        shop.orders(["show", typed]).fails(
            3,
            &format!(
                "error: {} has no open order\n  - LEG-RAMI-0005: Sherif, 2026-02-04 10:30, cancelled, 30.00 owed\n\
                 hint: if this one is meant, name it by its reference LEG-RAMI-0005\n",
                typed.trim()
            ),
        );
    }
    let done = shop.orders(["show", "sherif", "--json"]).exits(3);
    assert!(done.stderr.contains(r#""error":"Order sherif not found""#), "{}", done.stderr);
    // The newest three.
    for reference in ["LEG-MONA-0001", "LEG-OMAR-0002", "LEG-OMAR-0003"] {
        shop.orders(["edit", reference, "--name", "Heba Adel"]).succeeds();
        shop.orders(["cancel", reference]).succeeds();
    }
    let done = shop.orders(["show", "heba"]).exits(3);
    let named = |reference: &str| done.stderr.contains(reference);
    assert!(named("OMAR-0003") && named("OMAR-0002") && named("MONA-0001"), "{}", done.stderr);
    assert!(done.stderr.ends_with("hint: name one of these by its reference\n"), "{}", done.stderr);
    let done = shop.orders(["show", "adel"]).exits(3);
    assert!(done.stderr.contains("LEG-OLD-0004") && !done.stderr.contains("MONA-0001"), "{}", done.stderr);
    // A product that they ordered is no name.
    let done = shop.orders(["show", "belt"]).exits(3);
    assert!(done.stderr.starts_with("error: order belt not found\n"), "{}", done.stderr);
}

#[test]
fn the_stars_of_whatsapps_bold_are_left_out() {
    let shop = shop();
    for typed in ["*LEG-MONA-0001*", "*leg-mona-0001", "*mona-*"] {
        shop.orders(["show", "-q", typed]).exits(0);
    }
    shop.orders(["confirm", "-", "-q"]).stdin("*LEG-MONA-0001*\n").prints("LEG-MONA-0001\n");
    // A reference may have stars of its own.
    shop.orders(["create", "-q"]).stdin(order("*LEG-OMAR-0002*", BELT, 1, None)).succeeds();
    shop.orders(["show", "*LEG-OMAR-0002*", "-q"]).prints("*LEG-OMAR-0002*\n");
    shop.orders(["show", "**"]).exits(3);
}

/// A guest who takes somebody's phone or name for a reference gets nothing done to the order under it.
#[test]
fn a_reference_that_is_also_a_phone_or_name_is_ambiguous() {
    let shop = shop();
    shop.orders(["create", "-q"]).stdin(order("rANIA", BELT, 1, None)).succeeds();
    let id = |reference: &str| {
        let sql = format!("SELECT id FROM orders WHERE reference = '{reference}'");
        shop.connection().query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let before = shop.dump();
    for (typed, theirs, others) in
        [("01055556666", "01055556666", "LEG-RAMI-0005: Rami, "), ("Rania", "rANIA", "01055556666: Rania, ")]
    {
        let (theirs_id, detail) = (id(theirs), format!("{theirs} (id {}): ", id(theirs)));
        for args in [
            &["show", typed][..],
            &["history", typed],
            &["message", typed],
            &["confirm", typed],
            &["confirm", typed, "--yes"],
            &["cancel", typed],
            &["set-status", typed, "cancelled", "--yes"],
            &["edit", typed, "--name", "x"],
            &["note", typed, "x"],
        ] {
            let done = args.iter().fold(shop.orders([]), |run, arg| run.arg(arg)).exits(5);
            assert!(done.stderr.starts_with(&format!("error: {typed} fits 2 orders")), "{args:?}: {done:?}");
            assert!(done.stderr.contains(&detail) && done.stderr.contains(others), "{args:?}: {done:?}");
        }
        // In a list of references, as `list -q` prints it, it is the reference.
        shop.orders(["show", "-", "-q"]).stdin(typed).prints(&format!("{theirs}\n"));
        assert_eq!(shop.dump(), before);
        // In a list of references, as `list -q` prints them, it is the reference.
        shop.orders(["show", "-", "-q"]).stdin(typed).prints(&format!("{theirs}\n"));
        shop.orders(["show", &theirs_id, "-q"]).prints(&format!("{theirs}\n"));
    }
    // Nobody gets in the way of a reference with digits by calling himself so.
    let named = order("LEG-X-0009", BELT, 1, None).replace("John Doe", "LEG-MONA-0001").replace("+1234567890", "0001");
    shop.orders(["create", "-q"]).stdin(named).succeeds();
    shop.orders(["show", "LEG-MONA-0001", "-q"]).prints("LEG-MONA-0001\n");
    // What is settled is named by neither.
    shop.orders(["cancel", "LEG-RAMI-0005", "--yes"]).succeeds();
    shop.orders(["show", "01055556666", "-q"]).prints("01055556666\n");
}

/// A wrong tracking number does not hide the order that has it for a reference; but nothing is done under such a name.
#[test]
fn a_reference_comes_before_a_tracking_number_in_commands_that_read() {
    let shop = Shop::with_order();
    shop.take("LEG-B", BELT, 1, None);
    shop.orders(["confirm", ORDER, "-q"]).succeeds();
    let warning = format!(
        "warning: {ORDER} has the tracking number LEG-B, which is the reference of another order; correct it with edit --tracking\n"
    );
    let done = shop.orders(["set-status", ORDER, "shipped", "--tracking", "LEG-B", "-q"]).exits(0);
    assert_eq!(done.stderr, warning);
    for command in ["show", "history", "message"] {
        let done = shop.orders([command, "leg-b", "--json"]).exits(0);
        assert_eq!(done.stderr, format!("note: leg-b is also the tracking number of {ORDER}\n"), "{command}");
        assert!(!done.stdout.contains("shipped"), "{command}: {}", done.stdout);
    }
    shop.orders(["show", "-", "-q"]).stdin("LEG-B").prints("LEG-B\n");
    let before = shop.dump();
    for args in [&["cancel", "LEG-B", "--yes"][..], &["pay", "LEG-B", "5", "cash"], &["note", "LEG-B", "x"]] {
        let done = args.iter().fold(shop.orders([]), |run, arg| run.arg(arg)).exits(5);
        assert!(done.stderr.starts_with("error: LEG-B fits 2 orders"), "{done:?}");
    }
    assert_eq!(shop.dump(), before);
    shop.orders(["edit", ORDER, "--tracking", "9917", "-q"]).succeeds();
    shop.orders(["cancel", "LEG-B", "--yes", "-q"]).succeeds();
    // Its own reference is no other's.
    assert_eq!(shop.orders(["edit", ORDER, "--tracking", ORDER, "-q"]).exits(0).stderr, "");
    shop.orders(["show", ORDER, "-q"]).prints(&format!("{ORDER}\n"));
}

#[test]
fn commands_that_read_accept_a_part_and_print_the_whole_reference() {
    let shop = Shop::with_order();
    for command in ["show", "history", "message"] {
        for typed in ["ab5c", "+1 234 567 890", "john"] {
            let done = shop.orders([command, typed]).exits(0);
            assert!(done.stderr.ends_with(&format!("{typed} is {ORDER}\n")), "{command} {typed}: {}", done.stderr);
        }
        assert!(!shop.orders([command, ORDER]).exits(0).stderr.contains(ORDER), "{command}");
        assert_eq!(shop.orders([command, "ab5c", "--quiet"]).exits(0).stderr, "", "{command}");
    }
}

#[test]
fn commands_that_write_need_a_whole_reference_or_yes() {
    let shop = Shop::with_order();
    let before = shop.dump();
    for typed in ["ab5c", "+1234567890", "john"] {
        for args in [
            &["confirm", typed][..],
            &["cancel", typed],
            &["set-status", typed, "cancelled"],
            &["edit", typed, "--name", "Jane"],
        ] {
            let run = |more: &[&str]| {
                let run = args.iter().chain(more).fold(shop.orders([]), |run, arg| run.arg(arg));
                run.ends()
            };
            let done = run(&[]);
            let expected = format!(
                "error: {typed} is not a whole reference; it fits {ORDER}; nothing changed\n\
                 hint: in a script, give the whole reference {ORDER}, or --yes\n"
            );
            assert_eq!((done.code, done.stderr.as_str()), (2, expected.as_str()), "{args:?}");
            assert_eq!(run(&["--dry-run"]).code, 0, "{args:?}");
            assert_eq!(shop.dump(), before, "{args:?}");
        }
    }
    shop.orders(["edit", "ab5c", "--name", "Jane", "--yes", "-q"]).prints(&format!("{ORDER}\n"));
    let done = shop.orders(["cancel", "jane", "--yes"]).exits(0);
    assert_eq!(done.stdout, format!("{ORDER}: pending → cancelled\n"));
}

/// Guests choose references: one that is another's phone, name or id names nobody as an argument, but in a list of
/// references it is the reference that it is.
#[test]
fn a_guests_reference_does_not_stop_a_list_of_references() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    for reference in ["+1234567890", "John_Doe", "ID"] {
        let taken = order(reference, BELT, 1, None)
            .replace("John Doe", "Guest")
            .replace("\"customerPhone\":\"+1234567890\"", "\"customerPhone\":\"+20 100 000\"");
        shop.orders(["create", "-"]).stdin(taken).succeeds();
    }
    // An older program took an id for a reference.
    shop.connection()
        .execute_batch("UPDATE orders SET reference = (SELECT id FROM orders WHERE pk = 1) WHERE reference = 'ID'")
        .unwrap();
    let id: String = shop.connection().query_row("SELECT id FROM orders WHERE pk = 1", [], |row| row.get(0)).unwrap();
    for reference in ["+1234567890", &id] {
        let done = shop.orders(["confirm", reference]).exits(5);
        assert!(done.stderr.contains("fits 2 orders"), "{done:?}");
    }
    let listed = shop.orders(["list", "-q", "--status", "pending", "--sort", "createdAt"]).succeeds();
    assert_eq!(listed.lines().count(), 4);
    shop.orders(["confirm", "-", "--accept-prices"]).stdin(listed).succeeds();
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'"), 4);
}

#[test]
fn a_command_on_one_order_takes_no_list() {
    let shop = Shop::with_order();
    let said =
        "error: - stands for a list of orders on stdin, but this command takes one order\nhint: name the order\n";
    for args in [
        &["note", "-"][..],
        &["note", "-", "a note"],
        &["edit", "-", "--name", "x"],
        &["history", "-"],
        &["message", "-"],
    ] {
        let mut run = shop.orders([args[0]]);
        for arg in &args[1..] {
            run = run.arg(arg);
        }
        run.stdin(ORDER).fails(2, said);
    }
}

#[test]
fn json_errors_say_what_failed_and_not_that_nothing_changed() {
    let shop = Shop::with_order();
    for (args, error) in [
        (["confirm", "ab5c", "--json"], "ab5c is not a whole reference; it fits LEG-LXYZ1234-AB5C"),
        (["cancel", "John Doe", "--json"], "John Doe is not a whole reference; it fits LEG-LXYZ1234-AB5C"),
    ] {
        let done = shop.orders(args).exits(2);
        assert!(done.stderr.contains(&format!(r#""error":"{error}","#)), "{done:?}");
    }
}
