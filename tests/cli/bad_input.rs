//! Bad input of any kind ends in 4 with its places named, and nothing is written.

use crate::harness::{SHIRT, Shop, order};

fn with(change: &str, to: &str) -> Vec<u8> {
    let order = order("LEG-1", SHIRT, 2, Some("L"));
    assert!(order.contains(change), "{change}");
    order.replace(change, to).into_bytes()
}

fn and(more: &str) -> Vec<u8> {
    with("}]}", &format!("}}],{more}}}"))
}

#[test]
fn every_kind_of_bad_order_is_refused_with_its_places() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let long = "x".repeat(256);
    let deep = format!(r#""x":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
    let unknown = "00000000-0000-4000-8000-000000000000";
    let not_found = format!("items[0].productId: Product {unknown} not found");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("wrong sum", and(r#""total":60"#), "total: is 60, but the items sum to 59.98"),
        ("wrong count", and(r#""itemCount":3"#), "itemCount: is 3, but the items' quantities sum to 2"),
        ("no items", with(r#"[{"productId""#, r#"[],"x":[{"productId""#), "items: must have at least one item"),
        ("quantity 0", with(":2,", ":0,"), "items[0].quantity: must be at least 1"),
        ("quantity 1.5", with(":2,", ":1.5,"), "items[0].quantity: must be a whole number"),
        ("quantity 2^31", with(":2,", ":2147483648,"), "items[0].quantity: must be at most 2147483647"),
        ("negative price", with("29.99", "-29.99"), "items[0].unitPrice: must not be negative"),
        ("three decimals", with("29.99", "29.999"), "items[0].unitPrice: must have at most two decimals"),
        ("exponent", with("29.99", "2.9e1"), "items[0].unitPrice: must be written without an exponent"),
        ("NaN as a text", with("29.99", r#""NaN""#), "items[0].unitPrice: must be a number such as 29.99"),
        ("NaN", with("29.99", "NaN"), "line 1: is not JSON: expected value at column"),
        ("too large", with("29.99", "100000000"), "items[0].unitPrice: must be at most 99999999.99"),
        ("unknown product", with(SHIRT, unknown), &not_found),
        ("no product id", with(SHIRT, "17"), "items[0].productId: must be a product id (a UUID)"),
        ("unknown key", and(r#""coupon":5"#), "coupon: unknown key"),
        ("unknown key of an item", with(r#""quantity":"#, r#""colour":1,"quantity":"#), "items[0].colour: unknown key"),
        ("key given twice", and(r#""customerName":"x""#), "customerName: is given twice"),
        (
            "key given in two spellings",
            and(r#""customer_name":"x""#),
            "customer_name: is given twice, as customerName too",
        ),
        ("array for an order", b"[[1,2]]".to_vec(), "must be an object, is an array"),
        (
            "array for an item",
            with(r#"{"productId""#, r#"[1,2],{"productId""#),
            "items[0]: must be an object, is an array",
        ),
        (
            "object for items",
            with(r#"[{"productId""#, r#"{"x":1},"y":[{"productId""#),
            "items: must be an array, is an object",
        ),
        ("empty", Vec::new(), "the input is empty"),
        (
            "truncated",
            order("LEG-1", SHIRT, 2, None).into_bytes()[..90].to_vec(),
            "line 1: the record that begins here is not closed",
        ),
        (
            "not UTF-8",
            with("John", "J\u{fffd}hn").iter().map(|b| if *b == 0xef { 0xff } else { *b }).collect(),
            "line 1: is not UTF-8",
        ),
        ("100,000 nested brackets", and(&deep), "is nested 100001 deep, the most is 32"),
        (
            "100,000 open brackets",
            "[".repeat(100_000).into_bytes(),
            "line 1: the record that begins here is not closed",
        ),
        ("long name", with("John Doe", &long), "customerName: must have at most 255 characters, has 256"),
        ("long phone", with("+1234567890", &long), "customerPhone: must have at most 20 characters, has 256"),
        ("long reference", with("LEG-1", &long), "orderReference: must be 1 to 50 printable ASCII characters"),
        ("long size", with("\"L\"", &format!("\"{long}\"")), "items[0].selectedSize: must have at most 50 characters"),
        ("blank name", with("John Doe", " "), "customerName: must not be blank"),
        ("NUL", with("John", "John\\u0000"), "customerName: must not contain NUL"),
        ("a raw NUL", with("John", "John\0"), "line 1: is not JSON: control character"),
        ("half a surrogate", with("John", "\\ud800"), "customerName: is not valid text"),
        ("no zone", with("10:30:00Z", "10:30:00"), "orderDate: must be a time with a zone"),
        ("not pending", and(r#""status":"confirmed""#), "status: must be pending, is \"confirmed\""),
        (
            "two orders",
            [order("LEG-1", SHIRT, 1, None), order("LEG-2", SHIRT, 1, None)].concat().into_bytes(),
            "there is more than one record; use: orders import",
        ),
        ("text", b"hello".to_vec(), "line 1: expected JSON, found: hello"),
    ];
    for (what, input, problem) in cases {
        let done = shop.orders(["create"]).stdin(input.clone()).exits(4);
        assert!(done.stdout.is_empty() && done.stderr.contains(&format!("  - {problem}")), "{what}: {done:#?}");
        if matches!(what, "two orders" | "text") {
            // An import takes the one, and knows chats too.
            continue;
        }
        let done = shop.orders(["import", "--json"]).stdin(input).ends();
        assert_eq!(done.code, 4, "{what}: {done:#?}");
        let object: serde_json::Value = serde_json::from_str(done.stderr.lines().last().unwrap()).unwrap();
        let listed = object["errors"][0]["problems"][0].as_str().unwrap();
        let problem = problem.strip_prefix("line 1: ").unwrap_or(problem);
        assert!(listed.starts_with(problem), "{what}: {listed}");
    }
    assert_eq!(shop.dump(), before);
}

#[test]
fn all_problems_of_an_order_are_named_at_once() {
    let shop = Shop::stocked();
    let input = r#"{"orderDate":"today","customerName":"","customerPhone":5,"items":[{"productId":"x","quantity":0,"unitPrice":"free"},{}],"total":"much","extra":{}}"#;
    shop.orders(["create"]).stdin(input).fails(
        4,
        "\
error: invalid order; nothing changed
  - orderDate: must be a time with a zone, such as 2026-02-04T10:30:00Z
  - customerName: must not be blank
  - customerPhone: must be a string, is a number
  - items[0].productId: must be a product id (a UUID)
  - items[0].quantity: must be at least 1
  - items[0].unitPrice: must be a number such as 29.99
  - items[1].productId: is required
  - items[1].quantity: is required
  - items[1].unitPrice: is required
  - extra: unknown key
",
    );
}

#[test]
fn the_first_hundred_problems_are_listed_and_the_rest_counted() {
    let shop = Shop::stocked();
    let items = vec!["{}"; 50].join(",");
    let done = shop.orders(["create"]).stdin(format!(r#"{{"orderReference":"LEG-1","items":[{items}]}}"#)).exits(4);
    assert_eq!(done.stderr.lines().filter(|line| line.starts_with("  - ")).count(), 101);
    assert!(done.stderr.ends_with("  - … and 53 more\n"), "{}", done.stderr);
}
