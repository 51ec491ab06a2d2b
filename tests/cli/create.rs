use serde_json::json;

use crate::harness::{BELT, NOW, ORDER, SHIRT, Shop, order, shipped};

#[test]
fn the_guides_request_gives_the_guides_response() {
    let shop = Shop::stocked();
    let mut body = shop.orders(["create", "--json"]).arg(shipped("examples/order.json")).json();
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "id",
            "orderReference",
            "orderDate",
            "customerName",
            "customerPhone",
            "customerAddress",
            "user",
            "status",
            "items",
            "total",
            "itemCount",
            "createdAt",
            "updatedAt",
            "currency",
            "deliveryFee",
            "discount",
            "returned",
            "grandTotal",
            "paid",
            "due",
            "cod",
            "courier",
            "tracking",
            "kept",
            "payments",
            "returns",
            "notes",
        ]
    );
    let item_keys: Vec<_> = body["items"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        item_keys,
        [
            "id",
            "productId",
            "productName",
            "productBarcode",
            "productImage",
            "quantity",
            "unitPrice",
            "selectedSize",
            "selectedColor",
            "subtotal"
        ]
    );
    for id in [body["id"].take(), body["items"][0]["id"].take()] {
        assert_eq!(id.as_str().unwrap().len(), 36);
    }
    assert_eq!(
        body,
        json!({
            "id": null, "orderReference": ORDER, "orderDate": "2026-02-04T10:30:00Z", "customerName": "John Doe",
            "customerPhone": "+1234567890", "customerAddress": "123 Main St, City, Country", "user": null,
            "status": "pending",
            "items": [{
                "id": null, "productId": SHIRT, "productName": "Classic T-Shirt", "productBarcode": "SKU-12345",
                "productImage": "https://res.cloudinary.com/.../image.jpg", "quantity": 2, "unitPrice": "29.99",
                "selectedSize": "L", "selectedColor": "Blue", "subtotal": "59.98"
            }],
            "total": "59.98", "itemCount": 2,
            "createdAt": "2026-02-07T08:00:00.000Z", "updatedAt": "2026-02-07T08:00:00.000Z", "currency": null,
            "deliveryFee": null, "discount": "0.00", "returned": "0.00", "grandTotal": "59.98", "paid": null,
            "due": null, "cod": false, "courier": null, "tracking": null, "kept": "0.00", "payments": [],
            "returns": [], "notes": []
        })
    );
    assert_eq!(shop.on_hand("SKU-12345", "L"), 3, "a pending order holds no stock");
    shop.check();
}

#[test]
fn the_shop_pages_request_works_with_its_optional_keys_left_out() {
    let shop = Shop::stocked();
    let page = format!(
        r#"{{"order_reference":"LEG-1","order_date":"2026-02-04T10:30:00.123Z","customer_name":"John Doe","customer_phone":"0123","items":[{{"product":"{SHIRT}","product_name":"Old name","quantity":2,"unit_price":"29.99"}}],"total":"59.98","item_count":2}}"#
    );
    let body = shop.orders(["create", "-", "--json"]).stdin(page).json();
    assert_eq!(body["orderDate"], "2026-02-04T10:30:00.123Z");
    assert_eq!(body["items"][0]["productName"], "Old name");
    assert_eq!(body["items"][0]["productBarcode"], "SKU-12345", "absent ones come from the catalogue");
    assert_eq!(body["items"][0]["productImage"], "https://shop.example/media/classic-t-shirt.jpg");
}

#[test]
fn an_order_without_a_reference_gets_one_from_the_clock() {
    let shop = Shop::stocked();
    let order = order("x", SHIRT, 1, Some("L")).replace(r#""orderReference":"x","#, "");
    let first = shop.orders(["create", "-q"]).stdin(order.clone()).succeeds();
    let second = shop.orders(["create", "-q"]).stdin(order).succeeds();
    assert!(first.starts_with("LEG-MLC0XKW0-"), "{first}");
    assert_eq!((first.len(), first != second), (18, true));
}

#[test]
fn an_item_may_name_its_product_by_a_barcode() {
    let shop = Shop::stocked();
    let by_barcode =
        order("LEG-1", SHIRT, 1, Some("L")).replace(&format!(r#""productId":"{SHIRT}""#), r#""barcode":"SKU-12345""#);
    let body = shop.orders(["create", "--json"]).stdin(by_barcode.clone()).json();
    let item = &body["items"][0];
    assert_eq!((&item["productId"], &item["productBarcode"]), (&json!(SHIRT), &json!("SKU-12345")));
    let unknown = by_barcode.replace("SKU-12345", "SKU-0");
    shop.orders(["create"])
        .stdin(unknown.replace("LEG-1", "LEG-2"))
        .fails(4, "error: invalid order LEG-2; nothing changed\n  - items[0].barcode: Product SKU-0 not found\n");
    let done = shop.orders(["create", "-q"]).stdin(order("LEG-1", SHIRT, 1, Some("L"))).exits(0);
    assert!(done.stdout == "LEG-1\n", "the same order by id is unchanged: {done:?}");
}

#[test]
fn sending_an_order_again_prints_the_stored_one() {
    let shop = Shop::with_order();
    let before = shop.dump();
    let done = shop.orders(["create"]).arg(shipped("examples/order.json")).exits(0);
    assert!(done.stdout.starts_with("LEG-LXYZ1234-AB5C  pending\n"), "{}", done.stdout);
    assert_eq!(done.stderr, "note: LEG-LXYZ1234-AB5C exists already; nothing changed\n");
    let exported = shop.orders(["show", ORDER, "--json"]).succeeds();
    shop.orders(["create", "--json"]).stdin(exported).succeeds();
    assert_eq!(shop.dump(), before);
}

#[test]
fn an_order_is_recognised_by_the_content_that_it_first_came_with() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    shop.connection().execute("UPDATE orders SET customer_name = 'Jon Do'", []).unwrap();
    let done = shop.orders(["create"]).arg(shipped("examples/order.json")).exits(0);
    assert_eq!(done.stderr, "note: LEG-LXYZ1234-AB5C exists already; nothing changed\n");
}

#[test]
fn other_content_under_the_same_reference_is_a_conflict_that_names_the_fields() {
    let shop = Shop::with_order();
    let other = order("leg-lxyz1234-ab5c", SHIRT, 1, Some("L"));
    shop.orders(["create"]).stdin(other.clone()).fails(
        5,
        "error: order leg-lxyz1234-ab5c exists already, with other content; nothing changed\n  \
         - order LEG-LXYZ1234-AB5C exists already, with other content: customerAddress, items, total\n\
         hint: to see it:  orders show leg-lxyz1234-ab5c\n",
    );
    let done = shop.orders(["create", "--json"]).stdin(other).exits(5);
    assert!(done.stderr.contains(r#""code":"conflict""#), "{}", done.stderr);
}

/// What somebody else's order has become is nobody's business, whoever has its first text.
#[test]
fn a_sender_without_access_learns_only_that_the_order_exists() {
    let shop = Shop::stocked();
    for buyer in ["mona", "omar"] {
        shop.orders(["user", "add", buyer, "--role", "buyer"]).succeeds();
    }
    let sent = std::fs::read_to_string(shipped("examples/order.json")).unwrap();
    shop.orders(["--as", "mona", "create", "-"]).stdin(sent.clone()).succeeds();
    shop.orders(["edit", ORDER, "--name", "Secret Name", "--phone", "+20 777", "--address", "Secret 9"]).succeeds();
    shop.orders(["confirm", ORDER]).succeeds();
    let now = sent.replace("John Doe", "Secret Name").replace("+1234567890", "+20 777");
    let now = now.replace("123 Main St, City, Country", "Secret 9");
    let before = shop.dump();
    for sender in ["omar", "guest"] {
        let again = |args: [&str; 2]| {
            let done =
                shop.orders(["--as", sender, "create", "-"]).arg(args[0]).arg(args[1]).stdin(sent.clone()).exits(0);
            (done.stdout, done.stderr)
        };
        let note = format!("note: {ORDER} exists already; nothing changed\n");
        let body = format!("{{\"orderReference\":\"{ORDER}\",\"unchanged\":true");
        assert_eq!(again(["--wait", "5"]), (format!("{ORDER}\n"), note.clone()));
        assert_eq!(again(["--quiet", "--wait=5"]), (format!("{ORDER}\n"), String::new()));
        assert_eq!(again(["--format", "json"]), (format!("{body}}}\n"), note.clone()));
        assert_eq!(again(["--json", "--dry-run"]), (format!("{body},\"dryRun\":true}}\n"), note.clone()));
        assert_eq!(again(["--format", "csv"]), (format!("orderReference,unchanged\n{ORDER},true\n"), note));
        // The text as it is now is no more than a guess, and none is confirmed.
        for guess in [now.clone(), sent.replace("John Doe", "Secret Name")] {
            let done = shop.orders(["--as", sender, "create", "-"]).stdin(guess).exits(5);
            let told = format!(
                "error: order {ORDER} exists already, with other content; nothing changed\n  \
                 - order {ORDER} exists already, with other content\n"
            );
            assert!(done.stderr.starts_with(&told) && done.stderr.lines().count() <= 3, "{}", done.stderr);
        }
    }
    assert_eq!(shop.dump(), before);
    let own = shop.orders(["--as", "mona", "create", "-", "--json"]).stdin(sent).json();
    assert_eq!((&own["status"], &own["customerAddress"]), (&json!("confirmed"), &json!("Secret 9")));
    let conflict = shop.orders(["--as", "mona", "create", "-"]).stdin(now.replace("Secret 9", "x")).exits(5);
    assert!(conflict.stderr.contains("with other content: customerAddress\n"), "{}", conflict.stderr);
    // Nor is a twin of somebody else's order.
    let twin = now.replace("AB5C", "TWIN");
    let done = shop.orders(["--as", "omar", "create", "-", "-q"]).stdin(twin.clone()).exits(0);
    assert_eq!(done.stderr, "");
    let done = shop.orders(["--as", "omar", "create", "-", "-q"]).stdin(twin.replace("TWIN", "TWO2")).exits(0);
    assert_eq!(done.stderr, "warning: LEG-LXYZ1234-TWO2: same phone and items as LEG-LXYZ1234-TWIN: ordered twice?\n");
}

#[test]
fn a_size_that_cannot_be_sold_and_a_likely_duplicate_are_warnings() {
    let shop = Shop::with_order();
    let again = std::fs::read_to_string(shipped("examples/order.json")).unwrap().replace("AB5C", "ZZZZ");
    let done = shop.orders(["create", "-q"]).stdin(again).exits(0);
    assert_eq!(done.stderr, "warning: LEG-LXYZ1234-ZZZZ: same phone and items as LEG-LXYZ1234-AB5C: ordered twice?\n");
    let done = shop.orders(["create", "-q"]).stdin(order("LEG-5", SHIRT, 1, Some("XXL"))).exits(0);
    assert_eq!(done.stderr, "warning: LEG-5: Classic T-Shirt has no size XXL; sizes: S, M, L\n");
}

#[test]
fn a_dry_run_shows_the_order_and_writes_nothing() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let body = shop.orders(["create", "-n", "--json"]).stdin(order("LEG-1", BELT, 1, None)).json();
    assert_eq!((&body["dryRun"], &body["orderReference"]), (&json!(true), &json!("LEG-1")));
    assert_eq!(shop.dump(), before);
    let empty = Shop::on_file();
    let done = empty.orders(["create", "-n"]).stdin(order("LEG-1", BELT, 1, None)).exits(1);
    assert!(done.stderr.starts_with("error: there is no orders file at "), "{}", done.stderr);
    assert!(!empty.file().exists());
}

#[test]
fn a_note_and_the_first_event_are_in_the_history() {
    let shop = Shop::stocked();
    shop.orders(["create", "--note", "by phone"]).stdin(order("LEG-1", BELT, 1, None)).succeeds();
    let event: (String, String, String, Option<String>, String, String) = shop
        .connection()
        .query_row(r#"SELECT at, actor, kind, "from", "to", note FROM order_events"#, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })
        .unwrap();
    let at = NOW.replace('Z', ".000Z");
    assert_eq!(event, (at, "operator".into(), "created".into(), None, "pending".into(), "by phone".into()));
}

#[test]
fn whatsapps_text_is_for_import() {
    let shop = Shop::stocked();
    let text = "\u{2554}\u{2550}\u{2550}\n   *Shop*\n   \u{1f4e6} NEW ORDER REQUEST\n*Order Ref:* LEG-1\n";
    let done = shop.orders(["create"]).stdin(text).exits(4);
    let told =
        "expected JSON, found: \u{2554}\u{2550}\u{2550}\nhint: this looks like WhatsApp's text:  orders import -\n";
    assert!(done.stderr.ends_with(told), "{}", done.stderr);
    std::fs::write(shop.path("a chat.txt"), "[11/02, 10:54] Mona: hello\n").unwrap();
    let done = shop.orders(["create", "a chat.txt"]).exits(4);
    assert!(done.stderr.ends_with("WhatsApp's text:  orders import 'a chat.txt'\n"), "{}", done.stderr);
    assert!(!shop.orders(["create"]).stdin("hello").exits(4).stderr.contains("hint"), "it is no chat");
}

/// One order is read as it comes: what goes on for ever is refused at the first word that is none of an order.
#[test]
fn a_pipe_without_an_end_is_refused() {
    let shop = Shop::stocked();
    let endless = format!("yes | {} create -; exit ${{PIPESTATUS[1]}}", env!("CARGO_BIN_EXE_orders"));
    let output =
        std::process::Command::new("bash").args(["-c", &endless]).env("ORDERS_DB", shop.file()).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    shop.orders(["create", "/dev/zero"]).exits(4);
}
