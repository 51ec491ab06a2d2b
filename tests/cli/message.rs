use serde_json::json;

use crate::harness::{ORDER, SHIRT, Shop, order};

#[test]
fn message_prints_a_text_and_a_link() {
    let shop = Shop::with_order();
    shop.orders(["config", "shopName", "LEGO Mens Wear"]).succeeds();
    shop.orders(["message", ORDER]).prints(
        "\
Hello John Doe,

thank you for your order LEG-LXYZ1234-AB5C at LEGO Mens Wear.

2 × Classic T-Shirt (L, Blue): 59.98
Total: 59.98

We confirm it as soon as your payment is verified.

https://wa.me/1234567890?text=Hello%20John%20Doe%2C%0A%0Athank%20you%20for%20your%20order%20LEG-LXYZ1234-AB5C%20at%20LEGO%20Mens%20Wear.%0A%0A2%20%C3%97%20Classic%20T-Shirt%20%28L%2C%20Blue%29%3A%2059.98%0ATotal%3A%2059.98%0A%0AWe%20confirm%20it%20as%20soon%20as%20your%20payment%20is%20verified.
",
    );
    let body = shop.orders(["message", "ab5c", "--json"]).json();
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["orderReference", "phone", "text", "link"]);
    assert_eq!((&body["orderReference"], &body["phone"]), (&json!(ORDER), &json!("+1234567890")));
}

#[test]
fn the_text_follows_the_order_and_is_never_taken_for_an_order() {
    let shop = Shop::with_order();
    shop.orders(["message", ORDER, "--template", "shortage"]).exits(5);
    shop.orders(["product", "count", "SKU-12345", "1", "--size", "L", "--note", "counted"]).succeeds();
    let short = shop.orders(["message", ORDER, "--template", "shortage", "--json"]).json();
    assert!(short["text"].as_str().unwrap().contains("Classic T-Shirt (L): 1 instead of 2"), "{short}");
    shop.orders(["product", "count", "SKU-12345", "9", "--size", "L", "--note", "found"]).succeeds();
    shop.orders(["confirm", ORDER]).succeeds();
    let text = shop.orders(["message", ORDER, "--json"]).json()["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("*ORDER CONFIRMATION*\n*Order Reference:* LEG-LXYZ1234-AB5C\n"), "{text}");
    let sent = json!({"messages": [{"id": "1", "timestamp": 1, "type": "text", "text": {"body": text}}]});
    assert_eq!(shop.orders(["import"]).stdin(sent.to_string()).succeeds(), "imported 0, unchanged 0, skipped 1\n");
    for (status, words) in
        [("shipped", "is on its way."), ("delivered", "has been delivered."), ("cancelled", "has been cancelled.")]
    {
        shop.orders(["set-status", ORDER, status]).succeeds();
        let text = shop.orders(["message", ORDER]).succeeds();
        assert!(text.contains(&format!("your order {ORDER} {words}\n")), "{status}: {text}");
        shop.orders(["message", ORDER, "--template", status]).prints(&text);
    }
    shop.orders(["message", ORDER, "--template", "SHIPPED"]).succeeds();
}

#[test]
fn a_local_number_needs_the_country_code() {
    let shop = Shop::stocked();
    let order = crate::harness::order("LEG-1", crate::harness::BELT, 1, None).replace("+1234567890", "0100 555 0199");
    shop.orders(["create", "-q"]).stdin(order).succeeds();
    let done = shop.orders(["message", "LEG-1"]).exits(0);
    assert!(!done.stdout.contains("wa.me"));
    assert!(done.stderr.starts_with("note: no link: 0100 555 0199 has no country code"), "{}", done.stderr);
    assert_eq!(shop.orders(["message", "LEG-1", "--json"]).json()["link"], json!(null));
    shop.orders(["config", "countryCode", "20"]).succeeds();
    assert!(shop.orders(["message", "LEG-1"]).succeeds().contains("https://wa.me/201005550199?text=Hello"));
    assert!(shop.orders(["show", "LEG-1"]).succeeds().contains("WhatsApp  https://wa.me/201005550199\n"));
}

#[test]
fn what_a_guest_typed_cannot_make_a_message_pass_for_an_order() {
    let shop = Shop::stocked();
    let forged = std::fs::read_to_string(crate::harness::shipped("examples/whatsapp/order-message.txt")).unwrap();
    let forged =
        forged.replace('\n', "\\n").chars().filter(|c| c.is_ascii() || *c == '×').take(250).collect::<String>();
    let order = crate::harness::order("LEG-1", crate::harness::BELT, 1, None).replace("John Doe", &forged);
    shop.orders(["create", "-q"]).stdin(order).succeeds();
    for template in ["received", "confirmed", "shipped"] {
        let text = shop.orders(["message", "LEG-1", "--template", template, "--json"]).json()["text"].clone();
        let sent = json!([{"date": null, "author": "Shop", "message": text}]);
        assert_eq!(shop.orders(["import"]).stdin(sent.to_string()).succeeds(), "imported 0, unchanged 0, skipped 1\n");
    }
}

/// A link to a stranger is worse than none.
#[test]
fn a_phone_that_is_more_than_one_number_gives_no_link_and_is_found_by_its_first() {
    let shop = Shop::stocked();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for (number, (phone, is_found)) in [
        ("01012345678 ext 5", true),
        ("01012345678/01099", true),
        ("+20 1012345678#2", true),
        ("Flat 7, 01012345678", false),
        ("1234567890123456", false),
    ]
    .into_iter()
    .enumerate()
    {
        let reference = format!("LEG-{number}");
        let order = crate::harness::order(&reference, crate::harness::BELT, 1, None).replace("+1234567890", phone);
        shop.orders(["create", "-q"]).stdin(order).succeeds();
        let done = shop.orders(["message", &reference]).exits(0);
        assert!(!done.stdout.contains("wa.me"), "{phone}");
        let note = format!(
            "note: no link: {phone} is not one number that can be called\n\
             hint: to set it:  orders edit {reference} --phone PHONE\n"
        );
        assert_eq!(done.stderr, note);
        assert_eq!(shop.orders(["message", &reference, "--json"]).json()["link"], json!(null));
        assert!(!shop.orders(["show", &reference]).succeeds().contains("wa.me"));
        let found = shop.orders(["list", "-q", "--phone", "01012345678", "--limit", "1"]).succeeds();
        assert_eq!(found == format!("{reference}\n"), is_found, "{phone}");
    }
    let order = crate::harness::order("LEG-W", crate::harness::BELT, 1, None)
        .replace("+1234567890", "０１０１ ２３４ ５６７８");
    shop.orders(["create", "-q"]).stdin(order).succeeds();
    assert!(shop.orders(["show", "LEG-W"]).succeeds().contains("https://wa.me/201012345678\n"));
    shop.check();
}

#[test]
fn a_message_that_does_not_fit_the_status_is_warned_of() {
    let shop = Shop::with_order();
    for (template, is_true) in [("received", true), ("shipped", false), ("confirmed", false), ("cancelled", false)] {
        let done = shop.orders(["message", ORDER, "--template", template]).exits(0);
        let warning = format!("warning: order {ORDER} is pending: the text for {template} does not fit it\n");
        assert_eq!(done.stderr, if is_true { String::new() } else { warning });
    }
}

#[test]
fn a_cash_on_delivery_order_is_not_paid() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER, "--cod"]).succeeds();
    let text = shop.orders(["message", ORDER]).succeeds();
    assert!(text.contains("The courier collects 59.98.\n") && !text.contains("payment has arrived"), "{text}");
    shop.orders(["pay", ORDER, "59.98", "bosta"]).succeeds();
    let text = shop.orders(["message", ORDER]).succeeds();
    assert!(text.contains("payment has arrived") && text.contains("Paid: 59.98\n"), "{text}");
    shop.orders(["cancel", ORDER, "--keep", "50"]).succeeds();
    let text = shop.orders(["message", ORDER]).succeeds();
    assert!(text.contains("We keep 50.00.\nYou get 9.98 back.\n"), "{text}");
}

/// What the shop says is in its own language; what is filled in is the order's.
#[test]
fn the_shop_writes_in_its_own_words() {
    let shop = Shop::stocked();
    shop.orders(["config", "template.received", "أهلا {name}\\n{items}\\nالشحن {delivery}\\nالإجمالي {grandTotal}"])
        .succeeds();
    let sent = order(ORDER, SHIRT, 2, Some("M")).replace("John Doe", "{total}\\u202e ليلى");
    shop.orders(["create", "-q"]).stdin(sent).succeeds();
    let told = shop.orders(["message", ORDER, "--json"]).json();
    let text = "أهلا \u{2068}{total} ليلى\u{2069}\n2 × Classic T-Shirt (M): 59.98\nالإجمالي 59.98";
    assert_eq!(told["text"], text);
    // Another occasion has the words that come with the program.
    shop.orders(["confirm", ORDER, "-q"]).succeeds();
    let told = shop.orders(["message", ORDER, "--json"]).json();
    assert!(told["text"].as_str().unwrap().starts_with("*ORDER CONFIRMATION*"), "{told}");
    shop.check();
}

#[test]
fn own_words_that_come_out_empty_are_refused() {
    let shop = Shop::with_order();
    shop.orders(["config", "template.received", "{courier}\\n{tracking}", "-q"]).succeeds();
    shop.orders(["message", ORDER]).fails(
        5,
        "error: template.received says nothing of order LEG-LXYZ1234-AB5C: all its lines are left out\n\
         hint: to change the words:  orders config template.received TEXT\n",
    );
}
