//! Whatever commands ran in whatever order, the money of an order is what a plain replay of its history says.

use std::collections::HashMap;

use fastrand::Rng;
use serde_json::Value;

use crate::harness::{BELT, ORDER, SHIRT, Shop, order};

/// Hundredths.
type Cents = i64;

/// What the history of an order says of its money, by code that shares nothing with the program.
#[derive(Debug, Default)]
struct Replay {
    items: Vec<(i64, Cents)>,
    delivery_fee: Option<Cents>,
    discount: Cents,
    is_cod: bool,
    kept: Cents,
    status: String,
    payments: Option<Cents>,
}

fn cents(text: &str) -> Cents {
    let (whole, decimals) = text.split_once('.').unwrap_or_else(|| panic!("{text}: is no amount"));
    assert_eq!(decimals.len(), 2, "{text}");
    let size = whole.trim_start_matches('-').parse::<i64>().unwrap() * 100 + decimals.parse::<i64>().unwrap();
    if whole.starts_with('-') { -size } else { size }
}

/// Reads `item 2: 3 × Shirt (size L) at 29.99`, with what may follow in parentheses.
fn item(text: &str) -> (usize, (i64, Cents)) {
    let (number, rest) = text.strip_prefix("item ").unwrap().split_once(": ").unwrap();
    let quantity = rest.split_once(" × ").unwrap().0;
    let price = rest.rsplit_once(" at ").unwrap().1.split(' ').next().unwrap();
    (number.parse().unwrap(), (quantity.parse().unwrap(), cents(price)))
}

impl Replay {
    /// Begins with an order as it was created.
    fn of(created: &Value) -> Replay {
        let items = created["items"].as_array().unwrap().iter();
        let items = items.map(|item| (item["quantity"].as_i64().unwrap(), cents(item["unitPrice"].as_str().unwrap())));
        Replay {
            items: items.collect(),
            delivery_fee: created["deliveryFee"].as_str().map(cents),
            discount: cents(created["discount"].as_str().unwrap()),
            is_cod: created["cod"].as_bool().unwrap(),
            status: "pending".to_owned(),
            ..Replay::default()
        }
    }

    fn play(&mut self, event: &Value) {
        let side = |key: &str| event[key].as_str();
        match event["kind"].as_str().unwrap() {
            "created" | "note" => {}
            "status" => side("to").unwrap().clone_into(&mut self.status),
            "payment" => {
                let amount = |side: Option<&str>| side.map_or(0, |text| cents(text.split(' ').next().unwrap()));
                let change = amount(side("to")) - amount(side("from"));
                self.payments = Some(self.payments.unwrap_or(0) + change);
            }
            "edited" => self.edit(side("from"), side("to")),
            kind => panic!("{kind}: what is that?"),
        }
    }

    fn edit(&mut self, from: Option<&str>, to: Option<&str>) {
        let key = from.or(to).unwrap().split([':', ' ']).next().unwrap();
        let value = to.and_then(|text| text.split_once(": ")).map(|(_, value)| value.split(' ').next().unwrap());
        match key {
            "item" => match (from.map(item), to.map(item)) {
                (Some((number, was)), Some((_, is))) => {
                    assert_eq!(self.items[number - 1], was);
                    self.items[number - 1] = is;
                }
                (None, Some((_, is))) => self.items.push(is),
                (Some((number, was)), None) => assert_eq!(self.items.remove(number - 1), was),
                (None, None) => unreachable!(),
            },
            "deliveryFee" => self.delivery_fee = value.map(cents),
            "discount" => self.discount = value.map_or(0, cents),
            "cod" => self.is_cod = value == Some("true"),
            "kept" => self.kept = value.map_or(0, cents),
            _ => {}
        }
    }

    fn total(&self) -> Cents {
        self.items.iter().map(|(quantity, price)| quantity * price).sum()
    }

    fn grand_total(&self) -> Cents {
        match self.status.as_str() {
            "cancelled" => self.kept,
            _ => self.total() - self.discount + self.delivery_fee.unwrap_or(0),
        }
    }

    fn paid(&self) -> Option<Cents> {
        self.payments.or(self.is_cod.then_some(0))
    }
}

/// Draws a command on an order.
fn draw(random: &mut Rng, reference: &str) -> Vec<String> {
    let amount = |random: &mut Rng| format!("{}.{:02}", random.u32(0..90), random.u32(0..100));
    let number = |random: &mut Rng| random.u32(1..4).to_string();
    let line = match random.u32(0..22) {
        0..4 => format!("pay {reference} {} cash", amount(random)),
        4 => format!("pay {reference} {} instapay --receipt R-{}", amount(random), random.u32(0..6)),
        5 => format!("refund {reference} {} cash", amount(random)),
        6 => format!("refund {reference} bosta"),
        7 | 8 => format!("pay {reference} --void {} --note wrong", number(random)),
        9 => format!("edit {reference} --delivery {}", random.choice(["none", "0", "50.00", "12.5"]).unwrap()),
        10 => format!("edit {reference} --discount {}", random.choice(["none", "0", "10%", "33.3%", "5.00"]).unwrap()),
        11 => format!("edit {reference} {}", random.choice(["--cod", "--no-cod"]).unwrap()),
        12 => format!("edit {reference} --item {} --quantity {}", number(random), random.u32(1..4)),
        13 => format!("edit {reference} --item {} --price {}", number(random), amount(random)),
        14 => format!("edit {reference} --add BLT-01 --quantity {}", random.u32(1..3)),
        15 => format!("edit {reference} --remove {}", number(random)),
        16 => format!("confirm {reference} --accept-prices"),
        17 => format!("confirm {reference} --accept-prices --paid cash"),
        18 => format!("confirm {reference} --accept-prices --cod"),
        19 => format!("cancel {reference} --yes --keep {}", random.choice(["0", "5", "10.00"]).unwrap()),
        20 => format!("set-status {reference} pending --yes --force --note again"),
        _ => {
            format!("set-status {reference} {} --yes", random.choice(["processing", "shipped", "delivered"]).unwrap())
        }
    };
    line.split(' ').map(str::to_owned).collect()
}

fn run(shop: &Shop, line: &[String]) -> i32 {
    let run = line.iter().fold(shop.orders([]), |run, word| run.arg(word)).ends();
    assert!([0, 2, 3, 4, 5, 6].contains(&run.code), "{line:?}: {run:#?}");
    run.code
}

/// Holds that an order's body, and the columns that people query, say what its history says.
fn hold(shop: &Shop, created: &Value, line: &[String]) {
    let reference = created["orderReference"].as_str().unwrap();
    let shown = shop.orders(["show", reference, "--json"]).json();
    let mut replay = Replay::of(created);
    let history = shop.orders(["history", reference, "--json"]).json();
    history.as_array().unwrap().iter().for_each(|event| replay.play(event));
    let money = |key: &str| shown[key].as_str().map(cents);
    let (grand_total, paid) = (replay.grand_total(), replay.paid());
    let said = [money("total"), money("grandTotal"), money("paid"), money("due")];
    let expected = [Some(replay.total()), Some(grand_total), paid, paid.map(|paid| grand_total - paid)];
    assert_eq!(said, expected, "after {line:?}: {replay:#?}");
    assert_eq!(shown["deliveryFee"].as_str().map(cents), replay.delivery_fee, "after {line:?}");
    let listed: Cents =
        shown["payments"].as_array().unwrap().iter().map(|one| cents(one["amount"].as_str().unwrap())).sum();
    assert_eq!(listed, replay.payments.unwrap_or(0), "after {line:?}");
    assert!(listed >= 0, "more was refunded than was paid: {shown:#}");
}

#[test]
fn the_money_of_an_order_is_what_its_history_says() {
    let mut codes: HashMap<i32, usize> = HashMap::new();
    for seed in [1, 2] {
        let mut random = Rng::with_seed(seed);
        let shop = Shop::stocked();
        let claims =
            order("LEG-2", BELT, 2, None).replacen('{', r#"{"deliveryFee":"50.00","discount":5,"cod":true,"#, 1);
        let orders = [order(ORDER, SHIRT, 2, Some("M")), claims];
        let created = orders.map(|order| shop.orders(["create", "--json"]).stdin(order).json());
        for _ in 0..45 {
            let one = random.choice(&created).unwrap();
            let line = draw(&mut random, one["orderReference"].as_str().unwrap());
            *codes.entry(run(&shop, &line)).or_default() += 1;
            hold(&shop, one, &line);
        }
        shop.check();
    }
    // The commands drawn are neither all refused nor all taken.
    assert!(codes[&0] > 25 && codes[&5] > 5, "{codes:?}");
}
