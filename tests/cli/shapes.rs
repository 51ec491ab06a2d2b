//! What real input looks like: every shape in which an order message or a cart comes out of WhatsApp.

use serde_json::{Value, json};

use crate::harness::Shop;
use crate::whatsapp::{REFERENCE, counts, import, message, problems};

/// Imports one order and returns it, with the warnings of the import.
#[track_caller]
fn imported(input: impl ToString) -> (Value, Value) {
    let shop = Shop::stocked();
    let body = import(&shop, input).json();
    assert_eq!((&body["imported"], &body["rejected"]), (&json!(1), &json!(0)), "{body}");
    (shop.orders(["list", "--items", "--json"]).json()[0].clone(), body["warnings"].clone())
}

#[test]
fn a_date_that_cannot_be_read_gives_way_to_the_references_time() {
    let date = "Feb 11, 2026, 10:53 AM";
    for (line, warnings) in [
        ("Feb 11, 2026 at 10:53\u{202f}AM", json!([])),
        ("11/02/2026, 10:53", json!([])),
        ("2/11/2026, 10:53 AM", json!([])),
        ("١١ فبراير ٢٠٢٦ في ١٠:٥٣ ص", json!([])),
        (
            "11. helmikuuta",
            json!([format!("{REFERENCE}: the date 11. helmikuuta cannot be read; the time in the reference is taken")]),
        ),
    ] {
        let (order, said) = imported(message().replace(date, line));
        assert_eq!((&order["orderDate"], &said), (&json!("2026-02-11T08:53:20.417Z"), &warnings), "{line}");
    }
    let other = |line: &str| message().replace(date, line).replace(REFERENCE, "SHOP-1");
    let (order, said) = imported(other("Mar 4, 2026 at 12:30\u{202f}PM"));
    assert_eq!((&order["orderDate"], &said), (&json!("2026-03-04T12:30:00Z"), &json!([])));
    let (order, said) = imported(other("04/03/2026, 12:30"));
    let warning = "SHOP-1: the date 04/03/2026, 12:30 may mean two days; it is taken as 2026-03-04T12:30:00Z";
    assert_eq!((&order["orderDate"], &said), (&json!("2026-03-04T12:30:00Z"), &json!([warning])));
    let refused = problems(&Shop::stocked(), other("soon"));
    assert_eq!(refused, ["line 7: Date: must be a date such as Feb 4, 2026, 12:30 PM"]);
}

#[test]
fn an_agreed_delivery_is_in_the_total_and_kept_as_a_note() {
    let with_delivery = |fee: &str, total: &str| {
        message()
            .replace("Delivery:     TBD", &format!("Delivery:     {fee}"))
            .replace("*TOTAL:       $48.74", &format!("*TOTAL:       {total}"))
    };
    let shop = Shop::stocked();
    let body = import(&shop, with_delivery("$50.00", "$98.74")).json();
    let warning = format!("{REFERENCE}: delivery 50.00 is not in the total of the items: it is kept as a note");
    assert_eq!((&body["imported"], &body["warnings"]), (&json!(1), &json!([warning])));
    assert_eq!(shop.orders(["show", REFERENCE, "--json"]).json()["total"], "48.74");
    let notes = "SELECT COUNT(*) FROM order_events WHERE note = 'delivery 50.00 agreed in the message'";
    assert_eq!(shop.number(notes), 1);
    for free in ["Free", "$0.00", "2-3 days"] {
        assert_eq!(imported(with_delivery(free, "$48.74")).1, json!([]), "{free}");
    }
    for total in ["$48.74", "$98.75"] {
        let problem = format!("TOTAL is {}, but the items sum to 48.74 and delivery is 50.00", &total[1..]);
        assert_eq!(problems(&Shop::stocked(), with_delivery("$50.00", total)), [problem]);
    }
}

#[test]
fn an_image_that_is_no_url_costs_no_order() {
    let (order, said) = imported(
        message().replace("    🔗 Link: https://shop.example/products/550e8400", "    🖼️ Image: /media/shirt.jpg"),
    );
    let warning = format!("{REFERENCE}: line 20: the image is no http or https URL and was left out");
    assert_eq!(
        (&order["items"][0]["productImage"], &said),
        (&json!("https://shop.example/media/classic-t-shirt.jpg"), &json!([warning]))
    );
    assert_eq!(counts(&Shop::stocked(), message()), [1, 0, 0, 0]);
}
