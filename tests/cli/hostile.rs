//! Every code point there is, in a customer's name: none that steers a terminal reaches one.

use crate::harness::{BELT, Shop, order};

/// How many code points one name holds.
const A_NAME: usize = 200;

/// Tells whether a character is one that a terminal obeys, or that turns the text around it: Cc and Bidi_Control.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn assert_harmless(text: &str, what: &str) {
    let found = text.chars().find(|c| steers(*c) && *c != '\n');
    assert_eq!(found, None, "{what}");
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
