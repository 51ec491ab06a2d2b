//! Crowds that change orders: many processes edit, return and exchange items of the same orders at once. No piece comes back
//! twice, none is sold twice, and none is lost.

use std::sync::Mutex;
use std::thread;

use fastrand::Rng;

use crate::common::{BELT, order};
use crate::crowd::{check, number, succeeds};
use crate::shop::{Ending, Shop};

const SHIRT: &str = "550e8400-e29b-41d4-a716-446655440000";
/// How many shirts an order has, in S.
const PIECES: usize = 3;

/// A crowd that changes orders.
pub struct Changes {
    /// How many processes run at any time.
    pub processes: usize,
    /// How many orders there are: half of them delivered, half confirmed.
    pub orders: usize,
    /// How many commands each process runs.
    pub commands: usize,
    /// How many shirts there are in L: fewer than the customers want.
    pub large: usize,
}

/// What a command does to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Return,
    ReturnDamaged,
    Exchange,
    Edit,
    Add,
    Remove,
}

/// A command that was run, and how it ended.
struct End {
    what: What,
    order: usize,
    ending: Ending,
}

impl Changes {
    /// Lets the processes in, each on one of the machines that share the shop, and holds what must hold then. Returns how many
    /// commands ran.
    ///
    /// # Errors
    /// What was broken, and where the first machine's file is kept.
    pub fn hold(&self, mut machines: Vec<Shop>, random: &mut Rng) -> Result<u64, String> {
        self.open(&machines[0])?;
        let ends: Mutex<Vec<End>> = Mutex::default();
        thread::scope(|scope| {
            let seeds: Vec<u64> = (0..self.processes).map(|_| random.u64(..)).collect();
            for (seed, shop) in seeds.into_iter().zip(machines.iter().cycle()) {
                let ends = &ends;
                scope.spawn(move || {
                    let mut random = Rng::with_seed(seed);
                    for _ in 0..self.commands {
                        let end = self.change(shop, &mut random);
                        ends.lock().unwrap().push(end);
                    }
                });
            }
        });
        let ends = ends.into_inner().unwrap();
        let shop = machines.swap_remove(0);
        let judged = shop.state().and_then(|_| self.judge(&shop, &ends));
        judged.map_err(|broken| format!("{broken}\nthe file is kept in {}", shop.keep().display()))?;
        Ok(ends.len() as u64)
    }

    /// Makes a file with the orders, of which the first half is delivered and the other confirmed.
    fn open(&self, shop: &Shop) -> Result<(), String> {
        let (small, large) = (self.orders * PIECES + 5, self.large);
        let shirt = format!(
            r#"[{{"id":"{SHIRT}","name":"Shirt","barcode":"SH","price":"29.99","sizeQuantities":{{"S":{small},"L":{large}}}}},
                {{"id":"{BELT}","name":"Leather Belt","barcode":"BLT-01","price":"18.75","stockQuantity":{large}}}]"#
        );
        std::fs::write(shop.path("goods.json"), shirt).unwrap();
        succeeds(shop, &["product", "import", "-q", "goods.json"])?;
        let pieces = u32::try_from(PIECES).unwrap();
        let orders = (0..self.orders).map(|number| order(&reference(number), SHIRT, pieces, Some("S")) + "\n");
        std::fs::write(shop.path("wanted.ndjson"), orders.collect::<String>()).unwrap();
        succeeds(shop, &["import", "-q", "wanted.ndjson"])?;
        for number in 0..self.orders {
            succeeds(shop, &["edit", "-q", &reference(number), "--discount", "10"])?;
            succeeds(shop, &["confirm", "-q", &reference(number)])?;
            if number < self.orders / 2 {
                succeeds(shop, &["set-status", "-q", &reference(number), "delivered"])?;
            }
        }
        Ok(())
    }

    fn change(&self, shop: &Shop, random: &mut Rng) -> End {
        let (what, number) = match random.bool() {
            true => (
                *random.choice(&[What::Return, What::ReturnDamaged, What::Exchange, What::Exchange]).unwrap(),
                random.usize(..self.orders / 2),
            ),
            false => (
                *random.choice(&[What::Edit, What::Add, What::Remove]).unwrap(),
                random.usize(self.orders / 2..self.orders),
            ),
        };
        let (reference, quantity) = (reference(number), random.u8(1..5).to_string());
        let arguments: Vec<&str> = match what {
            What::Return => vec!["return", &reference, "1"],
            What::ReturnDamaged => vec!["return", &reference, "1", "--damaged"],
            What::Exchange => vec!["return", &reference, "1", "--exchange", "L"],
            What::Edit => vec!["edit", &reference, "--item", "1", "--quantity", &quantity],
            What::Add => vec!["edit", &reference, "--add", "SH", "--size", "L", "--quantity", "1"],
            What::Remove => vec!["edit", &reference, "--remove", "2"],
        };
        End { what, order: number, ending: Ending::of(shop.orders(&arguments)) }
    }

    fn judge(&self, shop: &Shop, ends: &[End]) -> Result<(), String> {
        for End { what, order, ending } in ends {
            // Nothing is left of it, or there is no such item any more, or not enough in stock.
            let may_refuse = match what {
                What::Return | What::ReturnDamaged => ending.code == Some(5),
                What::Exchange | What::Edit | What::Add => matches!(ending.code, Some(5 | 6)),
                What::Remove => matches!(ending.code, Some(3 | 5)),
            };
            if ending.code != Some(0) && !may_refuse {
                return Err(format!("{what:?} of {}: {ending:#?}", reference(*order)));
            }
        }
        let done = |order: usize, of: &[What]| {
            let is_it = |end: &&End| end.order == order && end.ending.code == Some(0) && of.contains(&end.what);
            i64::try_from(ends.iter().filter(is_it).count()).unwrap()
        };
        for order in 0..self.orders {
            let one = reference(order);
            let ask = |what: &str| number(shop, &format!("SELECT {what} FROM orders AS o WHERE reference = '{one}'"));
            let back = ask("(SELECT coalesce(SUM(quantity), 0) FROM order_returns WHERE order_pk = o.pk)")?;
            let told = done(order, &[What::Return, What::ReturnDamaged, What::Exchange]);
            let items = ask("(SELECT COUNT(*) FROM order_items WHERE order_pk = o.pk)")?;
            let added = done(order, &[What::Exchange, What::Add]) - done(order, &[What::Remove]);
            if back != told || items != 1 + added {
                return Err(format!(
                    "{one}: {told} were told to come back, {back} did; {added} were added to it, it has {items}"
                ));
            }
        }
        // What is on the shelf, what customers have and what was written off is what there was.
        let damaged = ends.iter().filter(|end| end.what == What::ReturnDamaged && end.ending.code == Some(0)).count();
        let (small, large) = (self.orders * PIECES + 5 - damaged, self.large);
        for (size, all) in [("s", small), ("l", large)] {
            let found = number(
                shop,
                &format!(
                    "SELECT (SELECT on_hand FROM stock WHERE size_key = '{size}') + coalesce(SUM(i.quantity - coalesce(
                         (SELECT SUM(quantity) FROM order_returns AS r WHERE r.order_pk = o.pk AND r.item_id = i.id), 0)), 0)
                     FROM order_items AS i JOIN orders AS o ON o.pk = i.order_pk
                     WHERE lower(i.selected_size) = '{size}' AND o.status IN ('confirmed', 'delivered')"
                ),
            )?;
            if found != i64::try_from(all).unwrap() {
                return Err(format!("of {all} shirts in {size}, {found} are on the shelf or with customers"));
            }
        }
        check(shop, &shop.file())
    }
}

fn reference(order: usize) -> String {
    format!("LEG-{order:05}")
}
