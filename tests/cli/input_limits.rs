//! What comes in is bounded: its bytes, what is kept of it, and how much of it one bad message or line can spoil.

use std::process::Command;

use serde_json::json;

use crate::harness::{BELT, Shop, order, shipped};

/// Runs a shell's script in the shop's folder; returns its exit code and what it said on stderr.
fn shell(shop: &Shop, script: &str) -> (Option<i32>, String) {
    let mut command = Command::new("bash");
    command.args(["-c", script]).current_dir(shop.path("")).envs(shop.environment());
    let output = command.env("ORDERS", env!("CARGO_BIN_EXE_orders")).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn chat() -> String {
    std::fs::read_to_string(shipped("examples/whatsapp/chat-export.txt")).unwrap()
}

/// One line that looks like JSON, one that is longer than any message, one that is no UTF-8: whatever a guest writes.
#[test]
fn an_unreadable_message_rejects_nothing_but_itself() {
    let shop = Shop::stocked();
    let taken = shop.orders(["import", "-n"]).stdin(chat()).exits(0).stdout;
    let begin = "05/02/2026, 10:00 - Guest: look\n";
    let with = |line: &[u8]| [begin.as_bytes(), line, b"\n", chat().as_bytes()].concat();
    for line in [
        "{\"a\":1}".as_bytes(),
        "م".repeat(65_000).as_bytes(),
        "x".repeat(300_000).as_bytes(),
        b"\xff\xfe",
        b"[1]",
        b"\0",
    ] {
        let done = shop.orders(["import", "-n"]).stdin(with(line)).exits(0);
        assert_eq!(done.stdout.split(", skipped").next(), taken.split(", skipped").next());
    }
    // The same within an order message is a problem of that order.
    for (line, problem) in
        [("x".repeat(300_000).as_bytes(), "is longer than any message of WhatsApp"), (&b"\xff\xfe"[..], "is not UTF-8")]
    {
        let bad = [b"05/02/2026, 10:00 - Guest: NEW ORDER REQUEST\n*Order Ref:* LEG-BAD\n", line, b"\n"].concat();
        let done = shop.orders(["import", "-n", "--keep-going"]).stdin([bad, chat().into_bytes()].concat()).exits(8);
        assert!(done.stderr.contains(problem), "{}", done.stderr);
        assert_eq!(done.stdout.split(", rejected 1").next(), taken.split(", skipped").next());
    }
    // A text that holds an order message is text, whatever it begins with.
    let message = std::fs::read_to_string(shipped("examples/whatsapp/order-message.txt")).unwrap();
    for start in ["{\"a\":1} look:", "[draft]", "\"hello\""] {
        let done = shop.orders(["import", "-n"]).stdin(format!("{start}\n{message}")).exits(0);
        assert!(done.stdout.starts_with("would import 1,"), "{}", done.stdout);
    }
}

/// A log: each call has a line of its own.
#[test]
fn a_line_of_broken_json_is_one_bad_record() {
    let shop = Shop::stocked();
    let (one, two) = (order("LEG-1", BELT, 1, None), order("LEG-2", BELT, 2, None));
    let bad = ["listening on 8080", &one[..40], "}", "{\"a\":[1,", "\"\\"];
    let log = format!("{}\n{one}\n{}\n{}\n{two}\n{}", bad[0], bad[1], bad[2..4].join("\n"), bad[4]);
    let before = shop.dump();
    let done = shop.orders(["import"]).stdin(log.clone()).exits(4);
    assert!(done.stderr.starts_with("error: 5 of 7 records are invalid; nothing imported\n"), "{}", done.stderr);
    assert_eq!(shop.dump(), before);
    let done = shop.orders(["import", "--keep-going", "--json", "--rejects", "mend"]).stdin(log).exits(8);
    let body: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let lines: Vec<_> = body["errors"].as_array().unwrap().iter().map(|error| error["line"].clone()).collect();
    assert_eq!((&body["imported"], lines), (&json!(2), vec![json!(1), json!(3), json!(4), json!(5), json!(7)]));
    // They are kept as they were sent, each as a string; mended, it is read.
    let kept = std::fs::read_to_string(shop.path("mend")).unwrap();
    let lines: Vec<String> = kept.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, bad);
    let mended = kept.replace(&one[..40].replace('"', "\\\""), &one.replace("LEG-1", "LEG-3").replace('"', "\\\""));
    let done = shop.orders(["import", "--keep-going", "--rejects", "again"]).stdin(mended).exits(8);
    assert_eq!(done.stdout, "imported 1, unchanged 0, rejected 4\n");
    let again = std::fs::read_to_string(shop.path("again")).unwrap();
    assert_eq!(
        again.lines().collect::<Vec<_>>(),
        kept.lines().filter(|line| !line.contains("LEG-1")).collect::<Vec<_>>()
    );
}

#[test]
fn an_endless_input_is_refused_by_its_first_bytes() {
    let shop = Shop::stocked();
    for command in ["import", "product import", "create"] {
        for endless in ["yes", "yes '{'", "yes '[['", "yes '\"'", "yes '{\"a\":'", "yes 1", "yes ''", "cat /dev/zero"] {
            let (code, said) = shell(&shop, &format!("{endless} | \"$ORDERS\" {command} -"));
            assert_eq!(code, Some(4), "{endless} | orders {command}: {said}");
        }
    }
    shop.orders(["import", "/dev/zero"]).exits(4);
    let (code, said) = shell(&shop, "yes '{\"a\":1}' | \"$ORDERS\" import --max-input 2M -");
    let hint = "hint: --max-input 8G reads more; or name a file\n";
    assert!(code == Some(4) && said.ends_with(&format!("  - -: has more than 2097152 bytes\n{hint}")), "{said}");
}

/// As WhatsApp sends it: the chat, and what was sent in it.
#[test]
fn the_phones_zip_file_of_a_chat_is_read() {
    let shop = Shop::stocked();
    let zip = std::fs::read(shipped("tests/fuzz/seeds/import/chat-export.zip")).unwrap();
    std::fs::write(shop.path("WhatsApp Chat - Youssef.zip"), &zip).unwrap();
    let done = shop.orders(["import", "WhatsApp Chat - Youssef.zip"]).exits(0);
    assert!(done.stdout.starts_with("imported 1, unchanged 0"), "{done:?}");
    let done = shop.orders(["import"]).stdin(zip.clone()).exits(0);
    assert!(done.stdout.starts_with("imported 0, unchanged 1"), "{done:?}");
    let before = shop.dump();
    for (bytes, what) in [
        (&zip[..zip.len() - 30], "is a zip file that was cut off"),
        (&[&zip[..200], b"damage", &zip[206..]].concat(), "is a damaged zip file"),
        (&b"\x1f\x8b\x08\0"[..], "is compressed (gzip): zcat FILE"),
        (b"\xff\xfe[\0", "is UTF-16: save it as UTF-8"),
    ] {
        let done = shop.orders(["import", "--keep-going"]).stdin(bytes.to_vec()).exits(4);
        assert!(done.stderr.contains(what), "{done:?}");
    }
    assert_eq!(shop.dump(), before);
}

/// A text of an order has one limit, in whatever it comes.
#[test]
fn a_text_that_is_too_long_is_refused_by_name_in_every_shape() {
    let shop = Shop::stocked();
    let before = shop.dump();
    let long = "ش".repeat(2001);
    let json = order("LEG-1", BELT, 1, None).replacen('{', &format!("{{\"customerAddress\":\"{long}\","), 1);
    let problem = "must have at most 2000 characters, has 2001";
    let message = std::fs::read_to_string(shipped("examples/whatsapp/order-message.txt")).unwrap();
    let address = message.lines().find(|line| line.contains("Address:")).unwrap();
    let text = message.replace(address, &format!("Address: {long}"));
    let hook = json!({"messages": [{"from": "2010", "id": "w", "timestamp": "1770394100", "type": "text", "text": {"body": text}}]});
    for (command, input, place) in [
        ("import", json.clone(), "customerAddress: "),
        ("create", json, "customerAddress: "),
        ("import", text, "Address: "),
        ("import", hook.to_string(), "Address: "),
    ] {
        let done = shop.orders([command, "-"]).stdin(input).exits(4);
        assert!(done.stderr.contains(&format!("{place}{problem}")), "{}", done.stderr);
    }
    let url = format!("https://e/{}", "x".repeat(2048));
    let product = json!({"name": "A", "price": 1, "imagePaths": [url]}).to_string();
    let done = shop.orders(["product", "import"]).stdin(product).exits(4);
    assert!(done.stderr.contains("imagePaths[0]: must have at most 2048 characters, has 2058"), "{}", done.stderr);
    shop.orders(["product", "add", "--name", "A", "--price", "1", "--image", &url]).exits(2);
    assert_eq!(shop.dump(), before);
    // A picture costs no order.
    let pictured =
        order("LEG-2", BELT, 1, None).replace("\"quantity\"", &format!("\"productImage\":\"{url}\",\"quantity\""));
    let done = shop.orders(["create", "-q"]).stdin(pictured).exits(0);
    assert!(done.stderr.contains("has 2058, and was left out"), "{}", done.stderr);
    let done = shop.orders(["edit", "LEG-2", "--address", &long]).exits(2);
    assert!(done.stderr.contains(problem), "{}", done.stderr);
}

/// Earlier versions took texts of any length.
#[test]
fn an_older_order_with_overlong_texts_still_works() {
    let shop = Shop::on_file().with_catalogue();
    shop.take("LEG-1", BELT, 1, None);
    let long = "x".repeat(900_000);
    let connection = shop.connection();
    connection.execute("UPDATE orders SET customer_address = ?1", [&long]).unwrap();
    connection.execute("UPDATE order_items SET product_image = 'https://e/' || ?1", [&long]).unwrap();
    drop(connection);
    assert_eq!(shop.orders(["show", "LEG-1", "--json"]).json()["customerAddress"], json!(long));
    shop.orders(["edit", "LEG-1", "--name", "Mona", "-q"]).exits(0);
    shop.orders(["confirm", "LEG-1"]).exits(0);
    assert_eq!(shop.orders(["list", "--json"]).json()[0]["customerName"], "Mona");
    shop.check();
}
