//! What an order's history says that became of it, played from how the order came.

use serde_json::Value;

use super::command::Cents;
use super::shop::Order;

/// An order as far as its history tells it.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    status: String,
    /// Quantity, price, and how many pieces came back.
    items: Vec<(i64, Cents, i64)>,
    /// What the returns were worth.
    returned: Cents,
    delivery: Option<Cents>,
    discount: Cents,
    cod: bool,
    kept: Cents,
    paid: Cents,
    notes: usize,
}

fn cents(text: &str) -> Cents {
    let (whole, decimals) = text.split_once('.').unwrap_or_else(|| panic!("{text}: is no amount"));
    assert_eq!(decimals.len(), 2, "{text}");
    let size = whole.trim_start_matches('-').parse::<Cents>().unwrap() * 100 + decimals.parse::<Cents>().unwrap();
    if whole.starts_with('-') { -size } else { size }
}

/// What the side of an event says of an item: `item 2: 3 × Shirt (size L) at 29.99, worth 80.97`.
struct ItemSide {
    index: usize,
    quantity: i64,
    price: Cents,
    worth: Cents,
}

fn item(text: &str) -> ItemSide {
    let (number, rest) = text.strip_prefix("item ").unwrap().split_once(": ").unwrap();
    let (rest, worth) = rest.split_once(", worth ").unwrap_or((rest, "0.00"));
    let price = rest.rsplit_once(" at ").unwrap().1.split(' ').next().unwrap();
    ItemSide {
        index: number.parse::<usize>().unwrap() - 1,
        quantity: rest.split_once(" × ").unwrap().0.parse().unwrap(),
        price: cents(price),
        worth: cents(worth),
    }
}

impl Told {
    /// Begins with the order as it came.
    fn before(order: &Order) -> Told {
        let (delivery, discount, cod) = order.first_terms;
        let items = order.received.items.iter().map(|item| (item.quantity, item.price, 0));
        let (status, items) = (String::new(), items.collect());
        Told { status, items, returned: 0, delivery, discount, cod, kept: 0, paid: 0, notes: 0 }
    }

    fn of(order: &Order) -> Told {
        Told {
            status: order.status.name().to_owned(),
            items: order.items.iter().map(|item| (item.quantity, item.price, item.returned)).collect(),
            returned: order.returned(),
            delivery: order.delivery.value,
            discount: order.discount.value,
            cod: order.cod.value,
            kept: order.kept,
            paid: order.paid().unwrap_or(0),
            notes: order.notes,
        }
    }

    fn play(&mut self, event: &Value) {
        let (from, to) = (event["from"].as_str(), event["to"].as_str());
        match event["kind"].as_str().unwrap() {
            "note" => self.notes += 1,
            "created" | "status" => to.unwrap().clone_into(&mut self.status),
            "payment" => {
                let amount = |side: Option<&str>| side.map_or(0, |text| cents(text.split(' ').next().unwrap()));
                self.paid += amount(to) - amount(from);
            }
            "returned" => {
                let back = item(from.unwrap());
                let item_of = &mut self.items[back.index];
                assert_eq!(item_of.1, back.price);
                item_of.2 += back.quantity;
                self.returned += back.worth;
                if let Some(to) = to {
                    self.add(&item(to));
                }
            }
            "edited" => self.edit(from, to),
            kind => panic!("{kind}: what is that?"),
        }
    }

    fn add(&mut self, new: &ItemSide) {
        assert_eq!(new.index, self.items.len());
        self.items.push((new.quantity, new.price, 0));
    }

    fn edit(&mut self, from: Option<&str>, to: Option<&str>) {
        let key = from.or(to).unwrap().split([':', ' ']).next().unwrap();
        let value = to.and_then(|text| text.split_once(": ")).map(|(_, value)| value.split(' ').next().unwrap());
        match key {
            "item" => match (from.map(item), to.map(item)) {
                (Some(was), is) => {
                    let item_of = &mut self.items[was.index];
                    assert_eq!((item_of.0, item_of.1), (was.quantity, was.price));
                    match is {
                        Some(is) => (item_of.0, item_of.1) = (is.quantity, is.price),
                        None => drop(self.items.remove(was.index)),
                    }
                }
                (None, is) => self.add(&is.unwrap()),
            },
            "deliveryFee" => self.delivery = value.map(cents),
            "discount" => self.discount = value.map_or(0, cents),
            "cod" => self.cod = value == Some("true"),
            "kept" => self.kept = value.map_or(0, cents),
            _ => {}
        }
    }
}

/// Returns where the history of an order ends elsewhere than the order is.
pub fn difference(order: &Order, history: &Value) -> Option<String> {
    let mut told = Told::before(order);
    history.as_array().unwrap().iter().for_each(|event| told.play(event));
    let is = Told::of(order);
    (told != is).then(|| format!("{} is {is:?}, its history says {told:?}", order.reference))
}
