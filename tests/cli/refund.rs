use serde_json::json;

use crate::harness::{BELT, ORDER, Shop};

#[test]
fn a_refund_pays_back_what_is_owed() {
    let shop = Shop::with_order();
    shop.orders(["pay", ORDER, "70", "cash"]).succeeds();
    let body = shop.orders(["refund", ORDER, "cash", "--note", "paid too much", "--json"]).json();
    assert_eq!((&body["paid"], &body["due"]), (&json!("59.98"), &json!("0.00")));
    let refund = &body["payments"][1];
    assert_eq!((&refund["amount"], &refund["paidAt"]), (&json!("-10.02"), &json!("2026-02-07T08:00:00Z")));
    shop.orders(["refund", ORDER, "cash"]).fails(
        5,
        &format!("error: nothing is owed to the customer of {ORDER}; nothing changed\nhint: to see it:  orders show {ORDER}\n"),
    );
    shop.orders(["cancel", ORDER, "-q"]).succeeds();
    let body = shop.orders(["refund", ORDER, "instapay", "--json"]).json();
    assert_eq!((&body["paid"], &body["due"], &body["status"]), (&json!("0.00"), &json!("0.00"), &json!("cancelled")));
    let history = shop.orders(["history", ORDER]).succeeds();
    assert!(history.contains("  operator  refund\n  - 10.02 cash\n  note: paid too much\n"), "{history}");
    shop.check();
}

#[test]
fn a_refund_is_at_most_what_was_paid() {
    let shop = Shop::with_order();
    let refuse = |amount: &str, paid: &str| {
        let problem = format!("{amount} cannot be refunded for {ORDER}: {paid} was paid; nothing changed");
        let stderr = format!("error: {problem}\nhint: to see it:  orders show {ORDER}\n");
        shop.orders(["refund", ORDER, amount, "cash"]).fails(5, &stderr);
    };
    refuse("0.01", "0.00");
    shop.orders(["pay", ORDER, "20", "cash"]).succeeds();
    refuse("20.01", "20.00");
    // A part may go back though nothing is owed: the shop is generous.
    shop.orders(["refund", ORDER, "15", "cash", "-q"]).prints(&format!("{ORDER}\n"));
    refuse("5.01", "5.00");
    // The payment cannot be voided under the refund.
    let done = shop.orders(["pay", ORDER, "--void", "1", "--note", "x"]).exits(5);
    assert!(done.stderr.contains("more would be refunded than paid; void the refund first"), "{}", done.stderr);
    shop.orders(["pay", ORDER, "--void", "2", "--note", "stays", "-q"]).succeeds();
    shop.orders(["pay", ORDER, "--void", "1", "--note", "x", "-q"]).succeeds();
    let history = shop.orders(["history", ORDER]).succeeds();
    assert!(history.contains("refund voided\n  + 15.00 cash\n  note: stays\n"), "{history}");
    shop.check();
}

#[test]
fn a_refund_that_is_entered_again_changes_nothing() {
    let shop = Shop::with_order();
    shop.take("LEG-1", BELT, 1, None);
    shop.orders(["pay", ORDER, "70", "cash"]).succeeds();
    for reference in [ORDER, "LEG-1"] {
        shop.orders(["pay", reference, "5", "cash"]).succeeds();
    }
    shop.orders(["refund", ORDER, "cash", "--receipt", "G-1"]).succeeds();
    let before = shop.dump();
    for words in [&["cash"][..], &["15.02", "cash"]] {
        let run = words.iter().fold(shop.orders(["refund", ORDER]), |run, word| run.arg(word));
        let done = run.arg("--receipt").arg("G-1").exits(0);
        assert_eq!(done.stderr, format!("note: {ORDER} has this payment already; nothing changed\n"));
    }
    let done = shop.orders(["refund", "LEG-1", "5", "cash", "--receipt", "G-1"]).exits(5);
    assert!(
        done.stderr.contains(&format!("receipt G-1 of cash is on record already: -15.02 for {ORDER}")),
        "{}",
        done.stderr
    );
    assert_eq!(shop.dump(), before);
}

#[test]
fn an_order_is_not_taken_for_the_method() {
    let shop = Shop::with_order();
    shop.orders(["pay", ORDER, "70", "instapay"]).succeeds();
    let refuse = |word: &str, stderr: &str| shop.orders(["refund", word]).fails(2, stderr);
    let told = format!(
        "error: say how the money goes back to the customer of {ORDER}, such as cash\n\
         hint: to record it:  orders refund {ORDER} METHOD\n"
    );
    for word in ["john", "ab5c", "+1234567890", ORDER] {
        refuse(word, &told);
    }
    // Most refunds are of orders that are closed, which a name does not find.
    shop.orders(["cancel", ORDER, "-q"]).succeeds();
    refuse("john", &told);
    shop.take("LEG-2", BELT, 1, None);
    shop.take("LEG-3", BELT, 1, None);
    refuse(
        "john",
        "error: say how the money goes back, such as cash\nhint: to record it:  orders refund john METHOD\n",
    );
    // A method that was used before is one.
    let named = crate::harness::order("LEG-4", BELT, 1, None).replace("John Doe", "Instapay");
    shop.orders(["create", "-q"]).stdin(named).succeeds();
    refuse("instapay", "error: name an order\nhint: to see which there are:  orders list\n");
}

#[test]
fn a_refund_is_never_dated_back() {
    let shop = Shop::with_order();
    shop.orders(["pay", ORDER, "20", "cash"]).succeeds();
    shop.orders(["refund", ORDER, "5", "cash", "--at", "2d"]).exits(2);
    let how = "hint: to record it:  orders refund REF AMOUNT METHOD\n";
    for (words, problem) in [(&[][..], "say how the money moved"), (&[ORDER, "-5", "cash"], "must not be negative")] {
        let done = words.iter().fold(shop.orders(["refund"]), |run, word| run.arg(word)).exits(2);
        assert!(done.stderr.contains(problem) && done.stderr.ends_with(how), "{}", done.stderr);
    }
}
