use crate::harness::{BELT, Shop, order};

#[test]
fn settings_are_kept_in_the_file() {
    let shop = Shop::new();
    let done = shop.orders(["config", "shopName", "LEGO Mens Wear"]).exits(0);
    assert!(done.stderr.starts_with(&format!("note: made a new orders file: {}\n", shop.db())), "{}", done.stderr);
    shop.orders(["config", "currency", "egp"]).succeeds();
    shop.orders(["config"])
        .prints("shopName     LEGO Mens Wear\ncurrency     EGP\ncountryCode\ntimeZone     UTC\nlowStock     5\n");
    shop.orders(["config", "lowStock"]).prints("5\n");
    assert_eq!(
        shop.orders(["config", "--json"]).succeeds(),
        r#"{"shopName":"LEGO Mens Wear","currency":"EGP","countryCode":null,"timeZone":"UTC","lowStock":5,"shopPhone":null,"#
            .to_owned()
            + r#""shopAddress":null,"invoiceNote":null,"referencePrefix":null,"template.received":null,"#
            + r#""template.confirmed":null,"template.shipped":null,"template.delivered":null,"template.cancelled":null,"#
            + "\"template.shortage\":null}\n"
    );
    shop.orders(["config", "shopName", ""]).succeeds();
    shop.orders(["config", "shopName"]).prints("\n");
}

#[test]
fn further_settings_are_listed_once_they_are_set() {
    let shop = Shop::new();
    shop.orders(["config", "shopPhone", "010 1234"]).exits(0);
    shop.orders(["config", "template.shipped", "مرحبا {name}\nفي الطريق: {tracking}"]).succeeds();
    shop.orders(["config"]).prints(
        "shopName\ncurrency\ncountryCode\ntimeZone          UTC\nlowStock          5\nshopPhone         010 1234\n\
         template.shipped  \u{2068}مرحبا {name}\\nفي الطريق: {tracking}\u{2069}\n",
    );
    shop.orders(["config", "template.shipped"])
        .prints("\u{2068}مرحبا {name}\u{2069}\n\u{2068}في الطريق: {tracking}\u{2069}\n");
    shop.orders(["config", "template.shipped", "{nam}"]).fails(
        4,
        "error: template.shipped has {nam}, which is not known: the names are {name} {reference} {items} {total} {delivery} {discount} \
         {grandTotal} {paid} {due} {courier} {tracking} {shop} {shortage}; nothing changed\n",
    );
    shop.check();
}

#[test]
fn references_of_the_shop_begin_with_its_own_prefix() {
    let shop = Shop::stocked();
    shop.orders(["config", "referencePrefix", "shop1"]).succeeds();
    let made = shop.orders(["create", "-q", "--phone", "0101", "--name", "Mona", "--item", "BLT-01"]).succeeds();
    assert!(made.starts_with("shop1-"), "{made}");
    shop.orders(["config", "referencePrefix", "a b"]).exits(4);
    shop.check();
}

#[test]
fn a_wrong_setting_changes_nothing() {
    let shop = Shop::new();
    shop.orders(["config", "lowStock", "2"]).succeeds();
    let before = shop.dump();
    shop.orders(["config", "timeZone", "Cairo"])
        .fails(4, "error: timeZone must be a time zone, such as Africa/Cairo; nothing changed\n");
    shop.orders(["config", "color", "red"]).exits(2);
    shop.orders(["config", "lowStock", "9", "-n"]).exits(0);
    assert_eq!(shop.dump(), before);
}

#[test]
fn an_order_in_another_currency_is_refused_once_one_is_set() {
    let shop = Shop::stocked();
    let order = |code: &str| {
        crate::harness::order("LEG-1", crate::harness::BELT, 1, None)
            .replace("\"items\"", &format!("\"currency\":\"{code}\",\"items\""))
    };
    shop.orders(["config", "currency", "EGP"]).succeeds();
    shop.orders(["create"])
        .stdin(order("USD"))
        .fails(4, "error: invalid order LEG-1; nothing changed\n  - currency: is USD, but this shop sells in EGP\n");
    assert!(shop.orders(["create"]).stdin(order("EGP")).succeeds().contains("Total 29.99 EGP for 1 piece\n"));
    // What comes again is compared with what is there, even where its currency is refused, and whosever phone it names.
    shop.orders(["config", "currency", "USD"]).succeeds();
    shop.orders(["import"]).stdin(order("EGP")).prints("imported 0, unchanged 1\n");
    let of_another = order("EGP").replace("+12", "+21");
    for currency in ["USD", "EGP"] {
        let done = shop.orders(["import"]).stdin(of_another.replace("EGP", currency)).exits(5);
        assert!(
            done.stderr.ends_with("order LEG-1 exists already, with other content: customerPhone\n"),
            "{}",
            done.stderr
        );
    }
}

/// SPEC 2: search, duplicates and links go by the number in full.
#[test]
fn a_country_code_brings_every_number_up_to_date() {
    let shop = Shop::stocked();
    let of = |reference: &str, phone: &str| order(reference, BELT, 1, None).replace("+1234567890", phone) + "\n";
    let spellings = ["0501234567", "+966 50 123 4567", "966501234567", "00966-50-123-4567", "٠٥٠١٢٣٤٥٦٧", "501234567"];
    let few: String = (0..).zip(spellings).map(|(number, phone)| of(&format!("LEG-{number}"), phone)).collect();
    let many: String = (10..520).map(|number| of(&format!("LEG-{number}"), &format!("0559{number:06}"))).collect();
    shop.orders(["import", "-q", "-"]).stdin(few.clone() + &many).exits(0);
    let found = |phone: &str| {
        let found = shop.orders(["list", "-q", "--search", phone, "--sort", "orderReference"]).exits(0).stdout;
        found.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let as_typed = ["LEG-0", "LEG-4"];
    assert_eq!(found("0501234567"), as_typed);
    shop.orders(["config", "countryCode", "966", "--dry-run"]).exits(0);
    assert_eq!(found("0501234567"), as_typed);
    for code in ["966", "966"] {
        shop.orders(["config", "countryCode", code]).succeeds();
        shop.check();
        for phone in spellings.into_iter().chain(["0501 234", "234567"]) {
            assert_eq!(found(phone), ["LEG-0", "LEG-1", "LEG-2", "LEG-3", "LEG-4", "LEG-5"], "{phone}");
        }
        assert_eq!(found("+966559000519"), ["LEG-519"]);
    }
    shop.orders(["edit", "LEG-5", "--phone", "0511"]).succeeds();
    assert_eq!(found("+966511"), ["LEG-5"]);
    // What came in is the same, whatever the country code is by now.
    assert_eq!(shop.orders(["import", "-"]).stdin(few).succeeds(), "imported 0, unchanged 6\n");
    shop.orders(["config", "countryCode", ""]).succeeds();
    shop.check();
    assert_eq!(found("0501234567"), as_typed);
}

/// The file is sound: a backup would be an older one, and the setting is mended by setting it.
#[test]
fn a_setting_that_somebody_else_broke_is_set_again() {
    let shop = Shop::on_file().with_catalogue().with_the_order();
    shop.connection().execute_batch("INSERT INTO settings (key, value) VALUES ('lowStock', 'abc')").unwrap();
    let done = shop.orders(["list"]).exits(1);
    assert!(done.stderr.contains("has \"abc\" for the setting lowStock"), "{done:?}");
    assert!(done.stderr.ends_with("hint: to mend it:  orders config lowStock VALUE\n"), "{done:?}");
    shop.orders(["check"]).exits(10);
    shop.orders(["config", "lowStock", "5"]).succeeds();
    shop.orders(["list"]).succeeds();
    let not_utf8 = "REPLACE INTO settings (key, value) VALUES ('shopAddress', CAST(x'4dff' AS TEXT))";
    shop.connection().execute_batch(not_utf8).unwrap();
    shop.orders(["list"]).exits(1);
    shop.orders(["config", "shopAddress", "12 Tahrir Street"]).succeeds();
    shop.orders(["list"]).succeeds();
    shop.check();
}
