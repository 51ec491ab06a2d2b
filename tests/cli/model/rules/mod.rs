//! The rules of the shop a second time, in plain words: what a command does, and what stands against it.
//!
//! Nothing here comes from the program. A rule changes a copy of the shop as if nothing stood against the command, and returns every
//! reason that does. The exit code is the first of them, and the copy is dropped.

mod edit;
mod incoming;
mod money;
mod returns;
mod status;
mod stock;

use std::collections::BTreeSet;

use super::command::{Cents, Command, Draft};
use super::shop::{Order, Pieces, Product, Shop, Status, size_key};

const USAGE: i32 = 2;
const NOT_FOUND: i32 = 3;
const INVALID: i32 = 4;
const CONFLICT: i32 = 5;
const NO_STOCK: i32 = 6;
const PARTLY: i32 = 8;

/// Why a command is refused, by exit codes.
#[derive(Debug, Default)]
struct Reasons {
    codes: BTreeSet<i32>,
    /// Exit codes that are right too, where the rules leave it open.
    or: Vec<i32>,
    /// Which parts of a command that goes on were refused, by their places.
    refused: Vec<usize>,
}

impl Reasons {
    fn none() -> Reasons {
        Reasons::default()
    }

    fn of(code: i32) -> Reasons {
        Reasons::none().add(code, true)
    }

    /// Adds a reason if it holds.
    fn add(mut self, code: i32, holds: bool) -> Reasons {
        if holds {
            self.codes.insert(code);
        }
        self
    }

    fn and(mut self, other: Reasons) -> Reasons {
        self.codes.extend(other.codes);
        self.or.extend(other.or);
        self.refused.extend(other.refused);
        self
    }

    fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}

/// What a command comes to.
#[derive(Debug)]
pub struct Outcome {
    /// The exit codes that are right: nearly always one.
    pub codes: Vec<i32>,
    /// The shop after it, if it ends with 0 or 8; with any other code nothing changes.
    pub after: Shop,
    /// Which of its orders were refused, by their places, if it ends with 8.
    pub refused: Vec<usize>,
}

/// Returns a part of an amount, `numerator / denominator`, rounded half to even.
fn part_of(amount: Cents, numerator: i64, denominator: i64) -> Cents {
    let (product, denominator) = (i128::from(amount) * i128::from(numerator), i128::from(denominator));
    let (whole, rest) = (product / denominator, product % denominator);
    let is_up = match (rest * 2).cmp(&denominator) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole % 2 == 1,
        std::cmp::Ordering::Greater => true,
    };
    i64::try_from(whole).unwrap() + i64::from(is_up)
}

impl Product {
    fn has_size(&self, key: &str) -> bool {
        self.sizes.iter().any(|size| size_key(size) == key)
    }

    /// Whether an item needs a size that the catalogue has, and lacks it.
    fn lacks_size(&self, size: Option<&str>) -> bool {
        let key = size.map(size_key).unwrap_or_default();
        !self.sizes.is_empty() && !self.has_size(&key)
    }
}

/// Which goods come back, and whether they can be sold.
fn put_back(on_hand: &mut Pieces, pieces: &Pieces, is_damaged: bool) {
    for (line, count) in pieces {
        // Damaged pieces come back and are written off.
        *on_hand.entry(line.clone()).or_default() += if is_damaged { 0 } else { *count };
    }
}

/// Takes pieces from the shelf. More than there are is a shortage.
fn take(on_hand: &mut Pieces, pieces: &Pieces) -> Reasons {
    let mut is_short = false;
    for (line, count) in pieces {
        let left = on_hand.entry(line.clone()).or_default();
        *left -= count;
        is_short |= *left < 0;
    }
    Reasons::none().add(NO_STOCK, is_short)
}

impl Shop {
    pub fn outcome(&self, command: &Command) -> Outcome {
        let mut after = self.clone();
        let reasons = after.apply(command);
        let code = reasons.codes.first().copied().unwrap_or(0);
        Outcome { codes: std::iter::once(code).chain(reasons.or).collect(), after, refused: reasons.refused }
    }

    fn apply(&mut self, command: &Command) -> Reasons {
        match command {
            Command::Create(draft) => self.receive(draft),
            Command::CreateTyped(typed) => self.create(typed),
            Command::Import { drafts, keep_going } => {
                let rule = |shop: &mut Shop, draft: &Draft| shop.receive(draft);
                self.each(drafts, *keep_going, rule)
            }
            Command::Confirm { references, accept_prices, cod, payment, keep_going } => {
                let rule = |shop: &mut Shop, reference: &String| {
                    shop.confirm(reference, *accept_prices, *cod, payment.as_ref())
                };
                self.each(references, *keep_going, rule)
            }
            Command::SetStatus { references, status, force, no_restock, keep, keep_going } => {
                let to = Status::named(status);
                let rule =
                    |shop: &mut Shop, reference: &String| shop.set_status(reference, to, *force, *no_restock, *keep);
                self.each(references, *keep_going, rule)
            }
            Command::Edit { reference, name, phone, address, terms, items } => {
                let rule = |order: &mut Order| order.edit_customer(name.as_ref(), phone.as_ref(), address.as_ref());
                self.edit(reference, rule, terms, items.as_ref())
            }
            Command::Return { reference, lines, damaged, replacement, refund, keep } => {
                self.take_back(reference, lines, *damaged, replacement.as_ref(), refund.as_ref(), *keep)
            }
            Command::Pay { reference, amount, method, receipt } => {
                self.record(reference, *amount, method, receipt.as_deref())
            }
            Command::Refund { reference, payment } => self.refund(reference, payment),
            Command::Void { reference, number } => self.void(reference, *number),
            Command::Note { reference } => match self.order_mut(reference) {
                Some(order) => {
                    order.notes += 1;
                    Reasons::none()
                }
                None => Reasons::of(NOT_FOUND),
            },
            Command::Adjust { product, size, difference } => self.adjust(*product, size.as_deref(), *difference),
            Command::Count { product, size, pieces } => self.count(*product, size.as_deref(), *pieces),
            Command::SetPrice { product, price } => self.set_price(*product, *price),
            Command::Show { reference } => Reasons::none().add(NOT_FOUND, self.order(reference).is_none()),
            Command::List | Command::Products | Command::Sales | Command::Customers => Reasons::none(),
        }
    }

    /// Does something for each: all of them or nothing; or going on, those for which it can be done.
    fn each<T>(&mut self, all: &[T], keep_going: bool, rule: impl Fn(&mut Shop, &T) -> Reasons) -> Reasons {
        if !keep_going {
            return all.iter().fold(Reasons::none(), |reasons, one| reasons.and(rule(self, one)));
        }
        let mut refused = Vec::new();
        for (place, one) in all.iter().enumerate() {
            let mut trial = self.clone();
            if rule(&mut trial, one).is_empty() {
                *self = trial;
            } else {
                refused.push(place);
            }
        }
        let is_partly = !refused.is_empty();
        Reasons { refused, ..Reasons::none() }.add(PARTLY, is_partly)
    }
}
