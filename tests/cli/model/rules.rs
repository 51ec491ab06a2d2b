//! The rules of the shop a second time, in plain words: what a command does, and what stands against it.
//!
//! Nothing here comes from the program. A rule changes a copy of the shop as if nothing stood against the command, and returns every
//! reason that does. The exit code is the first of them, and the copy is dropped.

use std::collections::BTreeSet;

use super::command::{Cents, Command, Customer, Discount, Draft, ItemEdit, Named, Payment, Replacement, Terms, Typed};
use super::shop::{Agreement, CameBack, Content, Item, Order, Paid, Pieces, Product, Shop, Status, size_key};

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

/// The steps between statuses; confirmed is entered by `confirm` alone.
fn may_step(from: Status, to: Status, is_forced: bool) -> bool {
    use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};
    match (from, to) {
        (_, Confirmed) => false,
        (Pending | Confirmed | Processing | Shipped | Delivered, Cancelled) => true,
        (Confirmed, Processing | Shipped | Delivered) => true,
        (Processing, Shipped | Delivered) | (Shipped, Delivered) => true,
        (Shipped, Processing) | (Delivered, Processing | Shipped) => is_forced,
        (Confirmed | Processing | Shipped | Delivered | Cancelled, Pending) => is_forced,
        _ => false,
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
        Outcome { codes: std::iter::once(code).chain(reasons.or).collect(), after }
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
            Command::Edit { reference, name, address, terms, items } => {
                self.edit(reference, name.as_ref(), address.as_ref(), terms, items.as_ref())
            }
            Command::Return { reference, lines, damaged, replacement, refund, keep } => {
                self.take_back(reference, lines, *damaged, replacement.as_ref(), refund.as_ref(), *keep)
            }
            Command::Pay { reference, amount, method, receipt } => {
                self.record(reference, *amount, method, receipt.as_deref())
            }
            Command::Refund { reference, payment } => self.refund(reference, payment),
            Command::Void { reference, number } => self.void(reference, *number),
            Command::Note { reference } => Reasons::none().add(NOT_FOUND, self.order(reference).is_none()),
            Command::Adjust { product, size, difference } => self.adjust(*product, size.as_deref(), *difference),
            Command::Count { product, size, pieces } => self.count(*product, size.as_deref(), *pieces),
            Command::SetPrice { product, price } => {
                let found = self.products.iter_mut().find(|one| one.named == *product);
                let is_missing = found.is_none();
                found.into_iter().for_each(|product| product.price = *price);
                Reasons::none().add(NOT_FOUND, is_missing)
            }
        }
    }

    /// Does something for each: all of them or nothing; or going on, those for which it can be done.
    fn each<T>(&mut self, all: &[T], keep_going: bool, rule: impl Fn(&mut Shop, &T) -> Reasons) -> Reasons {
        if !keep_going {
            return all.iter().fold(Reasons::none(), |reasons, one| reasons.and(rule(self, one)));
        }
        let mut is_partly = false;
        for one in all {
            let mut trial = self.clone();
            if rule(&mut trial, one).is_empty() {
                *self = trial;
            } else {
                is_partly = true;
            }
        }
        Reasons::none().add(PARTLY, is_partly)
    }
}

// Orders that come in.
impl Shop {
    /// What comes again is the same order if it is what was received, or what the order is now.
    fn compare(existing: &Order, content: &Content) -> Reasons {
        Reasons::none().add(CONFLICT, *content != existing.received && *content != existing.content())
    }

    /// Takes an order from outside. Its prices, fees and discounts are claims.
    fn receive(&mut self, draft: &Draft) -> Reasons {
        let mut reasons = Reasons::none();
        let mut items = Vec::new();
        for (id, item) in draft.items.iter().enumerate() {
            // A size that is missing or unknown is a matter for confirm.
            let product = self.product(item.product);
            reasons = reasons.add(INVALID, product.is_none());
            items.push(Item {
                product: item.product.barcode,
                quantity: item.quantity,
                price: item.price,
                size: item.size.clone(),
                list_price: product.map_or(0, |product| product.price),
                is_agreed: false,
                returned: 0,
                id,
            });
        }
        let mut order = Order::new(&draft.reference, draft.customer.clone(), items);
        order.delivery = Agreement { value: draft.delivery, is_claimed: draft.delivery.is_some() };
        let discount = draft.discount.unwrap_or(0);
        order.discount = Agreement { value: discount, is_claimed: discount > 0 };
        order.cod = Agreement { value: draft.cod, is_claimed: draft.cod };
        order.first_terms = (draft.delivery, discount, draft.cod);
        reasons = reasons.add(INVALID, discount > order.total());
        match self.order(&draft.reference) {
            Some(existing) => reasons.and(Shop::compare(existing, &order.received)),
            None => {
                self.orders.push(order);
                reasons
            }
        }
    }

    /// Takes an order that the shop types, and with it agrees to.
    fn create(&mut self, typed: &Typed) -> Reasons {
        let last = self.orders.iter().rev().find(|order| order.customer.phone == typed.phone);
        let name = typed.name.clone().or_else(|| last.map(|order| order.customer.name.clone()));
        let last_address = last.and_then(|order| order.customer.address.clone());
        let address = typed.address.clone().or(last_address);
        // Whether a missing name is told before a product that is not there is left open.
        let Some(name) = name else { return Reasons { codes: BTreeSet::from([USAGE]), or: vec![NOT_FOUND, INVALID] } };
        let mut reasons = Reasons::none();
        let mut items = Vec::new();
        for (id, item) in typed.items.iter().enumerate() {
            let product = self.product(item.product);
            reasons = reasons
                .add(NOT_FOUND, product.is_none())
                .add(INVALID, product.is_some_and(|product| product.lacks_size(item.size.as_deref())));
            let list_price = product.map_or(0, |product| product.price);
            items.push(Item {
                product: item.product.barcode,
                quantity: item.quantity,
                price: item.price.unwrap_or(list_price),
                size: item
                    .size
                    .as_ref()
                    .map(|size| product.map_or_else(|| size.clone(), |product| product.spelled(size))),
                list_price,
                is_agreed: true,
                returned: 0,
                id,
            });
        }
        let customer = Customer { name, phone: typed.phone.clone(), address };
        let mut order = Order::new(&typed.reference, customer, items);
        reasons = reasons.and(order.agree(&typed.terms));
        order.first_terms = (order.delivery.value, order.discount.value, order.cod.value);
        if let Some(existing) = self.order(&typed.reference) {
            let mut reasons = reasons.and(Shop::compare(existing, &order.received));
            // Whether a sale that is typed again was done wholly is told by the tests of `create`.
            reasons.or.extend((reasons.is_empty() && typed.confirm).then_some(CONFLICT));
            return reasons;
        }
        self.orders.push(order);
        if typed.confirm {
            reasons = reasons.and(self.confirm(&typed.reference, false, false, typed.payment.as_ref()));
            // Whether a shortage is told before a payment that is refused is left open.
            let is_open = reasons.codes.contains(&NO_STOCK) && reasons.codes.first() == Some(&CONFLICT);
            reasons.or.extend(is_open.then_some(NO_STOCK));
        }
        reasons
    }
}

impl Order {
    fn new(reference: &str, customer: Customer, items: Vec<Item>) -> Order {
        let mut order = Order {
            reference: reference.to_owned(),
            received: Content { customer: customer.clone(), items: Vec::new() },
            customer,
            status: Status::Pending,
            items,
            delivery: Agreement::default(),
            discount: Agreement::default(),
            cod: Agreement::default(),
            first_terms: (None, 0, false),
            kept: 0,
            payments: Vec::new(),
            returns: Vec::new(),
            took_unsized: BTreeSet::new(),
        };
        order.received = order.content();
        order
    }

    /// Takes down terms that the shop typed. A percentage is one of the items, and becomes an amount.
    fn agree(&mut self, terms: &Terms) -> Reasons {
        let agreed = |value| Agreement { value, is_claimed: false };
        if let Some(delivery) = terms.delivery {
            self.delivery = agreed(delivery);
        }
        if let Some(discount) = &terms.discount {
            let value = match discount {
                Discount::Amount(amount) => *amount,
                Discount::Permille(permille) => part_of(self.total(), *permille, 1000),
                Discount::None => 0,
            };
            self.discount = Agreement { value, is_claimed: false };
        }
        if let Some(cod) = terms.cod {
            self.cod = Agreement { value: cod, is_claimed: false };
        }
        // What returns gave up of the discount is given up, and no more can be taken off than there is.
        Reasons::none().add(CONFLICT, self.discount_left() < 0).add(INVALID, self.discount_left() > self.items_left())
    }

    /// Whether something of it was only claimed, and nobody in the shop agreed.
    fn is_marked(&self) -> bool {
        self.items.iter().any(|item| item.price < item.list_price && !item.is_agreed)
            || self.delivery.is_claimed
            || self.discount.is_claimed
            || self.cod.is_claimed
    }
}

// Statuses.
impl Shop {
    fn confirm(&mut self, reference: &str, accept_prices: bool, cod: bool, payment: Option<&Payment>) -> Reasons {
        let products = self.products.clone();
        let product = |item: &Item| products.iter().find(|product| product.named.barcode == item.product);
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        if order.status != Status::Pending {
            return Reasons::of(CONFLICT);
        }
        if cod {
            order.cod = Agreement { value: true, is_claimed: false };
        }
        let lacks_size = |item: &Item| product(item).is_some_and(|product| product.lacks_size(item.size.as_deref()));
        let reasons = Reasons::none()
            .add(INVALID, order.items.iter().any(lacks_size))
            .add(CONFLICT, order.is_marked() && !accept_prices);
        // What was claimed is agreed from now on. A price that was accepted is asked about again, should this be undone.
        order.delivery.is_claimed = false;
        order.discount.is_claimed = false;
        order.cod.is_claimed = false;
        order.status = Status::Confirmed;
        let is_unsized = |item: &&Item| product(item).is_some_and(|product| product.sizes.is_empty());
        order.took_unsized = order.items.iter().filter(is_unsized).map(|item| item.product).collect();
        let (due, holding) = (order.grand_total() - order.paid().unwrap_or(0), order.holding());
        let reasons = reasons.and(take(&mut self.on_hand, &holding));
        let Some(payment) = payment else { return reasons };
        let amount = payment.amount.unwrap_or(due);
        if amount <= 0 {
            return reasons.add(CONFLICT, true);
        }
        reasons.and(self.record(reference, amount, &payment.method, payment.receipt.as_deref()))
    }

    fn set_status(
        &mut self,
        reference: &str,
        to: Status,
        is_forced: bool,
        no_restock: bool,
        keep: Option<Cents>,
    ) -> Reasons {
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let reasons = Reasons::none()
            .add(CONFLICT, !may_step(order.status, to, is_forced))
            .add(CONFLICT, to == Status::Pending && !order.returns.is_empty())
            .add(CONFLICT, keep.unwrap_or(0) > order.grand_total());
        let held = order.holding();
        order.status = to;
        order.kept = keep.unwrap_or(0);
        if !to.holds_stock() {
            order.took_unsized.clear();
            put_back(&mut self.on_hand, &held, no_restock);
        }
        reasons
    }
}

// Changes.
impl Shop {
    fn edit(
        &mut self,
        reference: &str,
        name: Option<&String>,
        address: Option<&String>,
        terms: &Terms,
        items: Option<&ItemEdit>,
    ) -> Reasons {
        let products = self.products.clone();
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let is_open = matches!(order.status, Status::Pending | Status::Confirmed | Status::Processing);
        let is_over = matches!(order.status, Status::Delivered | Status::Cancelled);
        let has_terms = terms.delivery.is_some() || terms.discount.is_some() || terms.cod.is_some();
        let mut reasons = Reasons::none()
            .add(CONFLICT, (name.is_some() || address.is_some()) && !is_open)
            .add(CONFLICT, has_terms && is_over)
            .add(CONFLICT, items.is_some() && !is_open);
        let held = order.holding();
        name.into_iter().for_each(|name| order.customer.name.clone_from(name));
        address.into_iter().for_each(|address| order.customer.address = Some(address.clone()));
        let of_items = items.map(|edit| order.edit_items(&products, edit)).unwrap_or_default();
        let of_terms = order.agree(terms);
        // A discount is compared with the items as they are then: not with some that cannot be.
        reasons = if of_items.is_empty() { reasons.and(of_terms) } else { reasons.and(of_items) };
        // What is new is taken, what is given up comes back: of each line the difference.
        let holds = order.holding();
        put_back(&mut self.on_hand, &held, false);
        reasons.and(take(&mut self.on_hand, &holds))
    }
}

impl Order {
    fn edit_items(&mut self, products: &[Product], edit: &ItemEdit) -> Reasons {
        let is_pending = self.status == Status::Pending;
        let product = |barcode: &str| products.iter().find(|product| product.named.barcode == barcode);
        let mut reasons = Reasons::none();
        match edit {
            ItemEdit::Change { number, quantity, size, price } => {
                let Some(item) = self.items.get_mut(number - 1) else { return Reasons::of(NOT_FOUND) };
                let lacks = |size: &str| product(item.product).is_some_and(|product| product.lacks_size(Some(size)));
                let is_other = |size: &str| item.size.as_deref().map(size_key).unwrap_or_default() != size_key(size);
                // Of an item of which pieces came back, the rest is still what it was.
                reasons = reasons
                    .add(INVALID, size.as_deref().is_some_and(lacks))
                    .add(CONFLICT, item.returned > 0 && size.as_deref().is_some_and(is_other))
                    .add(CONFLICT, quantity.is_some_and(|quantity| quantity < item.returned))
                    .add(CONFLICT, price.is_some() && !is_pending);
                item.quantity = quantity.unwrap_or(item.quantity);
                if let Some(size) = size {
                    let spelled = product(item.product).map(|product| product.spelled(size));
                    item.size = spelled.filter(|size| !size.is_empty());
                }
                if let Some(price) = price {
                    (item.price, item.is_agreed) = (*price, true);
                }
            }
            ItemEdit::Add { product, quantity, size, price } => {
                let Some(product) = products.iter().find(|one| one.named == *product) else {
                    return Reasons::of(NOT_FOUND);
                };
                reasons = reasons.add(INVALID, product.lacks_size(size.as_deref()));
                self.add(product, *quantity, size.as_ref(), price.unwrap_or(product.price));
            }
            ItemEdit::Remove(number) => {
                let Some(item) = self.items.get(number - 1) else { return Reasons::of(NOT_FOUND) };
                reasons = reasons.add(CONFLICT, item.returned > 0 || self.items.len() == 1);
                self.items.remove(number - 1);
            }
        }
        // Nothing left is a matter for cancel.
        reasons.add(CONFLICT, self.status.holds_stock() && self.holding().is_empty())
    }

    /// Adds an item of whose price the shop is sure.
    fn add(&mut self, product: &Product, quantity: i64, size: Option<&String>, price: Cents) {
        if self.status.holds_stock() && product.sizes.is_empty() {
            self.took_unsized.insert(product.named.barcode);
        }
        self.items.push(Item {
            product: product.named.barcode,
            quantity,
            price,
            size: size.map(|size| product.spelled(size)),
            list_price: product.price,
            is_agreed: true,
            returned: 0,
            id: self.items.iter().map(|item| item.id + 1).max().unwrap_or(0),
        });
    }
}

// What comes back.
impl Shop {
    fn take_back(
        &mut self,
        reference: &str,
        lines: &[(usize, i64)],
        is_damaged: bool,
        replacement: Option<&Replacement>,
        refund: Option<&Payment>,
        keep: Option<Cents>,
    ) -> Reasons {
        let products = self.products.clone();
        let find = |named: Named| products.iter().find(|product| product.named == named);
        let mut on_hand = self.on_hand.clone();
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        // An item that is named twice is one line.
        let mut merged: Vec<(usize, i64)> = Vec::new();
        for (number, pieces) in lines {
            match merged.iter_mut().find(|(known, _)| known == number) {
                Some((_, sum)) => *sum += pieces,
                None => merged.push((*number, *pieces)),
            }
        }
        let named: Vec<&Item> = merged.iter().filter_map(|(number, _)| order.items.get(number - 1)).collect();
        let replaced = |item: &Item| match replacement {
            Some(Replacement::Size(size)) => {
                let product = products.iter().find(|product| product.named.barcode == item.product);
                product.map(|product| (product, Some(size), item.price))
            }
            Some(Replacement::For { product, size, price }) => find(*product).map(|product| {
                let is_same = product.named.barcode == item.product;
                let today = if is_same { item.price } else { product.price };
                (product, size.as_ref(), price.unwrap_or(today))
            }),
            None => None,
        };
        let lacks_size = |item: &&Item| {
            replaced(item).is_some_and(|(product, size, _)| {
                let has_no_sizes = matches!(replacement, Some(Replacement::Size(_))) && product.sizes.is_empty();
                has_no_sizes || product.lacks_size(size.map(String::as_str))
            })
        };
        let is_unknown = matches!(replacement, Some(Replacement::For { product, .. }) if find(*product).is_none());
        let exceeds = |(number, pieces): &(usize, i64)| {
            order.items.get(number - 1).is_some_and(|item| *pieces > item.with_customer())
        };
        let reasons = Reasons::none()
            .add(NOT_FOUND, named.len() < merged.len() || is_unknown)
            .add(INVALID, named.iter().any(lacks_size))
            .add(CONFLICT, !matches!(order.status, Status::Shipped | Status::Delivered))
            .add(CONFLICT, merged.iter().any(exceeds));
        if !reasons.is_empty() {
            return reasons;
        }

        let cost = order.grand_total();
        let mut shortage = Reasons::none();
        // One line after the other.
        for (number, pieces) in &merged {
            let index = number - 1;
            // The new pieces are taken before the old ones are back.
            if let Some((product, size, price)) = replaced(&order.items[index]) {
                let size = size.cloned();
                order.add(product, *pieces, size.as_ref(), price);
                let line = order.line(order.items.last().unwrap());
                shortage = shortage.and(take(&mut on_hand, &Pieces::from([(line, *pieces)])));
            }
            let line = order.line(&order.items[index]);
            put_back(&mut on_hand, &Pieces::from([(line, *pieces)]), is_damaged);
            let item = &mut order.items[index];
            let (item_id, gross) = (item.id, pieces * item.price);
            item.returned += pieces;
            let left = order.items_left();
            // An exchange is at the full price: the discount stays with the order.
            let given_up = match replacement {
                None if left > 0 => part_of(order.discount_left(), gross, left),
                _ => 0,
            };
            order.returns.push(CameBack { item_id, quantity: *pieces, gross, value: gross - given_up });
        }
        let is_last = order.items.iter().all(|item| item.with_customer() == 0);
        if is_last {
            order.status = Status::Cancelled;
            order.kept = keep.unwrap_or(0);
            order.took_unsized.clear();
        }
        let mut reasons = Reasons::none()
            .add(INVALID, order.discount_left() > order.items_left())
            .add(CONFLICT, keep.is_some() && !is_last)
            .add(CONFLICT, keep.unwrap_or(0) > cost);
        if !shortage.is_empty() && keep.is_some() {
            // Whether a shortage is told before what cannot be kept is left open.
            reasons.or.push(NO_STOCK);
        }
        reasons = reasons.and(shortage);
        self.on_hand = on_hand;
        match refund {
            // What is owed is known once the pieces are back.
            Some(refund) if reasons.is_empty() => self.refund(reference, refund),
            _ => reasons,
        }
    }
}

// Money. It moves no stock, and changes no status.
impl Shop {
    /// Returns the payment that has this receipt of this method, with its order. One that was taken back has it no more.
    fn with_receipt(&self, method: &str, receipt: &str) -> Option<(&Order, &Paid)> {
        self.orders.iter().find_map(|order| {
            let is_it = |(index, paid): &(usize, &Paid)| {
                paid.voids.is_none()
                    && !order.payments.iter().any(|other| other.voids == Some(index + 1))
                    && paid.method == method
                    && paid.receipt.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(receipt))
            };
            order.payments.iter().enumerate().find(is_it).map(|(_, paid)| (order, paid))
        })
    }

    fn record(&mut self, reference: &str, amount: Cents, method: &str, receipt: Option<&str>) -> Reasons {
        if let Some((order, paid)) = receipt.and_then(|receipt| self.with_receipt(method, receipt)) {
            let is_same = order.reference == reference && paid.amount == amount;
            let is_missing = self.order(reference).is_none();
            return Reasons::none().add(CONFLICT, !is_same).add(NOT_FOUND, is_missing);
        }
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let (method, receipt) = (method.to_owned(), receipt.map(str::to_owned));
        order.payments.push(Paid { amount, method, receipt, voids: None });
        Reasons::none()
    }

    /// Gives money back: an amount, or what is owed; never more than was paid.
    fn refund(&mut self, reference: &str, payment: &Payment) -> Reasons {
        let Some(order) = self.order(reference) else { return Reasons::of(NOT_FOUND) };
        let receipt = payment.receipt.as_deref();
        let known = receipt.and_then(|receipt| self.with_receipt(&payment.method, receipt));
        let paid = order.paid().unwrap_or(0);
        let owed = paid - order.grand_total();
        let amount = match (payment.amount, known) {
            (Some(amount), _) => amount,
            // The same receipt again: it was for what was owed then.
            (None, Some((_, paid))) if paid.amount < 0 => -paid.amount,
            (None, _) => owed,
        };
        if known.is_none() && (amount <= 0 || amount > paid) {
            return Reasons::of(CONFLICT);
        }
        self.record(reference, -amount, &payment.method, receipt)
    }

    fn void(&mut self, reference: &str, number: usize) -> Reasons {
        let Some(order) = self.order_mut(reference) else { return Reasons::of(NOT_FOUND) };
        let Some(wrong) = order.payments.get(number - 1).cloned() else { return Reasons::of(NOT_FOUND) };
        let is_voided = order.payments.iter().any(|paid| paid.voids == Some(number));
        let left = order.paid().unwrap_or(0) - wrong.amount;
        order.payments.push(Paid {
            amount: -wrong.amount,
            method: wrong.method,
            receipt: wrong.receipt,
            voids: Some(number),
        });
        Reasons::none().add(CONFLICT, wrong.voids.is_some() || is_voided || left < 0)
    }
}

// Stock.
impl Shop {
    fn adjust(&mut self, named: Named, size: Option<&str>, difference: i64) -> Reasons {
        let Some(product) = self.product(named) else { return Reasons::of(NOT_FOUND) };
        let key = size.map(size_key).unwrap_or_default();
        // Pieces that came back without a size lie beside those with one, and can be corrected.
        let is_loose =
            size.is_none() && self.on_hand.get(&(named.barcode, String::new())).is_some_and(|left| *left > 0);
        let is_wrong = match product.sizes.is_empty() {
            true => size.is_some(),
            false => !product.has_size(&key) && !is_loose,
        };
        if is_wrong {
            return Reasons::of(INVALID);
        }
        let left = self.on_hand.entry((named.barcode, key)).or_default();
        *left += difference;
        Reasons::none().add(NO_STOCK, *left < 0)
    }

    fn count(&mut self, named: Named, size: Option<&str>, pieces: i64) -> Reasons {
        let Some(product) = self.products.iter_mut().find(|product| product.named == named) else {
            return Reasons::of(NOT_FOUND);
        };
        let loose = self.on_hand.get(&(named.barcode, String::new())).copied().unwrap_or(0);
        let key = size.map(size_key).unwrap_or_default();
        let mut reasons = Reasons::none();
        if size.is_some() {
            // The first size of a product cannot be started while it lies there without sizes.
            reasons = reasons.add(CONFLICT, product.sizes.is_empty() && loose > 0);
            if !product.has_size(&key) {
                product.sizes.extend(size.map(str::to_owned));
            }
        } else {
            reasons = reasons.add(INVALID, !product.sizes.is_empty() && loose == 0);
        }
        self.on_hand.insert((named.barcode, key), pieces);
        reasons
    }
}
