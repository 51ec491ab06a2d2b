use crate::harness::{ORDER, SHIRT, Shop, order, shipped};

#[test]
fn everything_in_an_order_is_shown() {
    let shop = Shop::with_order();
    shop.orders(["config", "timeZone", "Africa/Cairo"]).succeeds();
    shop.orders(["show", ORDER]).prints(
        "\
LEG-LXYZ1234-AB5C  pending
Customer  John Doe
Phone     +1234567890
Address   123 Main St, City, Country
WhatsApp  https://wa.me/1234567890
Ordered   2026-02-04 12:30 EET
Received  2026-02-07 10:00 EET

#  PRODUCT          SKU        SIZE  COLOR  QTY  PRICE  SUBTOTAL
1  Classic T-Shirt  SKU-12345  L     Blue     2  29.99     59.98

Total 59.98 for 2 pieces
",
    );
}

#[test]
fn a_price_below_the_list_price_is_marked() {
    let shop = Shop::stocked();
    shop.orders(["create", "-q"]).stdin(order("LEG-1", SHIRT, 1, Some("L")).replace("29.99", "9.99")).succeeds();
    let shown = shop.orders(["show", "LEG-1"]).succeeds();
    assert!(shown.contains("!9.99"), "{shown}");
    assert!(shown.ends_with("! Classic T-Shirt: price 9.99 is below the list price 29.99\n"), "{shown}");
}

#[test]
fn an_order_is_named_by_its_reference_its_id_or_a_part() {
    let shop = Shop::with_order();
    let id = shop.orders(["show", ORDER, "--json"]).json()["id"].as_str().unwrap().to_owned();
    for name in [ORDER, &ORDER.to_lowercase(), &id, &id.to_uppercase(), "LXYZ", "-ab5c", "1234-AB"] {
        let body = shop.orders(["show", "--json", "--", name]).json();
        assert_eq!(body["orderReference"], ORDER, "{name}");
    }
}

#[test]
fn a_text_that_fits_no_order_or_several_is_refused_with_help() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    shop.orders(["show", "LEG-LXYZ1234-AB5D"])
        .fails(3, "error: order LEG-LXYZ1234-AB5D not found\nhint: did you mean LEG-LXYZ1234-AB5C?\n");
    shop.orders(["show", "LEG"])
        .fails(3, "error: order LEG not found\nhint: a part of a reference needs at least 4 characters\n");
    shop.orders(["show", "nothing-like-it"])
        .fails(3, "error: order nothing-like-it not found\nhint: to see which there are:  orders list\n");
    shop.orders(["show", "LEG-MLB"]).fails(
        5,
        "\
error: LEG-MLB fits 3 orders
  - LEG-MLB63A8W-0QTZ: Omar Fathy, 2026-02-06 17:36, pending, 43.25 to pay
  - LEG-MLB4Q1XC-K2P9: \u{2068}ليلى حسن\u{2069}, 2026-02-06 16:58, pending, 59.98 to pay
  - LEG-MLB2TG0R-7HTX: Karim Nasser, 2026-02-06 16:05, pending, 113.00 to pay
hint: name one by its reference
",
    );
    shop.orders(["show", "LEG-MLB", "LEG-404", "LEG-405"]).fails(
        3,
        "\
error: 3 references name no single order
  - Order LEG-404 not found
  - Order LEG-405 not found
  - LEG-MLB fits 3 orders: LEG-MLB63A8W-0QTZ: Omar Fathy, 2026-02-06 17:36, pending, 43.25 to pay; \
LEG-MLB4Q1XC-K2P9: \u{2068}ليلى حسن\u{2069}, 2026-02-06 16:58, pending, 59.98 to pay; \
LEG-MLB2TG0R-7HTX: Karim Nasser, 2026-02-06 16:05, pending, 113.00 to pay
hint: to see which there are:  orders list
",
    );
}

#[test]
fn several_orders_are_an_array_in_the_order_given_and_one_is_a_bare_body() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    let bodies = shop.orders(["show", "7HTX", "AB5C", "--json"]).json();
    assert_eq!(
        (&bodies[0]["orderReference"], &bodies[1]["orderReference"]),
        (&"LEG-MLB2TG0R-7HTX".into(), &ORDER.into())
    );
    assert!(shop.orders(["show", "7HTX", "--json"]).json().is_object());
    assert_eq!(shop.orders(["show", "-", "--json"]).stdin("7HTX\n").json().as_array().unwrap().len(), 1);
    assert_eq!(shop.orders(["show", "-", "--json"]).stdin("").succeeds(), "[]\n");
    let done = shop.orders(["show", "LEG-404", "AB5C", "--json", "--keep-going"]).exits(8);
    let bodies: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&bodies[0]["code"], &bodies[1]["orderReference"]), (&"not_found".into(), &ORDER.into()));
    let lines = shop.orders(["show", "7HTX", "AB5C", "--format", "ndjson"]).succeeds();
    assert_eq!(lines.lines().count(), 2);
    let csv = shop.orders(["show", "AB5C", "--format", "csv", "-"]).stdin("7HTX\n").succeeds();
    assert!(csv.starts_with("id,orderReference,orderDate,"), "{csv}");
}

#[test]
fn an_order_whose_reference_is_the_id_of_another_is_never_taken_for_it() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let id = shop.orders(["show", ORDER, "--json"]).json()["id"].as_str().unwrap().to_owned();
    shop.take("LEG-2", SHIRT, 1, Some("S"));
    // As an older version took it.
    shop.connection().execute("UPDATE orders SET reference = ?1 WHERE reference = 'LEG-2'", [&id]).unwrap();
    let done = shop.orders(["cancel", &id]).exits(5);
    assert!(done.stderr.contains("fits 2 orders") && done.stderr.contains(ORDER), "{}", done.stderr);
}
