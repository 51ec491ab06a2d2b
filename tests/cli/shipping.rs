//! Couriers and tracking numbers.

use crate::harness::{BELT, ORDER, Run, SHIRT, Shop, order};

fn run(shop: &Shop, line: &str) -> Run {
    line.split(' ').fold(shop.orders([]), |run, word| run.arg(word))
}

/// A shop with a confirmed order.
fn shop() -> Shop {
    let shop = Shop::stocked();
    shop.orders(["create", "-q"]).stdin(order(ORDER, SHIRT, 1, Some("M"))).succeeds();
    run(&shop, &format!("confirm {ORDER} -q --accept-prices")).succeeds();
    shop
}

#[test]
fn an_order_is_shipped_with_its_courier_and_found_by_the_couriers_number() {
    let shop = shop();
    let line = format!("set-status {ORDER} shipped --courier Bosta --tracking bs-9917 --note fragile --json");
    let shipped = run(&shop, &line).json();
    assert_eq!((&shipped["courier"], &shipped["tracking"]), (&"Bosta".into(), &"bs-9917".into()));
    // The number names the order, in any case, also to write; a part of it is found by search.
    let shown = run(&shop, "show BS-9917").exits(0).stdout;
    assert!(shown.contains("Courier   Bosta\nTracking  bs-9917\n"), "{shown}");
    run(&shop, "set-status bs-9917 delivered -q").prints(&format!("{ORDER}\n"));
    run(&shop, "list -q --search 9917").prints(&format!("{ORDER}\n"));
    run(&shop, "show bs-99").exits(3);
    let history = run(&shop, &format!("history {ORDER} --json")).json();
    let told: Vec<_> = history.as_array().unwrap().iter().map(|event| (&event["to"], &event["note"])).collect();
    assert_eq!(told[2], (&"shipped".into(), &"fragile".into()));
    assert_eq!(told[3..5], [(&"courier: Bosta".into(), &().into()), (&"tracking: bs-9917".into(), &().into())]);
    shop.check();
}

#[test]
fn the_courier_can_be_changed_until_the_order_is_cancelled() {
    let shop = shop();
    let edited = run(&shop, &format!("edit {ORDER} --courier Bosta --tracking 9917 --json")).json();
    assert_eq!((&edited["status"], &edited["tracking"]), (&"confirmed".into(), &"9917".into()));
    run(&shop, &format!("set-status {ORDER} shipped -q")).succeeds();
    run(&shop, &format!("set-status {ORDER} delivered -q")).succeeds();
    let run_with_none = shop.orders(["edit", ORDER, "--tracking", "", "--json"]).json();
    assert_eq!((&run_with_none["courier"], &run_with_none["tracking"]), (&"Bosta".into(), &().into()));
    run(&shop, "show 9917").exits(3);
    run(&shop, &format!("cancel {ORDER} -q --yes")).succeeds();
    run(&shop, &format!("edit {ORDER} --courier Aramex")).exits(5);
    shop.check();
}

#[test]
fn a_tracking_number_is_that_of_one_order_on_its_way() {
    let shop = shop();
    shop.orders(["create", "-q"]).stdin(order("LEG-2", BELT, 1, None)).succeeds();
    run(&shop, "confirm LEG-2 -q --accept-prices").succeeds();
    for (line, code) in [
        (format!("set-status {ORDER} LEG-2 shipped --tracking 9917"), 2),
        (format!("set-status {ORDER} processing --courier Bosta"), 2),
        (format!("set-status {ORDER} cancelled --tracking 9917 --yes"), 2),
        (format!("edit {ORDER} --tracking 99\u{a0}17"), 2),
        (format!("set-status {ORDER} LEG-2 shipped --courier Bosta -q"), 0),
        // Two orders in one parcel.
        (format!("edit {ORDER} --tracking 9917 -q"), 0),
        ("edit LEG-2 --tracking 9917 -q".to_owned(), 0),
        ("set-status 9917 delivered".to_owned(), 5),
        ("set-status LEG-2 delivered -q".to_owned(), 0),
    ] {
        run(&shop, &line).exits(code);
    }
    shop.check();
}

/// Whoever has the number learns the address from the courier.
#[test]
fn a_forgotten_customer_leaves_no_tracking_number() {
    let shop = shop();
    run(&shop, &format!("set-status {ORDER} shipped --courier Bosta --tracking 99175511 -q")).succeeds();
    run(&shop, &format!("customer forget {ORDER} --yes -q")).succeeds();
    let bytes = std::fs::read(shop.file()).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"99175511"));
    let shown = run(&shop, &format!("show {ORDER} --json")).json();
    assert_eq!((&shown["courier"], &shown["tracking"]), (&"Bosta".into(), &().into()));
    shop.check();
}
