//! The rules of the shop a second time, in plain words: what a command does, and what stands against it.
//!
//! Nothing here comes from the program. A rule changes a copy of the shop as if nothing stood against the command, and returns every
//! reason that does. The exit code is the first of them, and the copy is dropped.

mod customers;
mod edit;
mod incoming;
mod money;
mod returns;
mod status;
mod stock;

use std::collections::BTreeSet;

use super::command::{Cents, Command, Draft, PaidRow};
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
    /// The shop after it, if it ends with 0 or 8.
    pub after: Shop,
    /// Which of its orders were refused, by their places, if it ends with 8.
    pub refused: Vec<usize>,
    is_dry_run: bool,
}

impl Outcome {
    /// Returns the shop after an exit code: only with 0 and 8 it may be another one than before.
    pub fn left(self, code: i32, before: &Shop) -> Shop {
        if matches!(code, 0 | 8) && !self.is_dry_run { self.after } else { before.clone() }
    }
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
        let codes = std::iter::once(code).chain(reasons.or).collect();
        Outcome { codes, after, refused: reasons.refused, is_dry_run: matches!(command, Command::DryRun(_)) }
    }

    fn apply(&mut self, command: &Command) -> Reasons {
        match command {
            Command::Create(draft) => self.receive(draft),
            Command::CreateTyped(typed) => self.create(typed),
            Command::Import { drafts, keep_going, .. } => {
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
            Command::SetListed { rows, keep_going } => self.set_listed(rows, *keep_going),
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
            Command::PayListed { method, rows, keep_going } => {
                let before = self.clone();
                let rule = |shop: &mut Shop, row: &PaidRow| shop.pay_listed(&before, method, row);
                self.each_row(rows, *keep_going, rule)
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
            Command::Carry { reference, is_shipped, courier, tracking } => {
                self.carry(reference, *is_shipped, *courier, tracking.as_deref())
            }
            Command::Remark { phone, remark } => self.remark(phone, remark),
            Command::Forget { phone } => self.forget(phone),
            Command::Adjust { product, size, difference } => self.adjust(*product, size.as_deref(), *difference),
            Command::Count { product, size, pieces } => self.count(*product, size.as_deref(), *pieces),
            Command::SetPrice { product, price } => self.set_price(*product, *price),
            Command::Receive { delivery, product, pieces } => self.deliver(delivery, *product, pieces),
            Command::SetDiscounted { product, price } => self.set_discounted(*product, *price),
            Command::RemoveSize { product, size } => self.remove_size(*product, size),
            Command::RemoveProduct { product } => self.remove_product(*product),
            Command::ImportPrices { prices } => prices
                .iter()
                .fold(Reasons::none(), |reasons, (product, price)| reasons.and(self.import_price(*product, *price))),
            Command::DryRun(command) => self.apply(command),
            Command::Show { reference } => Reasons::none().add(NOT_FOUND, self.order(reference).is_none()),
            Command::List
            | Command::Products
            | Command::Sales
            | Command::Customers
            | Command::Money
            | Command::Check
            | Command::Backup(_) => Reasons::none(),
        }
    }

    /// Does something for each: all of them or nothing; or going on, those for which it can be done.
    fn each<T>(&mut self, all: &[T], keep_going: bool, rule: impl Fn(&mut Shop, &T) -> Reasons) -> Reasons {
        if !keep_going {
            return all.iter().fold(Reasons::none(), |reasons, one| reasons.and(rule(self, one)));
        }
        self.each_row(all, true, rule)
    }

    /// Does something for each row of a list: one that is refused changes nothing, whatever comes of the list.
    fn each_row<T>(&mut self, rows: &[T], keep_going: bool, mut rule: impl FnMut(&mut Shop, &T) -> Reasons) -> Reasons {
        let (mut reasons, mut refused) = (Reasons::none(), Vec::new());
        for (place, row) in rows.iter().enumerate() {
            let mut trial = self.clone();
            let of_row = rule(&mut trial, row);
            if of_row.is_empty() {
                *self = trial;
            } else {
                refused.push(place);
                reasons = reasons.and(of_row);
            }
        }
        if !keep_going {
            return reasons;
        }
        let is_partly = !refused.is_empty();
        Reasons { refused, ..Reasons::none() }.add(PARTLY, is_partly)
    }
}
