//! Draws commands: most that make sense for the shop as it is, some that are refused.

use fastrand::Rng;

use super::command::{
    Cents, Command, Customer, Discount, Draft, DraftItem, ItemEdit, Named, PaidRow, Payment, Replacement, Shape, Terms,
    Typed, TypedItem,
};
use super::shop::{Content, Item, Order, Shop, Status, Stocked, size_key};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Create,
    CreateTyped,
    Import,
    Confirm,
    ConfirmSeveral,
    Ship,
    Cancel,
    StepBack,
    EditCustomer,
    EditTerms,
    EditItems,
    Return,
    Exchange,
    Pay,
    Refund,
    Void,
    Note,
    Adjust,
    Count,
    SetPrice,
    SetListed,
    PayListed,
    Receive,
    SetDiscounted,
    RemoveSize,
    ImportPrices,
}

/// What a shop does most.
#[derive(Clone, Copy, Debug)]
pub enum Mix {
    Sales,
    Changes,
    Returns,
    Money,
}

impl Mix {
    /// Returns how often each kind of command is drawn.
    fn weights(self) -> [(Kind, u32); 26] {
        let of = |sales, changes, returns, money| match self {
            Mix::Sales => sales,
            Mix::Changes => changes,
            Mix::Returns => returns,
            Mix::Money => money,
        };
        [
            (Kind::Create, of(9, 5, 4, 4)),
            (Kind::CreateTyped, of(9, 4, 5, 4)),
            (Kind::Import, of(6, 3, 2, 2)),
            (Kind::Confirm, of(14, 10, 10, 8)),
            (Kind::ConfirmSeveral, of(8, 2, 2, 2)),
            (Kind::Ship, of(10, 7, 14, 6)),
            (Kind::Cancel, of(6, 4, 4, 6)),
            (Kind::StepBack, of(6, 6, 6, 4)),
            (Kind::EditCustomer, of(2, 3, 1, 1)),
            (Kind::EditTerms, of(3, 6, 5, 7)),
            (Kind::EditItems, of(4, 26, 8, 3)),
            (Kind::Return, of(2, 4, 18, 5)),
            (Kind::Exchange, of(1, 3, 12, 3)),
            (Kind::Pay, of(4, 3, 4, 14)),
            (Kind::Refund, of(2, 1, 2, 9)),
            (Kind::Void, of(1, 1, 1, 8)),
            (Kind::Note, of(1, 1, 1, 1)),
            (Kind::Adjust, of(6, 6, 4, 2)),
            (Kind::Count, of(4, 3, 2, 1)),
            (Kind::SetPrice, of(1, 2, 1, 1)),
            (Kind::SetListed, of(5, 3, 5, 3)),
            (Kind::PayListed, of(2, 1, 2, 9)),
            (Kind::Receive, of(3, 2, 2, 1)),
            (Kind::SetDiscounted, of(1, 1, 1, 1)),
            (Kind::RemoveSize, of(1, 2, 1, 1)),
            (Kind::ImportPrices, of(1, 1, 1, 1)),
        ]
    }
}

impl Kind {
    /// Returns whether a command of this kind can do something to an order.
    fn suits(self, order: &Order) -> bool {
        use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};
        let is_open = matches!(order.status, Pending | Confirmed | Processing);
        match self {
            Kind::Confirm | Kind::ConfirmSeveral => order.status == Pending,
            Kind::Ship | Kind::SetListed => matches!(order.status, Confirmed | Processing | Shipped),
            Kind::Cancel => order.status != Cancelled,
            Kind::StepBack => order.status != Pending,
            Kind::EditCustomer | Kind::EditItems => is_open,
            Kind::EditTerms => is_open || order.status == Shipped,
            Kind::Return | Kind::Exchange => matches!(order.status, Shipped | Delivered),
            Kind::Refund => order.due().is_some_and(|due| due < 0),
            Kind::Void => !order.payments.is_empty(),
            _ => true,
        }
    }

    /// Returns whether the command is about orders that are there.
    fn needs_orders(self) -> bool {
        use Kind::{
            Adjust, Count, Create, CreateTyped, Import, ImportPrices, Receive, RemoveSize, SetDiscounted, SetPrice,
        };
        let is_of_orders = matches!(self, Create | CreateTyped | Import);
        let is_of_products =
            matches!(self, Adjust | Count | Receive | SetPrice | SetDiscounted | ImportPrices | RemoveSize);
        !is_of_orders && !is_of_products
    }
}

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
            Kind::ImportPrices => {
                let mut products = CATALOGUE.map(|(named, ..)| named);
                self.random.shuffle(&mut products);
                let count = self.random.usize(1..3);
                Command::ImportPrices {
                    prices: products.into_iter().take(count).map(|product| (product, self.price())).collect(),
                }
            }
        }
    }
}

// Orders and their items.
impl Draw<'_> {
    /// Draws the reference of an order that suits, if there is one; sometimes of any, or of none that is there.
    fn reference(&mut self, suits: impl Fn(&Order) -> bool) -> String {
        if self.in_100(2) || self.shop.orders.is_empty() {
            return "M-404".to_owned();
        }
        let meeting = self.meeting.as_ref().and_then(|reference| self.shop.order(reference));
        if let Some(order) = meeting.filter(|order| suits(order))
            && self.in_100(50)
        {
            return order.reference.clone();
        }
        let suiting: Vec<&Order> = self.shop.orders.iter().filter(|order| suits(order)).collect();
        let is_any = suiting.is_empty() || self.in_100(6);
        let order = if is_any { self.random.choice(&self.shop.orders) } else { self.random.choice(suiting) };
        order.unwrap().reference.clone()
    }

    fn any_reference(&mut self) -> String {
        self.reference(|_| true)
    }

    /// Draws a number of so many; rarely one above.
    fn number(&mut self, last: usize) -> usize {
        self.random.usize(1..=last.max(1)) + usize::from(self.in_100(4))
    }

    fn product(&mut self) -> Named {
        match self.random.u32(0..100) {
            0..40 => TEE,
            40..55 => JACKET,
            55..75 => BELT,
            75..86 => PIN,
            86..98 => STICKER,
            _ => UNKNOWN,
        }
    }

    /// Draws a size for an item of a product, nearly always one that it has.
    fn size(&mut self, product: Named) -> Option<String> {
        let sizes = self.shop.product(product).map_or(&[][..], |product| &product.sizes);
        if sizes.is_empty() {
            return self.in_100(3).then(|| "M".to_owned());
        }
        match self.random.u32(0..100) {
            0..2 => None,
            2..4 => Some("XXL".to_owned()),
            _ => {
                let size = self.one_of(sizes);
                Some(if self.in_100(80) { size } else { size.to_lowercase() })
            }
        }
    }

    fn color(&mut self) -> Option<String> {
        self.in_100(10).then(|| "Blue".to_owned())
    }

    /// Draws a size for the shelf. Rarely a product gets its first size, or another one.
    fn stock_size(&mut self, product: Named) -> Option<String> {
        let has_sizes = self.shop.product(product).is_some_and(|product| !product.sizes.is_empty());
        match has_sizes {
            true if self.in_100(5) => Some("XL".to_owned()),
            true => self.size(product),
            // A belt gets its first size when none is left without.
            false if product == BELT => {
                let left = self.shop.on_hand.get(&(BELT.barcode, String::new())).copied().unwrap_or(0);
                self.in_100(if left == 0 { 60 } else { 5 }).then(|| "M".to_owned())
            }
            false => None,
        }
    }

    fn quantity(&mut self) -> i64 {
        self.one_of(&[1, 1, 1, 2, 2, 3])
    }

    /// Draws a price. Some give halves of a cent when a discount is divided.
    fn price(&mut self) -> Cents {
        self.one_of(&[0, 1, 3, 7, 9_99, 12_50, 18_75, 20_00, 33_33, 45_00])
    }

    fn customer(&mut self) -> Customer {
        let address = self.one_of(&[None, Some("5 Corniche"), Some("12 Tahrir St")]);
        Customer {
            name: self.one_of(&["Mona", "Omar", "ليلى"]).to_owned(),
            phone: self.one_of(&["201001", "201002", "201003"]).to_owned(),
            address: address.map(str::to_owned),
        }
    }

    fn new_reference(&mut self) -> String {
        let orders = &self.shop.orders;
        let known = self.random.choice(orders).filter(|_| orders.len() >= MOST_ORDERS || self.random.u32(0..100) < 6);
        if let Some(order) = known {
            return order.reference.clone();
        }
        let offset = self.random.usize(0..self.at_once.min(3));
        self.fresh_reference(offset)
    }

    /// Returns a reference after the last one.
    fn fresh_reference(&self, offset: usize) -> String {
        let numbers = self.shop.orders.iter().map(|order| order.reference["M-".len()..].parse::<usize>().unwrap());
        format!("M-{}", numbers.max().unwrap_or(0) + 1 + offset)
    }

    /// Draws an order from outside: a new one, or now and then one that is there, as it came or as it is.
    fn draft(&mut self) -> Draft {
        let reference = self.new_reference();
        if let Some(order) = self.shop.order(&reference)
            && self.in_100(70)
        {
            let content = if self.in_100(50) { order.received.clone() } else { order.content() };
            return self.again(reference, &content);
        }
        let count = self.one_of(&[1, 1, 2, 2, 3]);
        let items = (0..count).map(|_| {
            let product = self.product();
            let price = self.shop.product(product).map_or(5_00, |product| product.asks());
            let price = if self.in_100(88) { price } else { self.price() };
            DraftItem { product, quantity: self.quantity(), price, size: self.size(product), color: self.color() }
        });
        let items: Vec<DraftItem> = items.collect();
        let total: Cents = items.iter().map(|item| item.quantity * item.price).sum();
        let discount = if self.in_100(95) { self.random.i64(0..=total) } else { total + 1 };
        Draft {
            reference,
            customer: self.customer(),
            items,
            delivery: self.in_100(10).then(|| self.random.i64(0..60_00)),
            discount: self.in_100(10).then_some(discount),
            cod: self.in_100(10),
        }
    }

    fn again(&mut self, reference: String, content: &Content) -> Draft {
        let named = |barcode| self.shop.products.iter().find(|product| product.named.barcode == barcode);
        let items = content.items.iter().map(|item| DraftItem {
            product: named(item.product).unwrap().named,
            quantity: item.quantity,
            price: item.price,
            size: item.size.clone(),
            color: item.color.clone(),
        });
        let mut draft = Draft {
            reference,
            customer: content.customer.clone(),
            items: items.collect(),
            delivery: None,
            discount: None,
            cod: false,
        };
        if self.in_100(20) {
            draft.items[0].quantity += 1;
        }
        draft
    }

    fn typed(&mut self) -> Command {
        let reference = self.new_reference();
        let count = self.one_of(&[1, 2, 2, 3]);
        let items = (0..count).map(|_| {
            let product = self.product();
            TypedItem {
                product,
                quantity: self.quantity(),
                price: self.in_100(15).then(|| self.price()),
                size: self.size(product),
                color: self.color(),
            }
        });
        let items = items.collect();
        let customer = self.customer();
        let is_known = self.shop.orders.iter().any(|order| order.customer.phone == customer.phone);
        let confirm = self.in_100(50);
        let mut terms = if self.in_100(40) { self.terms() } else { Terms::default() };
        terms.cod = self.in_100(15).then_some(true);
        let is_paid = confirm && terms.cod.is_none() && self.in_100(50);
        Command::CreateTyped(Typed {
            payment: is_paid.then(|| self.payment(&reference, 25)),
            reference,
            phone: customer.phone,
            name: (!is_known || self.in_100(70)).then_some(customer.name),
            address: customer.address,
            items,
            terms,
            confirm,
            delivered: confirm && self.in_100(40),
        })
    }

    fn import(&mut self) -> Command {
        let count = self.one_of(&[1, 1, 2, 3]);
        let mut drafts: Vec<Draft> = (0..count).map(|_| self.draft()).collect();
        // New orders of one call have references of their own, but for some.
        for (index, draft) in drafts.iter_mut().enumerate() {
            if self.shop.order(&draft.reference).is_none() && self.in_100(90) {
                draft.reference = self.fresh_reference(index);
            }
        }
        let shape = self.one_of(&[Shape::Lines, Shape::Lines, Shape::Array, Shape::Wrapped, Shape::Messages]);
        if shape == Shape::Messages {
            for draft in &mut drafts {
                (draft.delivery, draft.discount, draft.cod) = (None, None, false);
            }
        }
        Command::Import { drafts, shape, keep_going: self.in_100(40) }
    }
}

// Statuses.
impl Draw<'_> {
    fn confirm(&mut self) -> Command {
        let reference = self.reference(|order| Kind::Confirm.suits(order));
        let payment = self.in_100(50).then(|| self.payment(&reference, 40));
        Command::Confirm {
            references: vec![reference],
            accept_prices: self.in_100(60),
            cod: payment.is_none() && self.in_100(15),
            payment,
            keep_going: self.in_100(5),
        }
    }

    /// Draws different references of orders that suit.
    fn references(&mut self, suits: impl Fn(&Order) -> bool) -> Vec<String> {
        let mut references = Vec::new();
        for _ in 0..self.one_of(&[2, 2, 3]) {
            let reference = self.reference(&suits);
            if !references.contains(&reference) {
                references.push(reference);
            }
        }
        references
    }

    fn confirm_several(&mut self) -> Command {
        let references = self.references(|order| Kind::Confirm.suits(order));
        let payment = Payment { method: self.method(), amount: None, receipt: None };
        let is_paid = self.in_100(25);
        Command::Confirm {
            references,
            accept_prices: self.in_100(70),
            cod: !is_paid && self.in_100(15),
            payment: is_paid.then_some(payment),
            keep_going: self.in_100(50),
        }
    }

    fn ship(&mut self) -> Command {
        let status =
            self.one_of(&["processing", "shipped", "shipped", "shipped", "delivered", "delivered", "confirmed"]);
        let suits = |order: &Order| Kind::Ship.suits(order);
        let references = if self.in_100(15) { self.references(suits) } else { vec![self.reference(suits)] };
        let keep_going = references.len() > 1 && self.in_100(40);
        Command::SetStatus { references, status, force: false, no_restock: false, keep: None, keep_going }
    }

    fn cancel(&mut self) -> Command {
        let suits = |order: &Order| Kind::Cancel.suits(order);
        let references = if self.in_100(15) { self.references(suits) } else { vec![self.reference(suits)] };
        let keep = self.in_100(30).then(|| self.one_of(&[0, 5_00, 10_00, 30_00]));
        let keep_going = references.len() > 1 && self.in_100(40);
        Command::SetStatus {
            references,
            status: "cancelled",
            force: false,
            no_restock: self.in_100(20),
            keep,
            keep_going,
        }
    }

    fn step_back(&mut self) -> Command {
        let status = self.one_of(&["pending", "pending", "processing", "shipped"]);
        let reference = self.reference(|order| match status {
            "pending" => Kind::StepBack.suits(order),
            _ => matches!(order.status, Status::Shipped | Status::Delivered),
        });
        Command::SetStatus {
            references: vec![reference],
            status,
            force: self.in_100(90),
            no_restock: status == "pending" && self.in_100(10),
            keep: None,
            keep_going: false,
        }
    }
}

// Lists.
impl Draw<'_> {
    fn set_listed(&mut self) -> Command {
        let count = self.one_of(&[1, 2, 3, 4]);
        let rows = (0..count).map(|_| {
            let status = self.one_of(&["processing", "shipped", "shipped", "delivered", "delivered", "cancelled"]);
            (self.reference(|order| Kind::SetListed.suits(order)), status)
        });
        Command::SetListed { rows: rows.collect(), keep_going: self.in_100(50) }
    }

    fn pay_listed(&mut self) -> Command {
        let count = self.one_of(&[1, 2, 3]);
        let rows = (0..count).map(|_| {
            let reference = self.any_reference();
            // Some are on record already.
            let payments = self.shop.order(&reference).map_or(&[][..], |order| &order.payments);
            let known = self.random.choice(payments).map_or(0, |paid| paid.amount);
            let amount = if known > 0 && self.in_100(40) { known } else { self.amount(&reference) };
            PaidRow { reference, amount, receipt: self.receipt() }
        });
        Command::PayListed { rows: rows.collect(), method: self.method(), keep_going: self.in_100(50) }
    }

    fn receive(&mut self) -> Command {
        let product = self.product();
        let count = self.one_of(&[1, 1, 2]);
        let mut pieces: Vec<(Option<String>, i64)> =
            (0..count).map(|_| (self.size(product), self.quantity())).collect();
        let key = |(size, _): &(Option<String>, i64)| size.as_deref().map(size_key);
        pieces.dedup_by_key(|piece| key(piece));
        if pieces.len() > 1 && pieces.iter().any(|(size, _)| size.is_none()) {
            pieces.truncate(1);
        }
        Command::Receive { delivery: format!("INV-{}", self.random.u32(0..12)), product, pieces }
    }

    /// Draws a size to remove, mostly one of which there is nothing.
    fn remove_size(&mut self) -> Command {
        let product = self.product();
        let is_empty = |size: &&String| self.shop.on_hand.get(&(product.barcode, size_key(size))) == Some(&0);
        let empty = self.shop.product(product).and_then(|product| product.sizes.iter().find(is_empty)).cloned();
        let size = if self.in_100(80) { empty } else { self.size(product) };
        Command::RemoveSize { product, size: size.unwrap_or("M".to_owned()) }
    }
}

// Changes and returns.
impl Draw<'_> {
    fn terms(&mut self) -> Terms {
        let mut terms = Terms::default();
        while terms.delivery.is_none() && terms.discount.is_none() && terms.cod.is_none() {
            if self.in_100(35) {
                terms.delivery = Some(self.one_of(&[None, Some(0), Some(50_00), Some(12_50)]));
            }
            if self.in_100(50) {
                terms.discount = Some(match self.random.u32(0..8) {
                    0 => Discount::None,
                    1..4 => Discount::Amount(self.one_of(&[0, 1, 5_00, 7_77, 20_00])),
                    _ => Discount::Permille(self.one_of(&[5, 33, 60, 100, 125, 333, 500, 1000])),
                });
            }
            if self.in_100(20) {
                terms.cod = Some(self.in_100(60));
            }
        }
        terms
    }

    fn edit(&mut self, kind: Kind) -> Command {
        // Few orders of which something came back are open: they are chosen as often as all others.
        let is_rare = |order: &Order| kind.suits(order) && !order.returns.is_empty();
        let is_rare_wanted = self.in_100(50) && self.shop.orders.iter().any(is_rare);
        let reference = self.reference(|order| if is_rare_wanted { is_rare(order) } else { kind.suits(order) });
        let customer = self.customer();
        let has_customer = kind == Kind::EditCustomer || self.in_100(8);
        let items = (kind == Kind::EditItems || self.in_100(8)).then(|| self.item_edit(&reference));
        Command::Edit {
            name: has_customer.then_some(customer.name),
            phone: (has_customer && self.in_100(30)).then_some(customer.phone),
            address: customer.address.filter(|_| has_customer),
            terms: if kind == Kind::EditTerms || self.in_100(8) { self.terms() } else { Terms::default() },
            items,
            reference,
        }
    }

    fn item_edit(&mut self, reference: &str) -> ItemEdit {
        let items = self.shop.order(reference).map_or(&[][..], |order| &order.items);
        let number = self.number(items.len());
        match self.random.u32(0..10) {
            0..6 => {
                let item = items.get(number - 1);
                let product = item.and_then(|item| self.named(item)).unwrap_or(TEE);
                let (mut quantity, mut size, mut color, mut price) = (None, None, None, None);
                while quantity.is_none() && size.is_none() && color.is_none() && price.is_none() {
                    quantity = self.in_100(55).then(|| self.one_of(&[1, 1, 2, 2, 3, 4]));
                    let is_blank = self.in_100(3);
                    let drawn = if is_blank { Some(String::new()) } else { self.size(product) };
                    size = if self.in_100(45) { drawn } else { None };
                    color = self.in_100(10).then(|| self.one_of(&["", "Blue"]).to_owned());
                    price = self.in_100(12).then(|| self.price());
                }
                ItemEdit::Change { number, quantity, size, color, price }
            }
            6..9 => {
                let product = self.product();
                let price = self.in_100(15).then(|| self.price());
                ItemEdit::Add {
                    product,
                    quantity: self.quantity(),
                    size: self.size(product),
                    color: self.color(),
                    price,
                }
            }
            _ => ItemEdit::Remove(number),
        }
    }

    fn named(&self, item: &Item) -> Option<Named> {
        let products = &self.shop.products;
        products.iter().map(|product| product.named).find(|named| named.barcode == item.product)
    }

    fn take_back(&mut self, is_exchange: bool) -> Command {
        let reference = self.reference(|order| Kind::Return.suits(order));
        let items = self.shop.order(&reference).map_or(&[][..], |order| &order.items);
        let mut lines = Vec::new();
        let mut replacement = None;
        for _ in 0..self.one_of(&[1, 1, 1, 2, 3]) {
            let mut number = self.number(items.len());
            // Nearly always an item of which pieces are still with the customer.
            let is_with_customer = |number: usize| items.get(number - 1).is_some_and(|item| item.with_customer() > 0);
            if !is_with_customer(number) && self.in_100(85) {
                number = (1..=items.len()).find(|&number| is_with_customer(number)).unwrap_or(number);
            }
            let left = items.get(number - 1).map_or(1, Item::with_customer).max(1);
            let pieces = self.random.i64(1..=left) + i64::from(self.in_100(5));
            lines.push((number, pieces));
            let product = items.get(number - 1).and_then(|item| self.named(item)).unwrap_or(TEE);
            if is_exchange && replacement.is_none() {
                replacement = Some(self.replacement(product));
            }
        }
        let is_all = items.iter().map(Item::with_customer).sum::<i64>() == lines.iter().map(|line| line.1).sum::<i64>();
        let is_paid = self.shop.order(&reference).is_some_and(|order| order.paid() > Some(0));
        let refund = self.in_100(if is_paid { 50 } else { 3 }).then(|| self.payment(&reference, 15));
        let keep = self.in_100(if is_all { 40 } else { 3 }).then(|| self.one_of(&[0, 5_00, 10_00, 30_00]));
        Command::Return { reference, lines, damaged: self.in_100(20), replacement, refund, keep }
    }

    fn replacement(&mut self, product: Named) -> Replacement {
        if self.in_100(50)
            && let Some(size) = self.size(product)
        {
            return Replacement::Size(size);
        }
        let product = if self.in_100(30) { product } else { self.product() };
        let price = self.in_100(30).then(|| self.price());
        Replacement::For { product, size: self.size(product), color: self.color(), price }
    }
}

// Money.
impl Draw<'_> {
    fn method(&mut self) -> String {
        self.one_of(&["cash", "cash", "instapay"]).to_owned()
    }

    /// Draws a receipt out of a few, so that some come again.
    fn receipt(&mut self) -> Option<String> {
        self.in_100(30).then(|| format!("{}-{}", if self.in_100(80) { "R" } else { "r" }, self.random.u32(0..8)))
    }

    /// Draws an amount near what is due or owed of an order.
    fn amount(&mut self, reference: &str) -> Cents {
        let due = self.shop.order(reference).map_or(0, |order| order.grand_total() - order.paid().unwrap_or(0)).abs();
        match self.random.u32(0..4) {
            0 if due > 0 => due,
            1 if due > 1 => due / 2,
            2 => due + 1,
            _ => self.random.i64(1..40_00),
        }
    }

    /// Draws a payment, in so many of a hundred cases with its amount.
    fn payment(&mut self, reference: &str, with_amount: u32) -> Payment {
        let amount = self.in_100(with_amount).then(|| self.amount(reference));
        Payment { method: self.method(), amount, receipt: self.receipt() }
    }
}
