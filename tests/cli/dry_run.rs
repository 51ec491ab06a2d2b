//! Every writing command with `--dry-run`: the same decision, and nothing changed.

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

#[test]
fn no_writing_command_changes_anything() {
    let shop = Shop::with_order();
    shop.take("LEG-2", SHIRT, 1, Some("M"));
    shop.orders(["confirm", "LEG-2"]).succeeds();
    shop.orders(["pay", "LEG-2", "1", "cash"]).succeeds();
    shop.take("LEG-SENT", SHIRT, 1, Some("M"));
    shop.orders(["confirm", "LEG-SENT", "--paid", "cash"]).succeeds();
    shop.orders(["set-status", "LEG-SENT", "delivered"]).succeeds();
    shop.orders(["product", "add", "--name", "Cap", "--sku", "CAP-1", "--price", "5"]).succeeds();
    shop.orders(["user", "add", "mona", "--role", "buyer"]).succeeds();
    let before = shop.dump();
    let new = order("LEG-3", BELT, 1, None);
    let catalogue = shipped("examples/catalogue.json");
    let product = r#"{"name":"Hat","barcode":"HAT-1","price":"7.00","quantity":3}"#;
    let runs = [
        ("create", shop.orders(["create", "-n"]).stdin(new.clone())),
        ("import", shop.orders(["import", "-n"]).stdin(new)),
        ("confirm", shop.orders(["confirm", ORDER, "-n"])),
        ("set-status", shop.orders(["set-status", "LEG-2", "shipped", "-n"])),
        (
            "set-status --from",
            shop.orders(["set-status", "shipped", "--from", "-", "-n"]).stdin("orderReference\nLEG-2\n"),
        ),
        ("cancel", shop.orders(["-n", "cancel", "LEG-2", ORDER])),
        ("config", shop.orders(["config", "shopName", "A", "-n"])),
        ("edit", shop.orders(["edit", ORDER, "--name", "Jon", "--add", "BLT-01", "--quantity", "1", "-n"])),
        ("return", shop.orders(["return", "LEG-SENT", "1", "--exchange", "S", "-n"])),
        ("return --refund", shop.orders(["return", "LEG-SENT", "1", "--damaged", "--refund", "cash", "-n"])),
        ("pay", shop.orders(["pay", ORDER, "5", "cash", "-n"])),
        ("refund", shop.orders(["refund", "LEG-2", "1", "cash", "-n"])),
        ("pay --void", shop.orders(["pay", "LEG-2", "--void", "1", "--note", "x", "-n"])),
        ("pay --from", shop.orders(["pay", "--from", "-", "-n"]).stdin("orderReference,amount,method\nLEG-2,1,cash\n")),
        ("confirm --paid", shop.orders(["confirm", ORDER, "--paid", "cash", "-n"])),
        ("create --item", shop.orders(["create", "--phone", "+2010", "--name", "Mona", "--item", "BLT-01", "-n"])),
        ("customer note", shop.orders(["customer", "note", ORDER, "asks for a bag", "-n"])),
        ("customer block", shop.orders(["customer", "block", ORDER, "--note", "x", "-n"])),
        ("customer forget", shop.orders(["customer", "forget", ORDER, "-n"])),
        ("note", shop.orders(["note", ORDER, "calls back", "-n"])),
        ("user add", shop.orders(["user", "add", "zoe", "--role", "buyer", "-n"])),
        ("user remove", shop.orders(["user", "remove", "mona", "-n"])),
        ("product add", shop.orders(["product", "add", "--name", "Hat", "--price", "7", "-n"])),
        ("product import", shop.orders(["product", "import", "-n"]).stdin(product)),
        ("product import again", shop.orders(["product", "import", "-n"]).arg(&catalogue)),
        ("product set", shop.orders(["product", "set", "CAP-1", "--price", "6", "-n"])),
        ("product adjust", shop.orders(["product", "adjust", "CAP-1", "+1", "--note", "x", "-n"])),
        ("product count", shop.orders(["product", "count", "CAP-1", "3", "--note", "x", "--dry-run"])),
        ("product set --remove-size", shop.orders(["product", "set", "PL-220", "--remove-size", "L", "-n"])),
        ("product count FILE", shop.orders(["product", "count", "-", "-n"]).stdin("sku,counted\nCAP-1,3\n")),
        ("product receive", shop.orders(["product", "receive", "CAP-1", "3", "--ref", "INV-1", "-n"])),
        (
            "product receive FILE",
            shop.orders(["product", "receive", "-", "--ref", "INV-1", "-n"]).stdin("sku,quantity\nCAP-1,3\n"),
        ),
        ("product remove", shop.orders(["product", "remove", "CAP-1", "-n"])),
    ];
    for (what, run) in runs {
        let done = run.exits(0);
        assert!(done.stderr.contains("note: dry run: nothing changed\n"), "{what}: {done:#?}");
        assert!(shop.dump() == before, "{what}");
    }
}

#[test]
fn a_dry_run_leaves_a_restored_backup_out_of_wal_mode() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    let copy = shop.path("restored.db");
    shop.connection().execute("VACUUM INTO ?1", [copy.to_str()]).unwrap();
    let before = std::fs::read(&copy).unwrap();
    shop.orders(["confirm", ORDER, "-n"]).env("ORDERS_DB", &copy).succeeds();
    assert!(std::fs::read(&copy).unwrap() == before);
}
