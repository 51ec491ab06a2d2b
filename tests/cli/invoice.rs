use crate::harness::{BELT, ORDER, SHIRT, Shop, order};
use crate::hold::without_isolates;

/// Returns the lines of an invoice after the address.
fn from_items(text: &str) -> String {
    let start = text.find("#  PRODUCT").unwrap();
    text[start..].to_owned()
}

/// Whoever confirms an order agrees to what only its guest said.
#[test]
fn an_invoice_and_a_message_agree_on_accepted_terms() {
    let shop = Shop::stocked();
    let claimed = order("LEG-CLAIM", BELT, 1, None).replacen('{', r#"{"discount":"5.00","deliveryFee":"40.00","#, 1);
    shop.orders(["create", "-q"]).stdin(claimed).succeeds();
    let words = ["Discount", "Delivery", "To pay"];
    let said = |command: &str| {
        let text = shop.orders([command, "LEG-CLAIM"]).exits(0).stdout;
        words.map(|word| text.contains(word) || word == "To pay" && text.contains("64.99"))
    };
    assert_eq!((said("message"), said("invoice")), ([false; 3], [false; 3]));
    shop.orders(["confirm", "LEG-CLAIM", "--accept-prices"]).succeeds();
    for status in ["processing", "shipped", "delivered"] {
        assert_eq!((said("message"), said("invoice")), ([true; 3], [true; 3]), "{status}");
        shop.orders(["set-status", "LEG-CLAIM", status]).succeeds();
    }
}

#[test]
fn an_invoice_has_the_shop_the_customer_the_items_and_the_money() {
    let shop = Shop::with_order();
    for (key, value) in [
        ("shopName", "LEG Menswear"),
        ("shopAddress", "12 Talaat Harb St\nCairo"),
        ("shopPhone", "+20 100 123 4567"),
        ("invoiceNote", "Exchange within 14 days."),
        ("currency", "EGP"),
    ] {
        shop.orders(["config", key, value]).succeeds();
    }
    shop.orders(["edit", ORDER, "--delivery", "50", "--discount", "5.98"]).succeeds();
    shop.orders(["confirm", ORDER, "--paid", "instapay", "--amount", "100"]).succeeds();
    let text = shop.orders(["invoice", ORDER]).succeeds();
    assert!(
        text.starts_with(
            "LEG Menswear\n12 Talaat Harb St\nCairo\n+20 100 123 4567\n\nInvoice LEG-LXYZ1234-AB5C, 2026-02-04\n\n"
        ),
        "{text}"
    );
    for line in ["John Doe\n", "123 Main St, City, Country\n", "+1234567890\n", "█▀▀▀▀▀█"] {
        assert!(text.contains(line), "{text}");
    }
    pretty_assertions::assert_eq!(
        from_items(&text),
        "\
#  PRODUCT          SKU        SIZE  COLOR  QTY  PRICE  SUBTOTAL
1  Classic T-Shirt  SKU-12345  L     Blue     2  29.99     59.98

Items      59.98 EGP
Discount   -5.98 EGP
Delivery   50.00 EGP
Total     104.00 EGP
Paid      100.00 EGP
Due         4.00 EGP

Exchange within 14 days.
"
    );
    let page = shop.orders(["invoice", ORDER, "--format", "html"]).succeeds();
    for piece in [
        "<title>Invoice LEG-LXYZ1234-AB5C</title>",
        "<bdi>LEG Menswear</bdi>",
        "<div><bdi>Cairo</bdi></div>",
        "<bdi dir=\"ltr\">+1234567890</bdi>",
        "<tr class=\"total\"><td class=\"number\" colspan=\"3\">Total</td><td class=\"number\" colspan=\"2\">104.00 EGP</td></tr>",
        "<p dir=\"auto\">Exchange within 14 days.</p>",
    ] {
        assert!(page.contains(piece), "{piece} is missing in {page}");
    }
    let body = shop.orders(["invoice", ORDER, "--json"]).json();
    assert_eq!(body["shopPhone"], "+20 100 123 4567");
    assert_eq!(body["order"], shop.orders(["show", ORDER, "--json"]).json());
}

#[test]
fn returned_pieces_are_not_billed() {
    let shop = Shop::stocked();
    shop.take("LEG-1", SHIRT, 3, Some("L"));
    shop.orders(["edit", "LEG-1", "--discount", "10"]).succeeds();
    shop.orders(["confirm", "LEG-1", "--paid", "cash"]).succeeds();
    shop.orders(["set-status", "LEG-1", "delivered"]).succeeds();
    shop.orders(["return", "LEG-1", "1"]).succeeds();
    let text = shop.orders(["invoice", "LEG-1"]).succeeds();
    pretty_assertions::assert_eq!(
        from_items(&text),
        "\
#  PRODUCT          SKU        SIZE  QTY  PRICE  SUBTOTAL
1  Classic T-Shirt  SKU-12345  L       3  29.99     89.97

CAME BACK   WHAT                      WORTH
2026-02-07  1 × Classic T-Shirt (L)  -26.66

Items             89.97
Discount         -10.00
Returned         -26.66
Total             53.31
Paid              79.97
To be paid back   26.66
"
    );
    let page = shop.orders(["invoice", "LEG-1", "--format", "html"]).succeeds();
    assert!(page.contains("Came back 2026-02-07: <bdi>1 × Classic T-Shirt (L)</bdi>"), "{page}");
    shop.orders(["return", "LEG-1", "1*2", "--keep", "7"]).succeeds();
    let text = shop.orders(["invoice", "LEG-1"]).succeeds();
    assert!(text.contains("\n! cancelled\n"), "{text}");
    assert!(text.ends_with("\nKept from the cancelled order   7.00\nPaid                           79.97\nTo be paid back                72.97\n"), "{text}");
}

#[test]
fn a_guests_claims_are_no_promise_of_an_invoice() {
    let shop = Shop::stocked();
    let sent = order("LEG-1", BELT, 1, None)
        .replace("29.99", "1.00")
        .replace("\"items\"", "\"deliveryFee\":\"0.00\",\"discount\":\"0.50\",\"customerAddress\":\"a\\nb\",\"items\"");
    shop.orders(["create", "-q"]).stdin(sent).succeeds();
    let done = shop.orders(["invoice", "LEG-1"]).exits(0);
    assert!(done.stdout.contains("\n! not confirmed yet\n") && done.stdout.ends_with("\n\nTotal  1.00\n"), "{done:#?}");
    for mark in ["price 1.00 is below the list price 18.75", "delivery fee 0.00: named by the order, not agreed yet"] {
        assert!(done.stderr.contains(mark), "{done:#?}");
    }
    shop.orders(["confirm", "LEG-1", "--accept-prices"]).succeeds();
    let text = shop.orders(["invoice", "LEG-1"]).succeeds();
    assert!(text.ends_with("\nItems      1.00\nDiscount  -0.50\nDelivery   free\nTotal      0.50\n"), "{text}");
}

#[test]
fn a_buyer_gets_the_invoices_of_their_own_orders() {
    let shop = Shop::with_order();
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    shop.orders(["--as", "mona", "create", "-q"]).stdin(order("LEG-MONA", SHIRT, 1, Some("L"))).succeeds();
    shop.orders(["note", "LEG-MONA", "pays late"]).succeeds();
    let body = shop.orders(["--as", "mona", "invoice", "LEG-MONA", "--json"]).json();
    assert_eq!(body["order"]["notes"], serde_json::json!([]));
    shop.orders(["--as", "mona", "invoice", ORDER]).exits(3);
    shop.orders(["invoice"]).fails(2, "error: name an order\nhint: to see which there are:  orders list\n");
    shop.orders(["invoice", "-"]).exits(2);
}

#[test]
fn right_to_left_words_keep_their_places() {
    let shop = Shop::with_order();
    shop.orders(["config", "shopName", "ملابس"]).succeeds();
    shop.orders(["edit", ORDER, "--name", "أحمد", "--address", "شارع 12"]).succeeds();
    let text = shop.orders(["invoice", ORDER]).succeeds();
    assert!(text.starts_with("\u{2068}ملابس\u{2069}\n"), "{text}");
    assert!(text.contains("  \u{2068}شارع 12\u{2069}\n") && without_isolates(&text).contains("  أحمد\n"), "{text}");
    let page = shop.orders(["invoice", ORDER, "--format", "html"]).succeeds();
    assert!(
        page.contains("<address class=\"to\" dir=\"auto\"><div><b>أحمد</b></div><div><bdi>شارع 12</bdi></div>"),
        "{page}"
    );
}
