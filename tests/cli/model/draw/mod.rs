//! Draws commands: most that make sense for the shop as it is, some that are refused.

mod changes;
mod customers;
mod lists;
mod mix;
mod money;
mod orders;
mod statuses;

use fastrand::Rng;

use self::mix::Kind;
pub use self::mix::Mix;
use super::command::{Command, Named};
use super::shop::{Shop, Stocked};

const TEE: Named = Named { barcode: "TEE", id: "11111111-1111-4111-8111-111111111111" };
const JACKET: Named = Named { barcode: "JKT", id: "22222222-2222-4222-8222-222222222222" };
const BELT: Named = Named { barcode: "BLT", id: "33333333-3333-4333-8333-333333333333" };
const PIN: Named = Named { barcode: "PIN", id: "44444444-4444-4444-8444-444444444444" };
const STICKER: Named = Named { barcode: "STK", id: "55555555-5555-4555-8555-555555555555" };
const UNKNOWN: Named = Named { barcode: "NONE", id: "99999999-9999-4999-8999-999999999999" };

/// The products, with their prices and what is on hand of each size. It is little: shortages are frequent. Stickers are free.
pub const CATALOGUE: [Stocked; 5] = [
    (TEE, 20_00, &[("S", 4), ("M", 6), ("L", 2)]),
    (JACKET, 33_33, &[("M", 3), ("L", 1)]),
    (BELT, 18_75, &[("", 6)]),
    (PIN, 7, &[("", 5)]),
    (STICKER, 0, &[("", 6)]),
];

/// How many orders a shop gets at the most: few, so that much happens to each.
const MOST_ORDERS: usize = 12;

/// Draws the next command for a shop.
pub fn command(random: &mut Rng, shop: &Shop, mix: Mix) -> Command {
    Draw { random, shop, meeting: None, at_once: 1 }.command(mix)
}

/// Draws commands that run at once: many of them on one order, and on the same new references.
pub fn at_once(random: &mut Rng, shop: &Shop, mix: Mix, count: usize) -> Vec<Command> {
    let meeting = random.choice(&shop.orders).map(|order| order.reference.clone());
    let mut draw = Draw { random, shop, meeting, at_once: count };
    (0..count).map(|_| if draw.in_100(8) { draw.look() } else { draw.command(mix) }).collect()
}

struct Draw<'a> {
    random: &'a mut Rng,
    shop: &'a Shop,
    /// The order on which commands meet that run at once.
    meeting: Option<String>,
    /// How many commands run at once.
    at_once: usize,
}

impl Draw<'_> {
    fn command(&mut self, mix: Mix) -> Command {
        let is_gone = |(named, ..): &Stocked| self.shop.product(*named).is_none();
        if let Some((gone, ..)) = CATALOGUE.into_iter().find(is_gone)
            && self.in_100(10)
        {
            return self.prices(vec![gone]);
        }
        let weights = mix.weights();
        let all: u32 = weights.iter().map(|(_, weight)| weight).sum();
        loop {
            let mut point = self.random.u32(0..all);
            let drawn = weights.iter().find(|(_, weight)| {
                let is_it = point < *weight;
                point = point.wrapping_sub(*weight);
                is_it
            });
            let kind = drawn.unwrap().0;
            // Forgetting overwrites the customer's bytes, and needs the file for itself.
            if kind == Kind::Forget && self.at_once > 1 {
                continue;
            }
            let is_of_use = !kind.needs_orders() || self.shop.orders.iter().any(|order| kind.suits(order));
            if is_of_use || self.in_100(4) {
                let command = self.kind(kind);
                return if self.in_100(4) { Command::DryRun(Box::new(command)) } else { command };
            }
        }
    }

    /// Draws a command that only reads.
    fn look(&mut self) -> Command {
        match self.random.u32(0..8) {
            0 => Command::Show { reference: self.any_reference() },
            1 => Command::Products,
            2 => Command::Sales,
            3 => Command::Customers,
            4 => Command::Money,
            5 => Command::Check,
            6 => Command::Backup(format!("copy-{}.db", self.random.u64(..))),
            _ => Command::List,
        }
    }
}

impl Draw<'_> {
    /// Is true in so many of a hundred cases.
    fn in_100(&mut self, cases: u32) -> bool {
        self.random.u32(0..100) < cases
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.random.usize(0..choices.len())].clone()
    }

    fn prices(&mut self, products: Vec<Named>) -> Command {
        Command::ImportPrices { prices: products.into_iter().map(|product| (product, self.price())).collect() }
    }

    fn kind(&mut self, kind: Kind) -> Command {
        match kind {
            Kind::Create => Command::Create(self.draft()),
            Kind::CreateTyped => self.typed(),
            Kind::Import => self.import(),
            Kind::Confirm => self.confirm(),
            Kind::ConfirmSeveral => self.confirm_several(),
            Kind::Ship => self.ship(),
            Kind::Cancel => self.cancel(),
            Kind::StepBack => self.step_back(),
            Kind::EditCustomer | Kind::EditTerms | Kind::EditItems => self.edit(kind),
            Kind::Return => self.take_back(false),
            Kind::Exchange => self.take_back(true),
            Kind::Pay => {
                let reference = self.any_reference();
                let (amount, method, receipt) = (self.amount(&reference), self.method(), self.receipt());
                Command::Pay { reference, amount, method, receipt }
            }
            Kind::Refund => {
                let reference = self.reference(|order| kind.suits(order));
                let payment = self.payment(&reference, 60);
                Command::Refund { reference, payment }
            }
            Kind::Void => {
                let reference = self.reference(|order| kind.suits(order));
                let payments = self.shop.order(&reference).map_or(0, |order| order.payments.len());
                Command::Void { reference, number: self.number(payments) }
            }
            Kind::Note => Command::Note { reference: self.any_reference() },
            Kind::Carry => self.carry(),
            Kind::Remark => self.remark(),
            Kind::Forget => Command::Forget { phone: self.customer().phone },
            Kind::Adjust => {
                let product = self.product();
                let size = self.stock_size(product);
                let difference = self.one_of(&[-4, -2, -1, 1, 2, 3, 4, 6]);
                Command::Adjust { product, size, difference }
            }
            Kind::Count => {
                let product = self.product();
                let size = self.stock_size(product);
                Command::Count { product, size, pieces: self.random.i64(0..6) }
            }
            Kind::SetPrice => {
                let (product, price) = (self.product(), self.price());
                Command::SetPrice { product, price }
            }
            Kind::SetListed => self.set_listed(),
            Kind::PayListed => self.pay_listed(),
            Kind::Receive => self.receive(),
            Kind::SetDiscounted => {
                let (product, price) = (self.product(), self.in_100(60).then(|| self.price()));
                Command::SetDiscounted { product, price }
            }
            Kind::RemoveSize => self.remove_size(),
            Kind::RemoveProduct => {
                let is_ordered = |named: &Named| self.shop.orders.iter().any(|order| order.has_product(named.barcode));
                let unordered = CATALOGUE.map(|(named, ..)| named).into_iter().find(|named| !is_ordered(named));
                let product = unordered.filter(|_| self.in_100(60)).unwrap_or_else(|| self.product());
                Command::RemoveProduct { product }
            }
            Kind::ImportPrices => {
                let mut products = CATALOGUE.map(|(named, ..)| named);
                self.random.shuffle(&mut products);
                let count = self.random.usize(1..3);
                self.prices(products.into_iter().take(count).collect())
            }
        }
    }
}
