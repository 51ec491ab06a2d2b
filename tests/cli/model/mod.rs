//! Random commands on a shop, and the same on a model of it that shares no code with the program: exit codes, stock, what orders
//! hold, and money agree.
//!
//! One process at a time, each command has to do what the model says. Of several at once, some of them killed, there has to be a
//! serial order in which the model says what each replied, and what they left.
//!
//! | file | holds |
//! |---|---|
//! | `command` | command lines as values |
//! | `line` | the same as they are run and printed, and what they read |
//! | `shop` | the model: what is on hand, orders and their sums |
//! | `rules` | what a command does to it, and what stands against it |
//! | `draw` | which commands come |
//! | `compare` | what the program keeps beside the model |
//! | `reply` | what a command prints, likewise |
//! | `history` | the same, as an order's history tells it |
//! | `alone` | one process at a time, and the fewest commands that show a difference |
//! | `at_once` | several processes at once |
//! | `serial` | the search for their serial order |
//!
//! ```text
//! cargo test --test cli model::                              2,000 commands, and 400 of several processes at once
//! ORDERS_MODEL=long cargo test --release --test cli model::  100,000, and 200,000
//! ORDERS_SEED=7 cargo test --test cli model::                others
//! ```
//!
//! What fails is printed with its seed: of one process as the fewest lines that still fail. What several did is not done again by
//! the same seed, as nobody knows who comes first; their file is left to be looked into.

mod alone;
mod at_once;
mod command;
mod compare;
mod draw;
mod history;
mod line;
mod reply;
mod rules;
mod serial;
mod shop;

use std::collections::BTreeMap;

use serde_json::json;

use self::command::money;
use self::draw::{CATALOGUE, Mix};
use crate::harness;

/// Returns the catalogue as `product import` takes it.
fn catalogue() -> String {
    let products = CATALOGUE.iter().map(|(named, price, stock)| {
        let mut product =
            json!({"id": named.id, "name": named.barcode, "barcode": named.barcode, "price": money(*price)});
        match *stock {
            [("", pieces)] => product["stockQuantity"] = json!(pieces),
            sizes => product["sizeQuantities"] = sizes.iter().map(|&(size, pieces)| (size, pieces)).collect(),
        }
        product.to_string() + "\n"
    });
    products.collect()
}

/// Returns a shop that the program keeps, with the catalogue.
fn stocked(program: harness::Shop) -> harness::Shop {
    program.orders(["product", "import", "-q"]).stdin(catalogue()).succeeds();
    program
}

/// Starts the program with a command.
fn run(program: &harness::Shop, command: &command::Command) -> harness::Run {
    command.arguments().iter().fold(program.orders([]), |run, word| run.arg(word)).stdin(command.stdin())
}

fn say(text: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes());
}

fn is_long() -> bool {
    std::env::var("ORDERS_MODEL").is_ok_and(|value| value == "long")
}

fn seed() -> u64 {
    std::env::var("ORDERS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// How often each exit code came.
type Codes = BTreeMap<i32, usize>;

/// Holds that commands are neither all refused nor all taken.
fn hold_every_code(codes: &Codes) {
    let all: usize = codes.values().sum();
    let count = |code: i32| codes.get(&code).copied().unwrap_or(0);
    assert!(count(0) > all / 3 && count(5) > all / 50 && count(6) > all / 100, "{codes:?}");
}

fn agree_alone(mix: Mix) {
    let codes = alone::agree(mix, seed(), if is_long() { 250 } else { 5 });
    say(&format!("{mix:?}: {} commands agreed, by exit code {codes:?}", codes.values().sum::<usize>()));
    hold_every_code(&codes);
}

#[test]
fn sales_agree_with_the_model() {
    agree_alone(Mix::Sales);
}

#[test]
fn changes_agree_with_the_model() {
    agree_alone(Mix::Changes);
}

#[test]
fn returns_agree_with_the_model() {
    agree_alone(Mix::Returns);
}

#[test]
fn money_agrees_with_the_model() {
    agree_alone(Mix::Money);
}

fn agree_at_once(mix: Mix) {
    let tally = at_once::agree(mix, seed(), if is_long() { 500 } else { 1 });
    say(&format!("{mix:?} at once: {tally}"));
    // Who comes first is chance, so few commands prove nothing.
    if is_long() {
        hold_every_code(&tally.codes);
    }
}

#[test]
fn sales_at_once_have_a_serial_order() {
    agree_at_once(Mix::Sales);
}

#[test]
fn changes_at_once_have_a_serial_order() {
    agree_at_once(Mix::Changes);
}

#[test]
fn returns_at_once_have_a_serial_order() {
    agree_at_once(Mix::Returns);
}

#[test]
fn money_at_once_has_a_serial_order() {
    agree_at_once(Mix::Money);
}
