//! Every code point there is, in a customer's name, and those that steer a terminal in every other text: none of these reaches
//! one.

use serde_json::{Value, json};

use crate::harness::{BELT, Run, Shop, order, shipped};
use crate::hold::{steers, without_isolates};

/// How many code points one name holds.
const A_NAME: usize = 200;

#[track_caller]
fn assert_harmless(text: &str, what: &str) {
    let found = without_isolates(text).chars().find(|c| steers(*c) && *c != '\n');
    assert_eq!(found, None, "{what}");
}

/// SPEC 2: name and phone are not blank.
#[test]
fn a_name_that_nobody_can_see_is_blank() {
    let shop = Shop::stocked();
    for hidden in
        ['\u{3164}', '\u{2800}', '\u{34f}', '\u{180e}', '\u{2061}', '\u{206a}', '\u{fe0f}', '\u{e0101}', '\u{17b4}']
    {
        let name = format!(" {hidden}{hidden} ");
        let done =
            shop.orders(["create", "-q"]).stdin(order("LEG-1", BELT, 1, None).replace("John Doe", &name)).exits(4);
        assert!(done.stderr.contains("customerName: must not be blank"), "{done:?}");
        let seen = order("LEG-1", BELT, 1, None).replace("John Doe", &format!("A{hidden}B"));
        shop.orders(["create", "-q", "-n"]).stdin(seen).exits(0);
    }
    shop.take("LEG-2", BELT, 1, None);
    shop.orders(["edit", "LEG-2", "--name", "\u{3164}"]).exits(2);
    shop.orders(["note", "LEG-2", "\u{2800}"]).exits(2);
}

/// What intake takes, `check` accepts: a guest could make it report a finding every night.
#[test]
fn what_comes_in_is_no_finding() {
    let shop = Shop::stocked();
    // At most twenty characters: a phone has no more.
    let hostile = [
        "see profile",
        "0100\n0101",
        "\u{202e}01\u{1b}[2J",
        "'; DROP TABLE--\t",
        "٠١٠٠ ١٢٣",
        "forgotten",
        "-",
        "%s%d \\u0000 ?1",
        "a\u{301}ﷺ\u{200d}👩",
        "00 00",
        "NULL",
        "x'00'",
        "+++",
        "customerPhone: 1",
        "\u{85}x\u{2028}y",
        "1e309",
    ];
    let mut orders = String::new();
    let mut products = Vec::new();
    for (number, text) in hostile.iter().enumerate() {
        let mut value: Value = serde_json::from_str(&order(&format!("LEG-{number}"), BELT, 1, None)).unwrap();
        for place in [
            "/customerName",
            "/customerPhone",
            "/customerAddress",
            "/items/0/productName",
            "/items/0/productBarcode",
            "/items/0/selectedSize",
            "/items/0/selectedColor",
        ] {
            put(&mut value, place, text);
        }
        orders += &(value.to_string() + "\n");
        products.push(
            json!({"name": text, "barcode": format!("{text}{number}"), "price": 1, "sizeQuantities": {*text: 3}}),
        );
    }
    let imported = shop.orders(["import", "-"]).stdin(orders).exits(0);
    assert!(imported.stdout.starts_with(&format!("imported {}, ", hostile.len())), "{imported:?}");
    shop.orders(["product", "import", "-"]).stdin(Value::from(products).to_string()).exits(0);
    let message = std::fs::read_to_string(shipped("examples/whatsapp/order-message.txt")).unwrap();
    for (number, phone) in ["see profile", "*", "010 أو 011"].iter().enumerate() {
        let lines = message.lines().map(|line| match line {
            line if line.contains("Phone:") => format!("│ Phone:   {phone}\n"),
            line if line.contains("Order Ref:") => format!("*Order Ref:* LEG-TEXT-{number}\n"),
            line => format!("{line}\n"),
        });
        shop.orders(["import", "-"]).stdin(lines.collect::<String>()).exits(0);
    }
    shop.check();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for number in 0..hostile.len() {
        let reference = format!("LEG-{number}");
        shop.orders(["confirm", &reference, "--accept-prices", "--paid", "cash"])
            .arg("--receipt")
            .arg(&reference)
            .ends();
        shop.orders(["set-status", &reference, "shipped"]).ends();
    }
    shop.check();
    // A customer without a number is told what to do, and forgotten then.
    for command in ["show", "forget"] {
        let done = shop.orders(["customer", command, "LEG-0", "--yes"]).exits(3);
        assert!(done.stderr.contains("hint: to set it:  orders edit LEG-0 --phone PHONE"), "{done:?}");
    }
    shop.take("LEG-NEW", BELT, 1, None);
    shop.check();
}

#[test]
fn no_code_point_of_a_name_steers_a_terminal() {
    let shop = Shop::stocked();
    // NUL is refused where it comes in.
    let all: Vec<char> = (1..=0x0010_ffff).filter_map(char::from_u32).collect();
    assert!(all.len() > 1_100_000);
    let names: Vec<String> =
        all.chunks(A_NAME).map(|chunk| format!("x{}x", chunk.iter().collect::<String>())).collect();
    let reference = |number: usize| format!("LEG-{number:06}");
    let orders: String = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let name = serde_json::to_string(name).unwrap();
            order(&reference(number), BELT, 1, None).replace("\"John Doe\"", &name) + "\n"
        })
        .collect();
    let imported = shop.orders(["import", "-"]).stdin(orders.as_str()).exits(0);
    assert_eq!(imported.stdout, format!("imported {}, unchanged 0\n", names.len()));
    assert_harmless(&imported.stderr, "import");
    let references: String = (0..names.len()).map(|number| reference(number) + "\n").collect();
    let fields = "orderReference,customerName";
    for args in [vec!["list", "--limit", "0"], vec!["list", "--limit", "0", "--fields", fields], vec!["show", "-"]] {
        let mut run = shop.orders(["--color", "never"]).stdin(references.as_str());
        for arg in &args {
            run = run.arg(arg);
        }
        let done = run.exits(0);
        assert!(done.stdout.lines().count() > names.len(), "{args:?}");
        assert_harmless(&done.stdout, &format!("{args:?}"));
        assert_harmless(&done.stderr, &format!("{args:?}"));
    }
    let confirmed = shop.orders(["confirm", "-", "--dry-run", "--keep-going"]).stdin(references.as_str()).exits(8);
    let cancelled = shop.orders(["cancel", "-", "--note", "enough"]).stdin(references.as_str()).exits(0);
    let ambiguous = shop.orders(["show", "LEG-0"]).exits(5);
    for done in [confirmed, cancelled, ambiguous] {
        assert_harmless(&done.stdout, "stdout");
        assert_harmless(&done.stderr, "stderr");
    }
    // The commands that take one order, with the names that hold anything of the kind.
    for (number, _) in names.iter().enumerate().filter(|(_, name)| name.chars().any(steers)) {
        let name = format!("y{}", names[number]);
        for args in [
            vec!["history"],
            vec!["message", "--template", "received"],
            vec!["slip"],
            vec!["invoice"],
            vec!["set-status", "pending", "--force", "--note", name.as_str()],
            vec!["edit", "--name", name.as_str(), "--address", name.as_str(), "--note", name.as_str()],
            vec!["history"],
            vec!["confirm", "--note", name.as_str()],
        ] {
            let mut run = shop.orders([args[0]]).arg(reference(number));
            for arg in &args[1..] {
                run = run.arg(arg);
            }
            let done = run.ends();
            assert!(matches!(done.code, 0 | 6), "{args:?}: {done:?}");
            assert_harmless(&done.stdout, &format!("{args:?}"));
            assert_harmless(&done.stderr, &format!("{args:?}"));
        }
    }
    let history = shop.orders(["product", "history", "BLT-01"]).succeeds();
    assert_harmless(&history, "product history");
}

#[test]
fn no_text_of_what_comes_back_steers_a_terminal() {
    let shop = Shop::stocked();
    let text = "\u{1b}[2J\u{202e}\u{7}'$(id)\u{2066}x";
    let mut value: Value = serde_json::from_str(&order("LEG-1", BELT, 3, None)).unwrap();
    for place in
        ["/customerName", "/customerAddress", "/items/0/productName", "/items/0/selectedSize", "/items/0/selectedColor"]
    {
        put(&mut value, place, text);
    }
    shop.orders(["create", "-q"]).stdin(value.to_string()).succeeds();
    shop.orders(["confirm", "LEG-1", "-q"]).succeeds();
    shop.orders(["set-status", "LEG-1", "delivered"]).succeeds();
    for (words, code) in [
        (&["return", "LEG-1", text][..], 2),
        (&["return", text, "1"], 3),
        (&["return", "LEG-1", "1", "--exchange", text], 4),
        (&["return", "LEG-1", "1", "--for", text], 3),
        (&["return", "LEG-1", "1", "--refund", text], 2),
        (&["return", "LEG-1", "1", "--note", text], 0),
        (&["return", "LEG-1", "1", "--for", &format!("BLT-01/S/{text}")], 0),
        (&["return", "LEG-1", "9"], 3),
        (&["show", "LEG-1"], 0),
        (&["history", "LEG-1"], 0),
        (&["list", "--items"], 0),
        (&["customer", "show", "LEG-1"], 0),
        (&["message", "LEG-1"], 0),
        (&["return", "LEG-1", "1", "2", "--damaged"], 0),
        (&["message", "LEG-1"], 0),
    ] {
        let run = words.iter().fold(shop.orders(["--color", "never"]), |run, word| run.arg(word));
        assert_eq!(assert_run_is_harmless(run, &format!("{words:?}")), code, "{words:?}");
    }
    assert_eq!(shop.status("LEG-1"), "cancelled");
    shop.check();
}

/// How many characters that steer one text holds: as many as a phone has room for.
const A_TEXT: usize = 15;

/// The texts of an order and of its item.
const OF_AN_ORDER: [&str; 20] = [
    "/orderReference",
    "/orderDate",
    "/customerName",
    "/customerPhone",
    "/customerAddress",
    "/currency",
    "/status",
    "/user",
    "/id",
    "/total",
    "/items/0/id",
    "/items/0/productId",
    "/items/0/productName",
    "/items/0/productBarcode",
    "/items/0/productImage",
    "/items/0/quantity",
    "/items/0/unitPrice",
    "/items/0/subtotal",
    "/items/0/selectedSize",
    "/items/0/selectedColor",
];

/// The texts of a product.
const OF_A_PRODUCT: [&str; 6] = ["/id", "/name", "/barcode", "/price", "/imagePaths/0", "/lowStockAt"];

/// Puts a text in a place of a JSON value.
fn put(value: &mut Value, place: &str, text: &str) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(object) => drop(object.insert(key.to_owned(), json!(text))),
        Value::Array(array) => array[key.parse::<usize>().unwrap()] = json!(text),
        other => panic!("{other} has no places"),
    }
}

/// Runs the program to any end, and holds that nothing that steers reaches a stream.
fn assert_run_is_harmless(run: Run, what: &str) -> i32 {
    let done = run.ends();
    assert_ne!(done.code, 101, "{what}: {done:?}");
    assert_harmless(&done.stdout, what);
    assert_harmless(&done.stderr, what);
    done.code
}

/// What steers a terminal. One rule hides U+E0000 to U+E0FFF: of each kind of these the first and the last are enough.
fn steering() -> impl Iterator<Item = char> {
    let of_tags = ['\u{e0000}', '\u{e0001}', '\u{e0020}', '\u{e007f}', '\u{e0100}', '\u{e01ef}', '\u{e0fff}'];
    let others = ('\u{1}'..'\u{e0000}').filter(|c| steers(*c) && *c != '\n');
    others.chain(of_tags).chain("\u{1b}[2J".chars())
}

#[test]
fn no_text_of_an_order_a_product_or_a_user_steers_a_terminal() {
    let shop = Shop::stocked();
    let steering: Vec<char> = steering().collect();
    let texts: Vec<String> =
        steering.chunks(A_TEXT).map(|chunk| format!("5{}5", chunk.iter().collect::<String>())).collect();
    let (mut imported, mut made) = (0, 0);
    for (number, text) in texts.iter().enumerate() {
        let unknown_keys = [format!("/{text}"), format!("/items/0/{text}")];
        let places = OF_AN_ORDER.into_iter().chain(unknown_keys.iter().map(String::as_str));
        let with = |(at, place)| {
            let reference = format!("LEG-{number}-{at}");
            let mut value: Value = serde_json::from_str(&order(&reference, BELT, 1, None)).unwrap();
            put(&mut value, place, text);
            value.to_string() + "\n"
        };
        let orders: String = places.enumerate().map(with).collect();
        let done = shop.orders(["import", "--keep-going"]).stdin(orders.clone()).exits(8);
        assert_harmless(&done.stdout, "import");
        assert_harmless(&done.stderr, "import");
        let count = "SELECT COUNT(*) FROM orders";
        let taken = shop.number(count) - imported;
        // Names, addresses, phones, barcodes, sizes and colours are taken as they are.
        assert!(taken >= 6, "{text:?}: only {taken} were taken: {}", done.stderr);
        imported += taken;
        // All commands print through the same code, so each gets only some of the texts.
        for line in orders.lines().skip(number % 3).step_by(3) {
            let run = shop.orders(["create"]).stdin(line);
            assert_run_is_harmless(run, line);
        }
        for place in OF_A_PRODUCT.into_iter().skip(number % 3).step_by(3) {
            let mut product = json!({"name": format!("Cap {number} {place}"), "price": "5", "imagePaths": ["a.png"],
                                     "sizeQuantities": {"L": 3, text: 2}});
            put(&mut product, place, text);
            let run = shop.orders(["product", "import"]).stdin(product.to_string());
            made += i64::from(assert_run_is_harmless(run, place) == 0);
        }
        let takes_a_text = [
            &["user", "add", text][..],
            &["user", "add", &format!("mona-{number}"), "--role", "buyer", "--phone", text],
            &["config", "shopName", text],
            &["config", "currency", text],
            &["config", text, "5"],
            &["show", text],
            &["list", "--search", text],
            &["list", "--product", text],
            &["list", "--user", text],
            &["list", "--as", text],
            &["list", "--fields", text],
            &["product", "show", text],
            &["product", "adjust", "BLT-01", "+1", "--note", text],
            &["product", "adjust", text, "+1", "--note", "x"],
            &["user", "remove", text],
            &["import", text],
            &["backup", text],
            &["message", "LEG-0-2", "--template", text],
            &["message", &format!("LEG-{number}-2"), "--template", "received"],
            &["history", &format!("LEG-{number}-2")],
            &["slip", &format!("LEG-{number}-2")],
            &["invoice", &format!("LEG-{number}-2")],
            &["report", "sales", "--since", text],
        ];
        for words in takes_a_text.into_iter().skip(number % 2).step_by(2) {
            let mut run = shop.orders([]);
            for word in words {
                run = run.arg(word);
            }
            assert_run_is_harmless(run, &format!("{words:?}"));
        }
    }
    // Of the six places, name, picture and barcode take any text: three products of every three texts, at the least.
    assert!(made >= i64::try_from(texts.len()).unwrap() - 2, "only {made} products were made");
    let references: String = shop.orders(["list", "-q", "--limit", "0"]).succeeds();
    for words in [
        &["list", "--limit", "0"][..],
        &["list", "--limit", "0", "--items"],
        &[
            "list",
            "--limit",
            "0",
            "--fields",
            "orderReference,customerName,customerPhone,customerAddress,currency,user",
        ],
        &["show", "-"],
        &["confirm", "-", "--dry-run", "--keep-going"],
        &["cancel", "-", "--dry-run"],
        &["product", "list"],
        &["product", "list", "-q"],
        &["product", "show", "Cap"],
        &["product", "history", "BLT-01"],
        &["user", "list"],
        &["config"],
        &["report", "pending"],
        &["report", "sales", "--by", "product"],
        &["report", "stock"],
        &["today"],
        &["check"],
    ] {
        let mut run = shop.orders(["--color", "never"]).stdin(references.as_str());
        for word in words {
            run = run.arg(word);
        }
        assert_run_is_harmless(run, &format!("{words:?}"));
    }
}
