//! The keys of JSON and the columns of CSV depend on what was asked, never on the data.

use serde_json::Value;

use crate::harness::{BELT, ORDER, Shop, order, shipped};

/// What a value is made of: keys, and of an array the first thing in it.
fn shape(value: &Value) -> Value {
    match value {
        // A map of the shop's own sizes; lists that may be empty.
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match key.as_str() {
                "sizeQuantities" | "payments" | "returns" | "notes" => (key.clone(), Value::Null),
                _ => (key.clone(), shape(value)),
            })
            .collect(),
        Value::Array(all) => all.first().map(shape).into_iter().collect(),
        _ => Value::Null,
    }
}

/// A shop whose order knows nothing that it need not, and one whose order knows everything.
fn shops() -> [Shop; 2] {
    let bare = Shop::new();
    let catalogue = format!(r#"{{"id":"{BELT}","name":"Leather Belt","price":18.75,"stockQuantity":9}}"#);
    bare.orders(["product", "import"]).stdin(catalogue).succeeds();
    bare.orders(["create"]).stdin(order(ORDER, BELT, 1, None)).succeeds();
    bare.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    let full = Shop::stocked();
    for (key, value) in [("shopName", "LEG"), ("currency", "EGP"), ("countryCode", "20"), ("timeZone", "Africa/Cairo")]
    {
        full.orders(["config", key, value]).succeeds();
    }
    full.orders(["user", "add", "mona", "--role", "buyer", "--phone", "+20 101 111 2222"]).succeeds();
    full.orders(["--as", "mona", "create", "--note", "a note"])
        .stdin(std::fs::read_to_string(shipped("examples/order.json")).unwrap().replacen(
            '{',
            r#"{"currency":"EGP","#,
            1,
        ))
        .succeeds();
    for shop in [&bare, &full] {
        shop.orders(["confirm", ORDER]).succeeds();
        shop.take("LEG-2", BELT, 99, None);
    }
    [bare, full]
}

#[test]
fn keys_and_columns_do_not_depend_on_the_data() {
    let [bare, full] = shops();
    for args in [
        &["show", ORDER][..],
        &["list"],
        &["list", "--items"],
        &["list", "--count"],
        &["history", ORDER],
        &["message", ORDER],
        &["product", "list"],
        &["product", "show", BELT],
        &["product", "history", BELT],
        &["user", "list"],
        &["config"],
        &["report", "pending"],
        &["report", "sales"],
        &["report", "sales", "--by", "product"],
        &["report", "stock"],
        &["set-status", ORDER, "processing", "-n"],
        &["confirm", "-", "--keep-going", "-n"],
        &["import", "-", "-n"],
    ] {
        let run = |shop: &Shop, format: &str| {
            let mut run = shop.orders(["--format", format]).stdin(order("LEG-2", BELT, 99, None));
            for arg in args {
                run = run.arg(arg);
            }
            let done = run.ends();
            assert!([0, 8].contains(&done.code), "{args:?}: {done:#?}");
            done.stdout
        };
        let shapes = [&bare, &full].map(|shop| shape(&serde_json::from_str(&run(shop, "json")).unwrap()).to_string());
        pretty_assertions::assert_eq!(shapes[0], shapes[1], "{args:?}");
        let headers = [&bare, &full].map(|shop| run(shop, "csv").lines().next().unwrap().to_owned());
        pretty_assertions::assert_eq!(headers[0], headers[1], "{args:?}");
    }
}
