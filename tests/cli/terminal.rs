//! The program at a real terminal: questions and their answers, looks at 80 and 48 columns.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};

use crate::harness::{BELT, ORDER, SHIRT, Shop, order, shipped};

/// The program at a terminal of its own, whose screen can be looked at and whose keys can be pressed.
pub struct Terminal {
    pty: Arc<pty_process::blocking::Pty>,
    screen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
    child: Child,
    /// Puts on the screen what the program prints, until nothing more can come.
    reader: JoinHandle<()>,
}

impl Terminal {
    fn run(shop: &Shop, columns: u16, args: &[&str]) -> Terminal {
        let command = pty_process::blocking::Command::new(env!("CARGO_BIN_EXE_orders")).args(args).env_clear();
        Terminal::spawn(shop, columns, command)
    }

    /// Runs another program in the shop's folder.
    pub fn spawn(shop: &Shop, columns: u16, command: pty_process::blocking::Command) -> Terminal {
        let nonzero = |number| std::num::NonZero::new(number).unwrap();
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(24, columns)).unwrap();
        let command = command.current_dir(shop.path("")).envs(shop.environment()).env("TERM", "xterm-256color");
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let screen = Arc::new(Mutex::new((vt100::Parser::new(nonzero(24), nonzero(columns), 0), Vec::new())));
        let (terminal, shown) = (Arc::clone(&pty), Arc::clone(&screen));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // At the end of the program the terminal gives an error.
            while let Ok(count @ 1..) = (&*terminal).read(&mut bytes) {
                let mut shown = shown.lock().unwrap();
                shown.0.process(&bytes[..count]);
                shown.1.extend(&bytes[..count]);
            }
        });
        Terminal { pty, screen, child, reader }
    }

    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().0.screen().contents()
    }

    /// Returns all that was printed so far, escape sequences included.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap().1).into_owned()
    }

    /// Waits until the screen shows a text.
    pub fn expect(&self, text: &str) -> &Terminal {
        self.until(|| self.screen().contains(text), text);
        self
    }

    pub fn until(&self, is_so: impl Fn() -> bool, what: &str) {
        let started = Instant::now();
        while !is_so() {
            assert!(started.elapsed() < Duration::from_secs(20), "no {what:?} on the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn press(&self, keys: &str) -> &Terminal {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Presses keys and waits for the end.
    #[track_caller]
    fn answer(&mut self, keys: &str, code: i32) -> String {
        self.press(keys);
        self.ends(code)
    }

    /// Waits for the end of the program with an exit code.
    #[track_caller]
    pub fn ends(&mut self, code: i32) -> String {
        let status = self.end();
        assert_eq!((status.code(), status.signal()), (Some(code), None), "{}", self.screen());
        self.screen()
    }

    /// Waits for the end of the program; the cursor must be there again.
    #[track_caller]
    fn end(&mut self) -> ExitStatus {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "it does not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        };
        self.until(|| self.reader.is_finished(), "end of what was printed");
        assert!(!self.screen.lock().unwrap().0.screen().hide_cursor(), "the cursor is hidden still");
        status
    }
}

#[test]
fn a_workbook_is_not_shown_on_a_terminal() {
    let shop = Shop::with_order();
    let screen = Terminal::run(&shop, 80, &["list", "--format", "xlsx"]).ends(2);
    assert_eq!(screen.trim_end(), "error: a workbook cannot be shown on a terminal\nhint: add > list.xlsx");
}

#[test]
fn one_key_confirms_what_was_shown() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 80, &["confirm", "ab5c", "--color", "never"]);
    terminal.expect("Confirm LEG-LXYZ1234-AB5C? [y/N]");
    assert_eq!(
        terminal.screen().trim_end(),
        "\
LEG-LXYZ1234-AB5C  John Doe
+1234567890, 2026-02-04 10:30
#  PRODUCT          SKU        SIZE  COLOR  QTY  PRICE  SUBTOTAL
1  Classic T-Shirt  SKU-12345  L     Blue     2  29.99     59.98
Total 59.98 for 2 pieces
  Classic T-Shirt (L): stock 3 → 1
Keys: y confirm, p paid, c cash on delivery
Confirm LEG-LXYZ1234-AB5C? [y/N]"
    );
    assert_eq!(shop.status(ORDER), "pending");
    let screen = terminal.answer("y", 0);
    assert!(screen.contains("confirmed LEG-LXYZ1234-AB5C"), "{screen}");
    assert_eq!(shop.on_hand("SKU-12345", "L"), 1);
}

/// Returns the payments of all orders: `LEG-1 59.98 cash R-7`.
fn payments(shop: &Shop) -> Vec<String> {
    let connection = shop.connection();
    let sql = "SELECT format('%s %.2f %s %s', reference, amount / 100.0, method, coalesce(receipt, '-'))
               FROM payments JOIN orders AS o ON o.pk = order_pk ORDER BY payments.pk";
    let mut statement = connection.prepare(sql).unwrap();
    let payments = statement.query_map([], |row| row.get(0)).unwrap();
    payments.map(Result::unwrap).collect()
}

#[test]
fn p_asks_for_the_payment_and_confirms() {
    let shop = Shop::with_order();
    shop.take("LEG-2", SHIRT, 1, Some("L"));
    let mut terminal = Terminal::run(&shop, 48, &["confirm", ORDER]);
    terminal.expect("[y/N]").press("p").expect("Method [cash]:").press("Insta Pay\r");
    terminal.expect("must be a word").expect("Method [cash]:").press("InstaPayy\u{7f}\r");
    terminal.expect("Receipt, if there is one:").press("R-7\r").expect("Amount [59.98]:").press("1,000\r");
    terminal.expect("must be written without a comma").press("50\r");
    let screen = terminal.ends(0);
    assert!(screen.contains("confirmed LEG-LXYZ1234-AB5C") && screen.contains("paid 50.00 instapay R-7"), "{screen}");
    assert!(screen.contains("due 9.98") && screen.contains("instapay is a new method"), "{screen}");
    // The method used last is offered, and Enter takes what is due.
    let mut terminal = Terminal::run(&shop, 80, &["confirm", "LEG-2"]);
    terminal.expect("[y/N]").press("p").expect("Method [instapay]:").press("\r").expect("Receipt").press("\r");
    terminal.expect("Amount [29.99]:").press("\r");
    terminal.ends(0);
    assert_eq!(payments(&shop), ["LEG-LXYZ1234-AB5C 50.00 instapay R-7", "LEG-2 29.99 instapay -"]);
    shop.check();
}

#[test]
fn confirm_asks_for_each_order_how_it_is_paid() {
    let shop = Shop::with_order();
    for reference in ["LEG-2", "LEG-3"] {
        shop.take(reference, BELT, 1, None);
    }
    let mut terminal = Terminal::run(&shop, 80, &["confirm", ORDER, "LEG-2", "LEG-3"]);
    terminal.expect("Confirm these 3 orders? [y/N]").press("p");
    terminal.expect("LEG-LXYZ1234-AB5C, John Doe, 59.98 due: confirm? [y/N]").press("y");
    terminal.expect("LEG-2, John Doe, 29.99 due: confirm? [y/N]").press("c");
    terminal.expect("LEG-3, John Doe, 29.99 due: confirm? [y/N]").press("p");
    terminal.expect("Method [cash]:").press("\r").expect("Receipt").press("\r").expect("Amount").press("\r");
    let screen = terminal.ends(0);
    assert!(screen.contains("cash on delivery") && screen.contains("paid 29.99 cash"), "{screen}");
    assert_eq!(payments(&shop), ["LEG-3 29.99 cash -"]);
    assert_eq!(shop.number("SELECT SUM(cod) FROM orders WHERE status = 'confirmed'"), 1);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'"), 3);
    shop.check();
    // One no, and none is confirmed.
    for reference in ["LEG-4", "LEG-5"] {
        shop.take(reference, BELT, 1, None);
    }
    let mut terminal = Terminal::run(&shop, 80, &["confirm", "LEG-4", "LEG-5"]);
    terminal.expect("Confirm these 2 orders? [y/N]").press("p").expect("LEG-4, John Doe").press("c");
    terminal.expect("LEG-5, John Doe");
    let screen = terminal.answer("n", 9);
    assert!(screen.contains("these 2 orders not confirmed; nothing changed"), "{screen}");
    assert_eq!((shop.status("LEG-4").as_str(), shop.number("SELECT SUM(cod) FROM orders")), ("pending", 1));
}

#[test]
fn leaving_a_question_about_money_changes_nothing() {
    let shop = Shop::with_order();
    let before = shop.dump();
    for (keys, code, words) in [
        ("\u{1b}", 9, "error: LEG-LXYZ1234-AB5C not confirmed; nothing changed"),
        ("\u{4}", 9, "error: LEG-LXYZ1234-AB5C not confirmed; nothing changed"),
        ("\u{3}", 130, "error: interrupted; nothing changed"),
    ] {
        for questions in 0..3 {
            let mut terminal = Terminal::run(&shop, 80, &["confirm", ORDER]);
            terminal.expect("[y/N]").press("p").expect("Method");
            for next in ["Receipt", "Amount"].iter().take(questions) {
                terminal.press("\r").expect(next);
            }
            let screen = terminal.answer(keys, code);
            assert!(screen.contains(words), "{keys:?} {questions}: {screen}");
            assert_eq!(shop.dump(), before, "{keys:?}");
        }
    }
}

#[test]
fn the_question_of_confirm_shows_the_last_note_and_what_is_due() {
    let shop = Shop::stocked();
    let sent = order("LEG-1", BELT, 2, None).replacen('{', r#"{"deliveryFee":50,"discount":9.98,"#, 1);
    shop.orders(["create", "-q"]).stdin(sent).succeeds();
    shop.orders(["note", "LEG-1", "calls back at five"]).succeeds();
    let mut terminal = Terminal::run(&shop, 80, &["confirm", "LEG-1", "--paid", "cash", "--color", "never"]);
    terminal.expect("Confirm LEG-1? [y/N]");
    let screen = terminal.screen();
    for line in
        ["Discount -9.98", "Delivery 50.00", "To pay 100.00", "to record: paid 100.00 cash", "Note: calls back at five"]
    {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
    assert!(!screen.contains("Keys:"), "{screen}");
    terminal.answer("y", 0);
    assert_eq!(payments(&shop), ["LEG-1 100.00 cash -"]);
}

#[test]
fn every_other_answer_changes_nothing() {
    let shop = Shop::with_order();
    let before = shop.dump();
    for (keys, code, words) in [
        ("n", 9, "error: LEG-LXYZ1234-AB5C not confirmed; nothing changed"),
        ("ى", 9, "not confirmed"),
        ("\r", 9, "not confirmed"),
        ("\u{1b}", 9, "not confirmed"),
        ("x\u{3}", 130, "error: interrupted; nothing changed"),
    ] {
        let mut terminal = Terminal::run(&shop, 80, &["confirm", ORDER]);
        terminal.expect("[y/N]");
        let screen = terminal.answer(keys, code);
        assert!(screen.contains(words), "{keys:?}: {screen}");
        assert_eq!(shop.dump(), before, "{keys:?}");
    }
}

/// A terminal that shows no cursor and echoes no key would be all that is left.
#[test]
fn a_signal_at_a_question_restores_the_terminal() {
    let shop = Shop::with_order();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        for (args, question) in [(&["confirm", ORDER][..], "[y/N]"), (&["confirm"], "Which?")] {
            let mut terminal = Terminal::run(&shop, 80, args);
            let pty = Arc::clone(&terminal.pty);
            let modes = || tcgetattr(&*pty).unwrap().local_modes;
            terminal.expect(question).until(|| !modes().contains(LocalModes::ICANON), "question");
            let child = Pid::from_raw(i32::try_from(terminal.child.id()).unwrap()).unwrap();
            kill_process(child, signal).unwrap();
            let status = terminal.end();
            assert!(status.code() == Some(130) || status.signal() == Some(signal.as_raw()), "{signal:?}: {status}");
            let modes = modes();
            assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO), "{signal:?}: {modes:?}");
            assert_eq!(shop.status(ORDER), "pending");
        }
    }
}

#[test]
fn several_pending_orders_can_be_picked() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    // Narrow, with an Arabic name: nothing on the screen above is eaten.
    let mut terminal = Terminal::run(&shop, 48, &["confirm"]);
    terminal.expect("Which? Type, Tab marks, Enter takes").expect(ORDER);
    terminal
        .press(" ")
        .expect("> [x]")
        .press("\u{1b}[B")
        .press("\t")
        .until(|| terminal.screen().matches("[x]").count() == 2, "two marks");
    terminal.press("\r").expect("Confirm these 2 orders? [y/N]");
    let screen = terminal.answer("y", 0);
    assert!(screen.contains("confirmed LEG-MLB63A8W-0QTZ"), "{screen}");
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'"), 2);
    shop.check();
}

#[test]
fn picking_nothing_or_leaving_changes_nothing() {
    let shop = Shop::with_order();
    for (keys, code, said) in
        [("\u{1b}", 9, "no order was picked; nothing changed"), ("\u{3}", 130, "interrupted; nothing changed")]
    {
        let mut terminal = Terminal::run(&shop, 80, &["confirm"]);
        terminal.expect(ORDER);
        let screen = terminal.answer(keys, code);
        assert!(screen.contains(&format!("error: {said}")), "{screen}");
        assert_eq!(shop.status(ORDER), "pending");
    }
    shop.orders(["cancel", ORDER]).succeeds();
    let screen = Terminal::run(&shop, 80, &["confirm"]).ends(3);
    assert!(screen.contains("there is no order to confirm"), "{screen}");
    assert!(screen.contains("to see all orders:  orders list"), "{screen}");
}

#[test]
fn enter_without_a_mark_takes_the_order_under_the_cursor() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 48, &["confirm"]);
    terminal.expect(ORDER).press("\r").expect("Confirm LEG-LXYZ1234-AB5C? [y/N]");
    terminal.answer("y", 0);
    assert_eq!(shop.status(ORDER), "confirmed");
}

/// Right-to-left names, more orders than rows: each row is one line, and the name is what is cut.
#[test]
fn three_hundred_orders_are_picked_from_page_by_page() {
    let shop = Shop::stocked();
    let orders: String = (0..300)
        .map(|n| {
            let name = format!("عبد الرحمن محمد السيد الإسكندراني الكبير {n}");
            order(&format!("LEG-{n:04}"), BELT, 1, None).replace("John Doe", &name) + "\n"
        })
        .collect();
    shop.orders(["import", "-"]).stdin(orders).succeeds();
    for columns in [48, 80] {
        let mut terminal = Terminal::run(&shop, columns, &["confirm"]);
        terminal.expect("> [ ] LEG-0299  29.99  2026-02-04  ").expect("(1 of 300)");
        terminal
            .press("\u{1b}[C")
            .expect("(23 of 300)")
            .expect("> [ ] LEG-0277")
            .press("\u{1b}[A")
            .expect("(22 of 300)");
        terminal.press(" ").expect("[x] LEG-0278").press("0123").expect("> [ ] LEG-0123");
        // A screen is drawn piece by piece.
        terminal.until(|| terminal.screen().lines().count() == 2, "one row below the filter");
        terminal.expect("Filter: 0123 (1 marked elsewhere)");
        assert!(!terminal.screen.lock().unwrap().0.screen().row_wrapped(1));
        terminal.press("\t").expect("> [x] LEG-0123").press("\u{1b}").expect("> [ ] LEG-0299");
        terminal.press("\u{1b}[F").expect("(300 of 300)").expect("> [ ] LEG-0000");
        terminal.press("\u{1b}[H").expect("(1 of 300)");
        terminal.press("\r").expect("Confirm these 2 orders? [y/N]");
        terminal.answer("n", 9);
    }
}

#[test]
fn every_command_with_a_reference_lets_an_order_be_picked() {
    let shop = Shop::with_order();
    shop.take("LEG-CANCELLED", BELT, 1, None);
    shop.orders(["cancel", "LEG-CANCELLED"]).succeeds();
    for (args, is_offered, keys, words) in [
        (&["show"][..], true, "lxyz\r", "Phone     +1234567890"),
        (&["history"], true, "lxyz\r", "created"),
        (&["message"], true, "lxyz\r", "thank you for your order"),
        (&["edit", "--name", "Jane"], false, "\r", "Customer  Jane"),
        (&["note", "calls back"], true, "lxyz\r", "Customer  Jane"),
        (&["note", "sunday"], true, "lxyz\r", "Customer  Jane"),
        (&["pay", "10", "cash"], false, "lxyz\r", "Paid 10.00"),
        (&["pay", "--void", "1", "--note", "x"], true, "lxyz\r", "Paid 0.00"),
        (&["pay", "70", "cash"], false, "lxyz\r", "Owed to the customer 10.02"),
        (&["refund", "cash"], false, "lxyz\r", "Paid 59.98"),
        (&["refund", "5", "cash"], false, "lxyz\r", "Paid 54.98"),
        (&["set-status", "cancelled", "--yes"], false, "", "name an order"),
        (&["cancel"], false, "\ry", "LEG-LXYZ1234-AB5C: pending → cancelled"),
    ] {
        let mut terminal = Terminal::run(&shop, 80, args);
        if keys.is_empty() {
            let screen = terminal.ends(2);
            assert!(screen.contains(words), "{args:?}: {screen}");
            continue;
        }
        terminal.expect("Type").expect(ORDER);
        assert_eq!(terminal.screen().contains("LEG-CANCELLED"), is_offered, "{args:?}");
        let screen = terminal.answer(keys, 0);
        assert!(screen.contains(words), "{args:?}: {screen}");
    }
    for args in [
        &["show"][..],
        &["history"],
        &["message"],
        &["edit", "--name", "Jane"],
        &["note", "calls back"],
        &["pay", "10", "cash"],
        &["pay", "--void", "1", "--note", "x"],
        &["refund", "cash"],
        &["return"],
        &["confirm"],
        &["cancel"],
        &["set-status", "shipped"],
    ] {
        let run = args.iter().fold(shop.orders([]), |run, arg| run.arg(arg));
        run.fails(2, "error: name an order\nhint: to see which there are:  orders list\n");
    }
}

#[test]
fn the_pickers_of_pay_and_refund_list_only_orders_that_fit() {
    let shop = Shop::with_order();
    for (reference, fee) in [("LEG-2", "3.25"), ("LEG-3", "10"), ("LEG-4", "0")] {
        shop.take(reference, BELT, 1, None);
        shop.orders(["edit", reference, "--delivery", fee, "-q"]).succeeds();
    }
    shop.take("LEG-CANCELLED", BELT, 1, None);
    shop.orders(["cancel", "LEG-CANCELLED"]).succeeds();
    shop.orders(["pay", "LEG-4", "29.99", "cash", "-q"]).succeeds();
    shop.orders(["pay", "LEG-3", "51.24", "cash", "-q"]).succeeds();
    // Of what is paid nothing is due. What is due exactly comes first.
    let rows = |args: &[&str]| {
        let mut terminal = Terminal::run(&shop, 80, args);
        let screen = terminal.expect("> ").screen();
        terminal.answer("\u{1b}", 9);
        let rows: Vec<String> = (screen.lines().skip(2))
            .map(|row| row.trim_start_matches(['>', ' ']).split_whitespace().take(4).collect::<Vec<_>>().join(" "))
            .collect();
        rows
    };
    assert_eq!(
        rows(&["pay", "33.24", "cash"]),
        ["LEG-2 due 33.24 2026-02-04", "LEG-LXYZ1234-AB5C due 59.98 2026-02-04"]
    );
    assert_eq!(rows(&["pay", "59.98", "cash"])[0], "LEG-LXYZ1234-AB5C due 59.98 2026-02-04");
    assert_eq!(rows(&["refund", "cash"]), ["LEG-3 owed 11.25 2026-02-04"]);
    assert_eq!(rows(&["refund", "5", "cash"]).len(), 2);
}

/// The last four are what people type of a reference.
#[test]
fn a_picker_shows_the_end_of_a_reference() {
    let shop = Shop::stocked();
    for end in ["V1S1", "9QXK"] {
        shop.take(&format!("LAILA-MLLYVDS0-{end}"), BELT, 1, None);
    }
    let mut terminal = Terminal::run(&shop, 48, &["show"]);
    terminal.expect("DS0-V1S1").expect("DS0-9QXK");
    terminal.answer("\u{1b}", 9);
}

/// Letters mark, take and leave nothing: whoever types a name must not move a stranger's order.
#[test]
fn typing_a_name_finds_its_order_in_every_picker() {
    let shop = Shop::stocked();
    shop.orders(["config", "countryCode", "20"]).succeeds();
    for (reference, name, phone) in [
        ("LEG-1", "José Queen", "0101"),
        ("LEG-2", "أحمد حسن", "0102"),
        ("LEG-3", "Jack Quill", "0103"),
        ("LEG-4", "Omar Hall", "0104"),
    ] {
        let order = order(reference, BELT, 1, None).replace("John Doe", name).replace("+1234567890", phone);
        shop.orders(["create", "-q"]).stdin(order).succeeds();
    }
    for (args, asked) in [(&["confirm"][..], "Confirm "), (&["cancel"], "Cancel "), (&["show"], "")] {
        for (typed, reference) in [
            ("jose queen", "LEG-1"),
            ("احمد", "LEG-2"),
            ("jack q", "LEG-3"),
            ("omar hall", "LEG-4"),
            ("+20103", "LEG-3"),
        ] {
            let mut terminal = Terminal::run(&shop, 80, args);
            terminal.expect("> [ ] LEG-4");
            for key in typed.chars() {
                terminal.press(&key.to_string());
            }
            terminal.until(|| terminal.screen().lines().count() == 2, "one order");
            terminal.expect(&format!("> [ ] {reference}")).press("\r");
            match asked {
                "" => drop(terminal.ends(0)),
                asked => {
                    terminal.expect(&format!("{asked}{reference}? [y/N]"));
                    terminal.answer("n", 9);
                }
            }
        }
    }
    let mut terminal = Terminal::run(&shop, 48, &["show"]);
    terminal.expect("> [ ] LEG-4").press("xyz").expect("no match; Esc clears the filter").press("\u{1b}");
    terminal.expect("> [ ] LEG-4").press("\u{1b}");
    assert!(terminal.ends(9).trim_end().ends_with("error: no order was picked"));
}

/// A finger slips on a list: what was picked there is asked about, what was named is not.
#[test]
fn set_status_asks_before_it_moves_picked_orders() {
    let shop = Shop::with_order();
    shop.take("LEG-2", BELT, 1, None);
    shop.orders(["edit", "LEG-2", "--name", "ليلى حسن"]).succeeds();
    shop.orders(["confirm", ORDER, "LEG-2"]).succeeds();
    for (keys, code) in [("n", 9), ("\r", 9), ("\u{3}", 130)] {
        let mut terminal = Terminal::run(&shop, 48, &["set-status", "processing"]);
        terminal.expect("> [ ] LEG-2").press("ليلى").expect("Filter").press("\r");
        terminal.expect("Move LEG-2").expect("ليلى حسن").expect("to processing? [y/N]");
        terminal.answer(keys, code);
        assert_eq!(shop.status("LEG-2"), "confirmed");
    }
    let mut terminal = Terminal::run(&shop, 80, &["set-status", "shipped"]);
    terminal.expect("> [ ] LEG-2").press("\t").press("\u{1b}[B").press("\t").press("\r");
    terminal.expect("Move these 2 orders to shipped? [y/N]").expect("John Doe");
    terminal.answer("y", 0);
    assert_eq!((shop.status(ORDER).as_str(), shop.status("LEG-2").as_str()), ("shipped", "shipped"));
    Terminal::run(&shop, 80, &["set-status", ORDER, "delivered"]).ends(0);
    // None can go there.
    let screen = Terminal::run(&shop, 80, &["set-status", "pending"]).ends(2);
    assert!(screen.contains("error: set-status takes no order to pending"), "{screen}");
    let screen = Terminal::run(&shop, 80, &["set-status", "confirmed"]).ends(2);
    assert!(screen.trim_end().ends_with("hint: to confirm orders:  orders confirm"), "{screen}");
}

#[test]
fn a_new_method_is_announced_before_the_order_is_picked() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 80, &["pay", "5", "bosta"]);
    terminal.expect("note: bosta is a new method").expect("Which order was paid 5.00 by bosta?");
    let screen = terminal.answer("\r", 0);
    assert_eq!(screen.matches("is a new method").count(), 1, "{screen}");
    let mut terminal = Terminal::run(&shop, 80, &["pay", "5", "bosta"]);
    terminal.expect("Which order");
    assert!(!terminal.answer("\u{1b}", 9).contains("is a new method"));
}

#[test]
fn the_picker_of_note_says_which_text_it_writes() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 48, &["note", "calls back on Sunday, wants two"]);
    terminal.expect("Note \"calls back on Sunday, w…\" on which order?").expect(ORDER);
    terminal.answer("\r", 0);
    for word in [ORDER, "leg-lxyz1234-ab5c", "AB5C"] {
        let screen = Terminal::run(&shop, 80, &["note", word]).ends(2);
        assert!(screen.contains("error: the text of the note on LEG-LXYZ1234-AB5C is missing\n"), "{screen}");
    }
}

#[test]
fn one_ctrl_d_ends_what_is_pasted_at_a_terminal() {
    let shop = Shop::with_order();
    let sent = order("LEG-2", BELT, 1, None).replace('\n', " ");
    let product = r#"{"name": "Cap", "barcode": "CAP-1", "price": 5}"#;
    let payments = format!("orderReference,amount,method\n{ORDER},5,cash");
    for (args, pasted, shown) in [
        (&["show", "-"][..], ORDER, "Customer  John Doe"),
        (&["create", "-"], &sent, "LEG-2"),
        (&["import", "-"], &sent, "imported 0, unchanged 1"),
        (&["product", "import", "-"], product, "imported 1"),
        (&["product", "receive", "-", "--ref", "INV-1"], "sku,quantity\nBLT-01,3", "BLT-01"),
        (&["product", "count", "-", "--note", "shelf"], "sku,counted\nBLT-01,15", "BLT-01"),
        (&["pay", "--from", "-"], &payments, "recorded 1"),
        (&["confirm", "-"], ORDER, "[y/N]"),
    ] {
        let mut terminal = Terminal::run(&shop, 80, args);
        terminal.expect("note: type or paste here; Ctrl-D on a new line ends").press(pasted).press("\n\u{4}");
        terminal.expect(shown);
        match args[0] {
            "confirm" => terminal.answer("n", 9),
            _ => terminal.ends(0),
        };
    }
}

#[test]
fn removing_a_product_is_asked_about_where_there_is_stock_or_a_part_was_given() {
    let shop = Shop::stocked();
    for (product, keys, code) in [("belt", "n", 9), ("BLT-01", "\r", 9), ("Leather Belt", "\u{3}", 130)] {
        let mut terminal = Terminal::run(&shop, 80, &["product", "remove", product]);
        terminal.expect("Remove Leather Belt (BLT-01) with 12 pieces on hand? [y/N]");
        terminal.answer(keys, code);
    }
    let mut terminal = Terminal::run(&shop, 80, &["product", "remove", "belt"]);
    terminal.expect("[y/N]");
    shop.orders(["product", "adjust", "BLT-01", "+1", "--note", "found"]).succeeds();
    let screen = terminal.answer("y", 5);
    assert!(screen.contains("nothing changed"), "{screen}");
    let mut terminal = Terminal::run(&shop, 80, &["product", "remove", "belt"]);
    terminal.expect("with 13 pieces on hand? [y/N]").press("y");
    terminal.ends(0);
    shop.orders(["product", "add", "--name", "Old Cap", "--price", "5", "--barcode", "CAP-1"]).succeeds();
    Terminal::run(&shop, 80, &["product", "remove", "CAP-1"]).ends(0);
}

#[test]
fn cancelling_is_asked_about() {
    let shop = Shop::with_order();
    for (keys, code) in [("n", 9), ("\r", 9), ("\u{3}", 130)] {
        let mut terminal = Terminal::run(&shop, 48, &["cancel", "ab5c"]);
        terminal.expect("Customer  John Doe").expect("Cancel LEG-LXYZ1234-AB5C? [y/N]");
        terminal.answer(keys, code);
        assert_eq!(shop.status(ORDER), "pending");
    }
    let mut terminal = Terminal::run(&shop, 80, &["cancel", ORDER]);
    terminal.expect("[y/N]");
    shop.orders(["edit", ORDER, "--name", "Jane"]).succeeds();
    let screen = terminal.answer("y", 5);
    assert!(screen.contains("changed while you were asked; nothing changed"), "{screen}");
    let mut terminal = Terminal::run(&shop, 80, &["set-status", ORDER, "cancelled"]);
    terminal.expect("[y/N]").press("y");
    terminal.ends(0);
    // What cannot be is not asked about.
    let screen = Terminal::run(&shop, 80, &["cancel", ORDER]).ends(5);
    assert!(!screen.contains("[y/N]"), "{screen}");
    shop.take("LEG-2", BELT, 1, None);
    Terminal::run(&shop, 80, &["cancel", "LEG-2", "--yes"]).ends(0);
    Terminal::run(&shop, 80, &["cancel", "LEG-2", "--no-input"]).ends(2);
}

#[test]
fn the_question_of_cancel_says_what_becomes_of_the_stock_and_the_money() {
    let shop = Shop::with_order();
    shop.orders(["confirm", ORDER, "--paid", "cash"]).succeeds();
    for (options, said) in [
        (&[][..], &["back in stock: 2 × Classic T-Shirt (L)", "59.98 is then owed to the customer; --keep AMOUNT"][..]),
        (&["--keep", "9.98"], &["back in stock: 2 ×", "50.00 is then owed to the customer\n"]),
        (&["--keep", "59.98", "--no-restock", "--note", "torn"], &["written off: 2 × Classic T-Shirt (L)"]),
    ] {
        let args: Vec<&str> = ["cancel", ORDER].into_iter().chain(options.iter().copied()).collect();
        let mut terminal = Terminal::run(&shop, 100, &args);
        terminal.expect("[y/N]");
        let screen = terminal.screen();
        assert!(said.iter().all(|said| screen.contains(said)), "{options:?}: {screen}");
        terminal.answer("n", 9);
    }
}

#[test]
fn confirm_offers_only_the_keys_that_say_something_of_the_order() {
    let shop = Shop::stocked();
    for (reference, option) in [("LEG-PAID", "--delivery=0"), ("LEG-COD", "--cod"), ("LEG-OPEN", "--delivery=5")] {
        shop.take(reference, BELT, 1, None);
        shop.orders(["edit", reference, option]).succeeds();
    }
    shop.orders(["pay", "LEG-PAID", "29.99", "cash"]).succeeds();
    for (orders, keys) in [
        (&["LEG-PAID"][..], None),
        (&["LEG-COD"], Some("Keys: y confirm, p paid\n")),
        (&["LEG-OPEN"], Some("Keys: y confirm, p paid, c cash on delivery\n")),
        (&["LEG-PAID", "LEG-OPEN"], Some("Keys: y confirm, p paid, c cash on delivery\n")),
    ] {
        let args: Vec<&str> = ["confirm"].into_iter().chain(orders.iter().copied()).collect();
        let mut terminal = Terminal::run(&shop, 80, &args);
        terminal.expect("[y/N]");
        let screen = terminal.screen();
        assert_eq!((screen.contains("Keys:"), keys.is_none_or(|keys| screen.contains(keys))), (keys.is_some(), true));
        terminal.answer("n", 9);
    }
    // The paid one stays paid, and is not asked about.
    let mut terminal = Terminal::run(&shop, 80, &["confirm", "LEG-PAID", "LEG-OPEN"]);
    terminal.expect("[y/N]");
    terminal.answer("c", 0);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE cod AND reference = 'LEG-PAID'"), 0);
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE cod AND reference = 'LEG-OPEN'"), 1);
}

#[test]
fn a_mistyped_amount_is_the_last_thing_that_is_said() {
    let shop = Shop::with_order();
    let screen = Terminal::run(&shop, 80, &["pay", ORDER, "599.8", "cash"]).ends(0);
    let last = "\
warning: LEG-LXYZ1234-AB5C is paid 539.82 more than is due
hint: if it was mistyped:  orders pay LEG-LXYZ1234-AB5C --void 1 --note WHY";
    assert!(screen.trim_end().ends_with(last), "{screen}");
    shop.orders(["pay", ORDER, "--void", "1", "--note", "mistyped"]).succeeds();
    let done = shop.orders(["pay", ORDER, "599.8", "cash", "--dry-run"]).exits(0);
    assert!(!done.stderr.contains("--void"), "{}", done.stderr);
    let done = shop.orders(["create", "--phone", "1", "--name", "A", "--item", "BLT-01", "--confirm"]);
    let done = done.arg("--paid").arg("cash").arg("--amount").arg("30").exits(0);
    assert!(done.stderr.contains("11.25 more than is due") && done.stderr.contains("--void 1"), "{}", done.stderr);
}

#[test]
fn a_note_on_the_customer_is_shown_with_their_orders() {
    let shop = Shop::with_order();
    shop.orders(["customer", "note", "+1234567890", "calls after five"]).succeeds();
    let shown = shop.orders(["show", ORDER]).succeeds();
    assert!(shown.ends_with("About the customer: calls after five\n"), "{shown}");
    assert!(!shop.orders(["show", ORDER, "--json"]).succeeds().contains("after five"));
    let mut terminal = Terminal::run(&shop, 80, &["confirm", ORDER]);
    terminal.expect("About the customer: calls after five").expect("[y/N]");
    terminal.answer("n", 9);
    // It is the shop's own.
    shop.orders(["user", "add", "mona", "--role", "buyer", "--phone", "+1234567890"]).succeeds();
    assert!(!shop.orders(["--as", "mona", "show", ORDER]).succeeds().contains("after five"));
}

#[test]
fn an_item_that_is_short_of_stock_is_marked_as_it_is_typed() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 48, &["create", "--color", "never"]);
    for (question, keys) in [
        ("Phone:", "+1234567890\r"),
        ("Name [the same]:", "\r"),
        ("Address [the same], or none:", "\r"),
        ("Item 1:", "belt\r"),
        ("Quantity [1], 12 in stock:", "10\r"),
        ("Item 2:", "belt\r"),
        ("Quantity [1], 2 in stock:", "3\r"),
        ("! only 2 in stock", "\u{3}"),
    ] {
        terminal.expect(question).press(keys);
    }
    assert!(!terminal.ends(130).contains("only 12 in stock"));
}

#[test]
fn import_without_a_file_at_a_terminal_is_wrong_usage() {
    let shop = Shop::with_order();
    for args in [&["import"][..], &["product", "import"]] {
        Terminal::run(&shop, 80, args).ends(2);
    }
}

#[test]
fn the_question_of_confirm_shows_prices_and_a_likely_duplicate_to_accept() {
    let shop = Shop::stocked();
    shop.orders(["create", "-q"]).stdin(order("LEG-0001", SHIRT, 1, Some("L")).replace("29.99", "19.99")).succeeds();
    shop.orders(["create", "-q"]).stdin(order("LEG-0002", SHIRT, 1, Some("L")).replace("29.99", "19.99")).succeeds();
    shop.orders(["confirm", "LEG-0001", "--yes"]).exits(5);
    let mut terminal = Terminal::run(&shop, 80, &["confirm", "LEG-0001"]);
    terminal
        .expect("! Classic T-Shirt: price 19.99 is below the list price 29.99")
        .expect("! same phone and items as LEG-0002 (pending, 2026-02-04 10:30): ordered twice?")
        .expect("[y/N]");
    terminal.answer("y", 0);
    assert_eq!(shop.status("LEG-0001"), "confirmed");
}

#[test]
fn an_order_that_changed_during_the_question_is_not_confirmed() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 80, &["confirm", ORDER]);
    terminal.expect("[y/N]");
    // Nobody is kept waiting by a question.
    shop.orders(["edit", ORDER, "--item", "1", "--quantity", "3", "--wait", "0"]).succeeds();
    let screen = terminal.answer("y", 5);
    assert!(screen.contains("changed while you were asked; nothing changed"), "{screen}");
    assert_eq!((shop.status(ORDER).as_str(), shop.on_hand("SKU-12345", "L")), ("pending", 3));
}

#[test]
fn with_keep_going_only_what_was_shown_is_confirmed() {
    let shop = Shop::with_order();
    shop.take("LEG-0002", SHIRT, 2, Some("L"));
    // What nobody was asked about has its own reason.
    shop.take("LEG-0003", SHIRT, 9, Some("L"));
    let screen = Terminal::run(&shop, 80, &["confirm", "LEG-0003", "--keep-going"]).ends(8);
    assert!(screen.contains("error: insufficient stock for LEG-0003"), "{screen}");
    let mut terminal = Terminal::run(&shop, 80, &["confirm", ORDER, "LEG-0002", "--keep-going"]);
    terminal.expect("Confirm LEG-LXYZ1234-AB5C? (1 cannot be) [y/N]");
    shop.orders(["product", "adjust", "SKU-12345", "+5", "--size", "L", "--note", "delivery"]).succeeds();
    terminal.answer("y", 8);
    assert_eq!((shop.status(ORDER).as_str(), shop.status("LEG-0002").as_str()), ("confirmed", "pending"));
    shop.check();
}

#[test]
fn no_input_asks_nothing() {
    let shop = Shop::with_order();
    let screen = Terminal::run(&shop, 80, &["confirm", ORDER, "--no-input"]).ends(2);
    assert!(screen.contains("--no-input, but confirming needs an answer"), "{screen}");
    Terminal::run(&shop, 80, &["confirm", "--no-input"]).ends(2);
    Terminal::run(&shop, 80, &["create", "--no-input"]).ends(2);
    for option in ["--yes", "--dry-run"] {
        let screen = Terminal::run(&shop, 80, &["create", option]).ends(2);
        assert!(screen.contains("name a file, or - for stdin"), "{screen}");
    }
    let screen = Terminal::run(&shop, 80, &["confirm", "ab5c", "--dry-run"]).ends(0);
    assert!(screen.contains("would confirm"), "{screen}");
    let screen = Terminal::run(&shop, 80, &["confirm", "ab5c", "--yes"]).ends(0);
    assert!(screen.contains("confirmed LEG"), "{screen}");
}

#[test]
fn a_table_fits_a_narrow_screen_by_leaving_columns_out() {
    let shop = Shop::with_order();
    shop.orders(["import"]).arg(shipped("examples/orders.ndjson")).succeeds();
    for words in ["50 cash --receipt R-1", "9.98 instapay --receipt", "70 bosta"] {
        let run = words.split(' ').fold(shop.orders(["pay", ORDER]), |run, word| run.arg(word));
        let run =
            if words.ends_with("receipt") { run.arg("إيصال رقم ٤٧١١ من بنك مصر") } else { run };
        run.succeeds();
    }
    shop.orders(["pay", ORDER, "--void", "3", "--note", "لا يخص هذا الطلب، كُتب بالخطأ"]).succeeds();
    shop.orders(["refund", ORDER, "1.50", "cash", "--receipt", "G-1"]).succeeds();
    let list = |columns| Terminal::run(&shop, columns, &["list", "--color", "never"]).ends(0);
    assert!(list(80).starts_with("REFERENCE          ORDERED           CUSTOMER      STATUS   ITEMS   TOTAL\n"));
    assert!(list(48).starts_with("REFERENCE          CUSTOMER      STATUS    TOTAL\n"), "{}", list(48));
    assert!(list(30).starts_with("REFERENCE          STATUS\n"), "{}", list(30));
    for columns in [40, 48, 60, 80] {
        for command in [
            "list",
            "show LEG-LXYZ1234-AB5C",
            "history LEG-LXYZ1234-AB5C",
            "product list",
            "list --items",
            "product history BLT-01",
            "today",
        ] {
            let args: Vec<&str> = command.split(' ').collect();
            let mut terminal = Terminal::run(&shop, columns, &args);
            let screen = terminal.ends(0);
            let shown = terminal.screen.lock().unwrap();
            assert!(!(0..24).any(|row| shown.0.screen().row_wrapped(row)), "{command} at {columns}:\n{screen}");
        }
    }
}

/// A column that is not there is not missed by anybody, so it is said.
#[test]
fn a_terminal_names_the_columns_that_have_no_room() {
    let shop = Shop::with_order();
    for (line, columns, said) in [
        (
            "list",
            48,
            "note: no room for ORDERED, ITEMS: a wider\n  terminal shows them, or --fields with\n  orderDate, itemCount",
        ),
        ("list --items", 48, "or --fields with\n  status, selectedColor, unitPrice"),
        ("product list", 30, "with\n  price, sizeQuantities"),
        ("product history BLT-01", 48, ""),
        ("show LEG-LXYZ1234-AB5C", 40, "or --json"),
        ("list", 80, ""),
        ("list -q", 48, ""),
        ("list --json", 48, ""),
        ("report pending", 48, ""),
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        let screen = Terminal::run(&shop, columns, &args).ends(0);
        assert_eq!(screen.contains("no room for"), !said.is_empty(), "{line}: {screen}");
        assert!(screen.contains(said), "{line}: {screen}");
    }
    assert_eq!(shop.orders(["list", "--items"]).exits(0).stderr, "");
}

/// What cron mails is what is seen, with the money, however narrow the terminal.
#[test]
fn a_report_is_the_same_at_a_terminal_of_any_width() {
    let shop = Shop::with_order();
    for report in ["pending", "stock", "sales"] {
        let piped = shop.orders(["report", report]).succeeds();
        let printed = |columns| {
            let mut terminal = Terminal::run(&shop, columns, &["report", report]);
            terminal.ends(0);
            terminal.printed().replace('\r', "")
        };
        assert_eq!(printed(48), piped, "{report}");
        assert_eq!(printed(120), piped, "{report}");
    }
}

#[test]
fn messages_on_a_narrow_terminal_break_between_words_and_not_in_commands() {
    let shop = Shop::with_order();
    let screen = Terminal::run(&shop, 48, &["set-status", ORDER, "shipped"]).ends(5);
    let expected = "\
error: order LEG-LXYZ1234-AB5C cannot go from
  pending to shipped; nothing changed
hint: to confirm it:
  orders confirm LEG-LXYZ1234-AB5C";
    assert_eq!(screen.trim_end(), expected);
    shop.orders(["confirm", ORDER]).succeeds();
    let screen = Terminal::run(&shop, 40, &["history", ORDER]).ends(0);
    assert!(screen.contains("  operator\n  pending → confirmed\n"), "{screen}");
}

#[test]
fn statuses_have_colours_on_a_terminal_and_nowhere_else() {
    let shop = Shop::with_order();
    let mut terminal = Terminal::run(&shop, 80, &["list"]);
    terminal.ends(0);
    let bytes = String::from_utf8(terminal.screen.lock().unwrap().1.clone()).unwrap();
    assert!(bytes.contains("\u{1b}[1m\u{1b}[33mpending\u{1b}[0m"), "{bytes:?}");
    assert!(!shop.orders(["list"]).succeeds().contains('\u{1b}'));
    assert!(shop.orders(["list", "--color", "always"]).env("NO_COLOR", "1").succeeds().contains("\u{1b}[33mpending"));
}

#[test]
fn an_order_is_asked_for_and_taken_by_one_key() {
    let shop = Shop::stocked();
    shop.orders(["product", "set", "BLT-01", "--name", "حزام جلد طبيعي بني اللون مقاس كبير جدا"]).succeeds();
    for columns in [48, 80] {
        let mut terminal = Terminal::run(&shop, columns, &["create", "--color", "never", "--note", "by phone"]);
        terminal.expect("Phone:").press("x\r").expect("must have a digit");
        terminal.press("0100 111 2222\r");
        if columns == 48 {
            terminal.expect("Name:").press("\r").expect("must not be blank");
            terminal.press("ليلى حسن\r").expect("Address, if there is one:").press("شارع التحرير ٥\r");
        } else {
            // The phone's last order is offered.
            terminal.expect("ليلى حسن").expect("شارع التحرير").expect("Name [the same]:").press("\r");
            terminal.expect("Address [the same], or none:").press("none\r");
        }
        terminal.expect("Item 1:").expect("Which? Type to filter, Enter takes").expect("Classic T-Shirt");
        assert!(!terminal.screen().contains("no more items"), "an order has an item");
        terminal.press("t-sh").until(
            || terminal.screen().contains("Filter: t-sh") && !terminal.screen().contains("Canvas"),
            "one product",
        );
        terminal.press("\r").expect("Size of Classic T-Shirt").expect("> S").press("l\r");
        terminal.expect("Quantity [1], ").press("0\r").expect("must be a whole number from 1").press("٢\r");
        terminal.expect("Item 1: 2 × Classic T-Shirt (L) at 29.99").expect("> no more items");
        terminal.press("blt").expect("Filter: blt").press("\r").expect("Quantity [1], ").press("\r");
        terminal.expect("Item 2: 1 × ").expect("Item 3:").press("\r");
        terminal
            .expect("Delivery fee [not agreed yet]:")
            .press("1,5\r")
            .expect("must be written without a comma: 1.50");
        terminal
            .press("٥٠\r")
            .expect("Take this order? [y/N]")
            .expect("Total 78.73 for 3 pieces")
            .expect("To pay 128.73");
        let shown = terminal.screen.lock().unwrap();
        assert!(!(0..24).any(|row| shown.0.screen().row_wrapped(row)), "{}", shown.0.screen().contents());
        drop(shown);
        // The key y of an Arabic keyboard: the name was typed with it.
        terminal.answer("غ", 0);
    }
    let orders = shop.orders(["list", "--items", "--json"]).json();
    assert_eq!(orders.as_array().unwrap().len(), 2);
    for (order, address) in orders.as_array().unwrap().iter().zip([None, Some("شارع التحرير ٥")]) {
        assert_eq!((order["customerName"].as_str(), order["customerAddress"].as_str()), (Some("ليلى حسن"), address));
        assert_eq!((&order["deliveryFee"], &order["items"][0]["selectedSize"]), (&"50.00".into(), &"L".into()));
        assert_eq!((&order["status"], &order["notes"][0]["note"]), (&"pending".into(), &"by phone".into()));
    }
    shop.check();
}

#[test]
fn leaving_the_questions_of_create_writes_nothing() {
    let shop = Shop::with_order();
    let before = shop.dump();
    let steps = [
        ("Phone:", "+1234567890\r"),
        ("Name [the same]:", "\r"),
        ("Address [the same], or none:", "\r"),
        ("Item 1:", "belt\r"),
        ("Quantity [1], ", "\r"),
        ("Item 2:", "\r"),
        ("Delivery fee", "\r"),
        ("Take this order? [y/N]", "n"),
    ];
    for left in 0..steps.len() {
        for (key, code, words) in [
            ("\u{1b}", 9, "error: the order was not taken; nothing changed"),
            ("\u{3}", 130, "error: interrupted; nothing changed"),
        ] {
            let mut terminal = Terminal::run(&shop, 48, &["create"]);
            for (question, keys) in &steps[..left] {
                terminal.expect(question).press(keys);
            }
            terminal.expect(steps[left].0);
            let screen = terminal.answer(key, code);
            assert!(screen.contains(words), "{}: {screen}", steps[left].0);
            assert_eq!(shop.dump(), before);
        }
    }
    // Whoever may not see the shop's customers and stock is not asked.
    let screen = Terminal::run(&shop, 80, &["--as", "guest", "create"]).ends(2);
    assert!(screen.contains("name a file, or - for stdin"), "{screen}");
    let mut terminal = Terminal::run(&shop, 48, &["create"]);
    for (question, keys) in &steps[..7] {
        terminal.expect(question).press(keys);
    }
    terminal.expect("Take this order? [y/N]").press("\r").expect("Drop what you typed? [y/N]");
    assert!(terminal.answer("y", 9).contains("error: the order was not taken; nothing changed"));
    assert_eq!(shop.dump(), before);
    // What became dearer while somebody was asked costs what was shown.
    let mut terminal = Terminal::run(&shop, 80, &["create", "--json"]);
    for (question, keys) in &steps[..7] {
        terminal.expect(question).press(keys);
    }
    // Enter took everything until here, and does not drop it.
    terminal.expect("Take this order? [y/N]").press("\r").expect("Drop what you typed? [y/N]").press("\r");
    terminal.expect("Take this order? [y/N]");
    shop.orders(["product", "set", "BLT-01", "--price", "99", "--wait", "0"]).succeeds();
    let screen = terminal.answer("y", 0);
    assert!(screen.contains("18.75") && !screen.contains("99.00"), "{screen}");
    shop.check();
}

/// A shop with a sent order of an Arabic name: two shirts in M, three belts with a long name, a cap.
fn sent() -> Shop {
    let shop = Shop::stocked();
    shop.orders(["product", "set", "BLT-01", "--name", "حزام جلد طبيعي بني اللون مقاس كبير جدا"]).succeeds();
    let who = ["create", "--phone", "01001112222", "--name", "ليلى حسن عبد الرحمن الإسكندراني", "--reference", "LEG-1"];
    let what =
        ["--item", "SKU-12345/M*2", "--item", "BLT-01*3", "--item", "SKU-12345/S", "--discount", "10", "--confirm"];
    let run = what.iter().fold(shop.orders(who), |run, arg| run.arg(arg));
    run.arg("--paid").arg("cash").succeeds();
    shop.orders(["set-status", "LEG-1", "delivered"]).succeeds();
    shop
}

#[test]
fn returned_items_are_picked_with_their_quantity_and_taken_by_one_key() {
    let shop = sent();
    let mut terminal = Terminal::run(&shop, 48, &["return", "--color", "never"]);
    terminal
        .expect("> LEG-1")
        .press("\r")
        .expect("What comes back of LEG-1, ")
        .expect("Which? Type, Tab marks, Enter takes");
    terminal.expect("> [ ] 1  2 ×  Classic T-Shirt").press("\t").expect("> [x] 1").press("حزام").expect("Filter");
    terminal.expect("> [ ] 2  3 ×").press("\t").expect("> [x] 2").press("\r");
    terminal.expect("Item 1: Classic T-Shirt (M), the customer has 2").expect("How many come back [1]:").press("\r");
    terminal.expect("the customer has 3").press("4\r").expect("warning: the customer has 3").press("2\r");
    terminal.expect("Take back 3 pieces of LEG-1? [y/N]");
    let screen = terminal.screen();
    let preview = &screen[screen.find("LEG-1  ").unwrap()..];
    assert_eq!(
        preview.trim_end(),
        "\
LEG-1  \u{2068}ليلى حسن عبد الرحمن الإسكندراني\u{2069}
01001112222, delivered
  back: item 1: 1 × Classic T-Shirt (size M)
    at 29.99, worth 27.94
  back: item 2: 2 × \u{2068}حزام جلد طبيعي بني اللون\u{2069}
    \u{2068}مقاس كبير جدا\u{2069} at 18.75, worth 34.94
  Classic T-Shirt (M): stock 4 → 5
  \u{2068}حزام جلد طبيعي بني اللون مقاس كبير جدا\u{2069}:
    stock 9 → 11
Discount -10.00
Returned -62.88
To pay 73.34
Paid 136.22
Owed to the customer 62.88
Keys: y take it back, r and refund, d damaged
Take back 3 pieces of LEG-1? [y/N]"
    );
    let shown = terminal.screen.lock().unwrap();
    assert!(!(0..24).any(|row| shown.0.screen().row_wrapped(row)), "{}", shown.0.screen().contents());
    drop(shown);
    let screen = terminal.answer("y", 0);
    assert!(screen.contains("62.88 is owed to the customer of LEG-1"), "{screen}");
    assert_eq!((shop.on_hand("SKU-12345", "M"), shop.on_hand("BLT-01", "")), (5, 11));
    assert_eq!(payments(&shop).len(), 1, "a return forces no refund");
    shop.check();
}

#[test]
fn keys_of_a_return_change_what_is_shown_before_it_is_taken() {
    let shop = sent();
    // Damaged and not damaged, another size that is not there, one that is.
    shop.orders(["product", "count", "SKU-12345", "0", "--size", "L", "--note", "x"]).succeeds();
    let mut terminal = Terminal::run(&shop, 80, &["return", "LEG-1", "1", "--color", "never"]);
    terminal.expect("Keys: y take it back, r and refund, e another size, d damaged").expect("stock 4 → 5").press("d");
    terminal.expect("stock stays 4, 1 written off").expect("d not damaged").press("d");
    terminal.until(|| terminal.printed().matches("stock 4 → 5").count() == 2, "the shelf again");
    terminal.press("e").expect("Size of Classic T-Shirt").expect("L  0 in stock").press("l\r");
    terminal.expect("warning: insufficient stock for LEG-1").expect("(available: 0, required: 1)").expect("[y/N]");
    terminal.press("e").expect("Size of Classic T-Shirt").press("s\r");
    terminal.expect("instead: item 4: 1 × Classic T-Shirt (size S) at 29.99");
    terminal.expect("Due 0.00\nKeys: y take it back, d damaged");
    terminal.answer("y", 0);
    assert_eq!((shop.on_hand("SKU-12345", "M"), shop.on_hand("SKU-12345", "S")), (5, 2));
    // The money goes back in the same transaction.
    let mut terminal = Terminal::run(&shop, 48, &["return", "LEG-1", "1"]);
    terminal.expect("[y/N]").press("r").expect("Method [cash]:").press("instapay\r").expect("Receipt").press("R-9\r");
    terminal.expect("Amount [27.94]:").press("\r");
    terminal.ends(0);
    assert_eq!(payments(&shop)[1], "LEG-1 -27.94 instapay R-9");
    // What is named on the command line is shown and not asked for again.
    let mut terminal = Terminal::run(&shop, 80, &["return", "LEG-1", "2", "--damaged", "--refund", "cash"]);
    terminal
        .expect("to record: refund 17.47 cash")
        .expect("Keys: y take it back, d not damaged\nTake back 1 piece of LEG-1?");
    terminal.answer("y", 0);
    assert_eq!((payments(&shop)[2].as_str(), shop.on_hand("BLT-01", "")), ("LEG-1 -17.47 cash -", 9));
    // The last piece.
    shop.orders(["return", "LEG-1", "2*2", "3"]).succeeds();
    let mut terminal = Terminal::run(&shop, 48, &["return", "LEG-1"]);
    terminal.expect("! this returns everything: the order becomes\n  cancelled").expect("Take back 1 piece of LEG-1?");
    terminal.answer("y", 0);
    assert_eq!(shop.status("LEG-1"), "cancelled");
    shop.check();
}

#[test]
fn guests_words_do_not_steer_the_questions_of_return() {
    let shop = Shop::stocked();
    let text = "\u{202e}\u{1b}[2J\u{7}عبد";
    let sent = order("LEG-1", BELT, 3, None).replace("John Doe", text);
    let item = format!(r#""quantity":3,"productName":"{text}","selectedSize":"{text}","selectedColor":"{text}","#);
    let sent = sent.replace(r#""quantity":3,"#, &item).replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007");
    shop.orders(["create", "-q"]).stdin(sent.replace("18.75", "29.99")).succeeds();
    shop.orders(["edit", "LEG-1", "--add", "BLT-01", "--quantity", "1"]).succeeds();
    shop.orders(["confirm", "LEG-1"]).succeeds();
    shop.orders(["set-status", "LEG-1", "shipped"]).succeeds();
    let mut terminal = Terminal::run(&shop, 48, &["return", "--color", "never"]);
    terminal.expect("> LEG-1").press("\r").expect("What comes back of LEG-1").press("\r").expect("Item 1:").press("\r");
    terminal.expect("Take back 1 piece of LEG-1? [y/N]").press("y");
    terminal.ends(0);
    let printed = terminal.printed();
    assert!(!printed.contains("\u{1b}[2J") && !printed.contains(['\u{202e}', '\u{7}']), "{printed:?}");
}

#[test]
fn leaving_the_questions_of_return_changes_nothing() {
    let shop = sent();
    let before = shop.dump();
    let steps = [
        ("> LEG-1", "\r"),
        ("What comes back", "\r"),
        ("How many come back [1]:", "\r"),
        ("[y/N]", "r"),
        ("Method [cash]:", "\r"),
        ("Receipt", "\r"),
        ("Amount [27.94]:", "\r"),
    ];
    for left in 0..steps.len() {
        for (key, code, words) in
            [("\u{1b}", 9, "; nothing changed"), ("\u{3}", 130, "error: interrupted; nothing changed")]
        {
            let mut terminal = Terminal::run(&shop, 80, &["return"]);
            for (question, keys) in &steps[..left] {
                terminal.expect(question).press(keys);
            }
            terminal.expect(steps[left].0);
            let screen = terminal.answer(key, code);
            assert!(screen.contains(words), "{}: {screen}", steps[left].0);
            assert_eq!(shop.dump(), before);
        }
    }
    // What changed meanwhile is not what was agreed to.
    let mut terminal = Terminal::run(&shop, 80, &["return", "LEG-1", "1"]);
    terminal.expect("[y/N]");
    shop.orders(["return", "LEG-1", "2"]).succeeds();
    let screen = terminal.answer("y", 5);
    assert!(screen.contains("order LEG-1 changed while you were asked; nothing changed"), "{screen}");
    // What cannot be done is not asked about, and only what customers have is offered.
    shop.orders(["product", "count", "SKU-12345", "0", "--size", "L", "--note", "x"]).succeeds();
    for (args, code, words) in [
        (&["return", "LEG-1", "1", "--exchange", "L"][..], 6, "Insufficient stock"),
        (&["return", "LEG-1", "1*3"], 5, "the customer has 2, not 3"),
        (&["return", "LEG-1", "1", "--no-input"], 2, "--no-input, but a return needs an answer"),
        (&["return", "LEG-1", "--yes"], 2, "say which items come back"),
    ] {
        let screen = Terminal::run(&shop, 80, args).ends(code);
        assert!(screen.contains(words), "{args:?}: {screen}");
    }
    shop.orders(["set-status", "LEG-1", "processing", "--force", "--note", "x"]).succeeds();
    let screen = Terminal::run(&shop, 80, &["return", "LEG-1"]).ends(5);
    assert!(screen.contains("only items of a shipped or delivered order can come back"), "{screen}");
    let screen = Terminal::run(&shop, 80, &["return"]).ends(3);
    assert!(screen.contains("there is no order to take back"), "{screen}");
    shop.check();
}

#[test]
fn forgetting_a_customer_asks_first() {
    let shop = Shop::with_order();
    let unchanged = shop.dump();
    let mut terminal = Terminal::run(&shop, 48, &["customer", "forget", ORDER]);
    terminal.expect("+1234567890  John Doe").expect("Forget this customer for good, in 1 order?");
    let screen = terminal.answer("n", 9);
    assert!(screen.contains("+1234567890 not forgotten; nothing"), "{screen}");
    assert_eq!(shop.dump(), unchanged);
    shop.orders(["customer", "forget", ORDER, "--no-input"]).exits(2);
    let mut terminal = Terminal::run(&shop, 48, &["customer", "forget", "john"]);
    terminal.expect("in 1 order?");
    let screen = terminal.answer("y", 0);
    assert!(screen.contains("forgot the customer of 1 order"), "{screen}");
    assert_eq!(shop.orders(["customer", "list", "-q"]).succeeds(), "");
    shop.check();
}
