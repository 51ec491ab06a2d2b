//! What needs somebody now, each with what to do next.

use chrono::Duration;

use super::customer_remarks::Block;
use super::money::{Balance, Money};
use super::obstacle::{Obstacle, refusal};
use super::order::{Order, OrderSummary};
use super::payment::{Payment, entered_twice, way_back};
use super::product::Product;
use super::reference::Reference;
use super::remedy::Remedy;
use super::report::money::OutstandingOrder;
use super::report::pending::{Availability, Pending};
use super::report::stock::{Demand, DemandByLine, Scarce, State};
use super::shipping::Shipping;
use super::slip::{is_exchange, to_pack};
use super::status::Status;
use super::terms::CASH_ON_DELIVERY;
use super::time::Timestamp;

/// How many rows a list shows at the most.
pub const SHOWN: usize = 10;
/// How many pending orders are looked at, those that wait longest.
pub const LOOKED_AT: usize = 10;
/// Up to which number orders are counted.
pub const COUNTED: i64 = 500;
/// How many late orders are looked at, those that came first.
pub const LATE: usize = 30;
/// How many of the newest returns are searched for exchanges whose replacement is still to be sent.
pub const RETURNS_LOOKED_AT: u32 = 1000;
/// How many scarce products are looked at, those with the fewest pieces.
pub const PRODUCTS: usize = 30;
/// How many days an order may be with a courier before somebody asks.
pub const DAYS_WITH_COURIER: i64 = 3;

/// The list that a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Pending orders: once the payment is there, they are confirmed.
    Payments,
    /// Pending orders whose items need a size.
    Sizes,
    /// Confirmed and processing orders.
    ToPack,
    /// Orders that were shipped days ago.
    WithCouriers,
    /// Orders whose customers are owed money.
    Owed,
    /// Stock that is short, out or low.
    Stock,
    /// Pending orders that may be duplicates.
    ReceivedTwice,
}

impl List {
    /// Returns its key, as in JSON.
    pub fn key(self) -> &'static str {
        match self {
            List::Payments => "payments",
            List::Sizes => "sizes",
            List::ToPack => "toPack",
            List::WithCouriers => "withCouriers",
            List::Owed => "owed",
            List::Stock => "stock",
            List::ReceivedTwice => "receivedTwice",
        }
    }
}

/// Something that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What it is about.
    pub subject: Subject,
    /// Why it cannot be confirmed now, as [`Pending`] says.
    pub problems: Vec<String>,
    /// What else is worth knowing.
    pub notices: Vec<String>,
    /// What to do next.
    pub next: Remedy,
}

/// What needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An order.
    Order {
        /// The order.
        order: Box<OrderSummary>,
        /// How long it has waited.
        waited: Duration,
        /// Another order that may be the same.
        twin: Option<Reference>,
    },
    /// A stock line, or all sizes of a product.
    Stock(Scarce),
}

/// How many rows a list has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// At least this many: the others were not counted.
    AtLeast(i64),
}

impl Default for Count {
    fn default() -> Count {
        Count::Exactly(0)
    }
}

impl Count {
    /// Makes the count of orders that were counted up to [`COUNTED`].
    fn of_counted(counted: i64) -> Count {
        if counted < COUNTED { Count::Exactly(counted) } else { Count::AtLeast(COUNTED) }
    }

    /// Makes the count of rows that were looked at: all that there are, or the first of them.
    pub fn of_rows(rows: usize, are_all: bool) -> Count {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        if are_all { Count::Exactly(rows) } else { Count::AtLeast(rows) }
    }

    /// Returns the number, if all were counted.
    pub fn exact(self) -> Option<i64> {
        if let Count::Exactly(count) = self { Some(count) } else { None }
    }
}

/// The rows of one list: the first of them, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// Which list.
    pub list: List,
    /// The first rows.
    pub rows: Vec<Need>,
    /// How many there are.
    pub count: Count,
}

/// A pending order, with another order that may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingOrder {
    /// The order.
    pub order: Order,
    /// The nearest order of the same phone and items, if there is one.
    pub twin: Option<OrderSummary>,
}

/// What is known of the shop: the first of everything, and how many there are, counted up to [`COUNTED`].
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The pending orders that wait longest, up to [`LOOKED_AT`], the longest wait first.
    pub pending: Vec<PendingOrder>,
    /// How many orders are pending.
    pub pending_count: i64,
    /// The products of these orders, and up to [`PRODUCTS`] scarce ones, by name.
    pub products: Vec<Product>,
    /// The stock at or below which products without a limit of their own are low.
    pub low_stock: i64,
    /// The confirmed and processing orders that came first, up to [`SHOWN`].
    pub to_pack: Vec<OrderSummary>,
    /// How many orders are to be packed.
    pub to_pack_count: i64,
    /// The orders with a replacement that is still to be sent.
    pub exchanges: Vec<Order>,
    /// The orders that couriers have had for too long, the longest first, up to [`SHOWN`].
    pub late: Vec<OutstandingOrder>,
    /// How many these are.
    pub late_count: Count,
    /// The orders whose customers are owed money, up to [`SHOWN`], with their payments.
    pub owed: Vec<(OutstandingOrder, Vec<Payment>)>,
    /// How many these are.
    pub owed_count: i64,
}

/// Returns what needs somebody now: every list, in the order in which they are shown.
pub fn today(facts: &Facts, now: Timestamp) -> Vec<Needs> {
    let [payments, sizes] = pending(facts, now);
    vec![
        payments,
        sizes,
        packing(facts, now),
        with_couriers(facts, now),
        owed(facts, now),
        stock(facts),
        received_twice(facts, now),
    ]
}

/// Makes a list, and cuts it to what is shown.
fn needs(list: List, mut rows: Vec<Need>, count: Count) -> Needs {
    rows.truncate(SHOWN);
    Needs { list, rows, count }
}

/// Makes the row of an order that has waited since then; `twin` is another one that may be the same.
fn order_need(
    order: &OrderSummary,
    twin: Option<&OrderSummary>,
    since: Timestamp,
    now: Timestamp,
    next: Remedy,
) -> Need {
    let (waited, twin) = (now.since(since), twin.map(|twin| twin.reference.clone()));
    let subject = Subject::Order { order: Box::new(order.clone()), waited, twin };
    Need { subject, problems: Vec::new(), notices: Vec::new(), next }
}

/// Tells the pending orders that wait for their payment from those that need a size first.
fn pending(facts: &Facts, now: Timestamp) -> [Needs; 2] {
    let mut waiting = Pending::new(now);
    waiting.learn(facts.products.iter().cloned());
    let (mut payments, mut sizes) = (Vec::new(), Vec::new());
    for pending in &facts.pending {
        let need = pending_need(pending, &mut waiting);
        if matches!(need.next, Remedy::ChooseSize { .. }) { sizes.push(need) } else { payments.push(need) }
    }
    let count = match Count::of_counted(facts.pending_count) {
        Count::Exactly(count) => Count::Exactly(count - i64::try_from(sizes.len()).unwrap_or_default()),
        Count::AtLeast(count) => Count::AtLeast(count),
    };
    let to_ask = Count::of_rows(sizes.len(), facts.pending.len() < LOOKED_AT);
    [needs(List::Payments, payments, count), needs(List::Sizes, sizes, to_ask)]
}

fn pending_need(PendingOrder { order, twin }: &PendingOrder, waiting: &mut Pending) -> Need {
    let summary = &order.summary;
    let row = waiting.add(order);
    let contested = (row.availability == Availability::Contested)
        .then(|| "there is enough, but not after the older orders are confirmed".to_owned());
    let blocked = order.remarks.block.as_ref().map(Block::warning);
    // A term that only a guest claims is among the problems.
    let cod = (summary.terms.is_cod && !summary.terms.claimed.cod).then(|| CASH_ON_DELIVERY.to_owned());
    let double = twin.as_ref().map(|twin| format!("same phone and items as {}: ordered twice?", twin.reference));
    // What `confirm` would advise if there is no stock.
    let advised = || refusal(std::slice::from_ref(order), &row.problems).remedies.into_iter().next();
    let next = match row.availability {
        Availability::Short | Availability::Unclear => advised(),
        Availability::Enough | Availability::Contested => None,
    };
    let next = next.unwrap_or_else(|| Remedy::Confirm(summary.reference.clone()));
    Need {
        problems: row.problems.iter().map(Obstacle::describe).collect(),
        notices: cod.into_iter().chain(contested).chain(blocked).chain(double).collect(),
        ..order_need(summary, twin.as_ref(), summary.waits_since(), waiting.now, next)
    }
}

fn packing(facts: &Facts, now: Timestamp) -> Needs {
    let mut orders: Vec<&OrderSummary> = facts.to_pack.iter().collect();
    orders.sort_by_key(|order| (order.waits_since(), order.pk));
    let need = |order: &&OrderSummary| {
        let to = if order.status == Status::Confirmed { Status::Processing } else { Status::Shipped };
        let next = Remedy::MoveOn { reference: order.reference.clone(), to };
        let notices = still_due(order).into_iter().collect();
        Need { notices, ..order_need(order, None, order.waits_since(), now, next) }
    };
    let exchange = |order: &Order| {
        let since = order.returns.last().map_or(order.summary.waits_since(), |last| last.at);
        let Shipping { courier, tracking } = &order.summary.shipping;
        let courier = courier.clone().filter(|_| tracking.is_none());
        let next = Remedy::SendReplacement { reference: order.summary.reference.clone(), courier };
        let pieces = to_pack(order).map(|(_, item)| {
            let size = item.selected_size.as_ref().map(|size| format!(" ({size})")).unwrap_or_default();
            format!("{} × {}{size}", item.pieces_left(), item.shop_name())
        });
        let notice = format!("exchange, to be sent: {}", pieces.collect::<Vec<_>>().join(", "));
        let notices = std::iter::once(notice).chain(still_due(&order.summary)).collect();
        Need { notices, ..order_need(&order.summary, None, since, now, next) }
    };
    let exchanges: Vec<Need> = facts.exchanges.iter().filter(|order| is_exchange(order)).map(exchange).collect();
    let count = Count::of_counted(facts.to_pack_count + i64::try_from(exchanges.len()).unwrap_or_default());
    // Exchanges come first: their customers have waited before.
    let rows = exchanges.into_iter().chain(orders.iter().map(need)).collect();
    needs(List::ToPack, rows, count)
}

/// Says what is still due of an order that is to be packed, unless its courier collects it.
fn still_due(order: &OrderSummary) -> Option<String> {
    let due = order.due().filter(|due| *due > Balance::ZERO && !order.terms.is_cod)?;
    Some(format!("{due} is still due"))
}

/// Returns until when an order has to have been shipped to be late now.
pub fn late_if_shipped_until(now: Timestamp) -> Timestamp {
    let limit = Duration::days(DAYS_WITH_COURIER).num_milliseconds();
    Timestamp::from_millis(now.millis() - limit).unwrap_or(Timestamp::FIRST)
}

fn with_couriers(facts: &Facts, now: Timestamp) -> Needs {
    let need = |waiting: &OutstandingOrder| {
        let next = Remedy::MoveOn { reference: waiting.order.reference.clone(), to: Status::Delivered };
        let need = order_need(&waiting.order, None, waiting.since, now, next);
        let shipping: Vec<String> = waiting.order.shipping.words().into_iter().flatten().collect();
        Need { notices: (!shipping.is_empty()).then(|| shipping.join(", ")).into_iter().collect(), ..need }
    };
    needs(List::WithCouriers, facts.late.iter().map(need).collect(), facts.late_count)
}

fn owed(facts: &Facts, now: Timestamp) -> Needs {
    let need = |(waiting, payments): &(OutstandingOrder, Vec<Payment>)| {
        let order = &waiting.order;
        let next = Remedy::Refund { reference: order.reference.clone(), method: way_back(payments).cloned() };
        // Of what is owed for a cancelled order or for what came back, every payment was real.
        let is_as_sold = order.status != Status::Cancelled && order.returned == Money::ZERO;
        let twice = is_as_sold.then(|| entered_twice(payments, waiting.due().negated())).flatten();
        let notice = twice.map(|number| {
            format!("if payment {number} was entered twice: orders pay {} --void {number} --note WHY", order.reference)
        });
        Need { notices: notice.into_iter().collect(), ..order_need(order, None, waiting.since, now, next) }
    };
    needs(List::Owed, facts.owed.iter().map(need).collect(), Count::of_counted(facts.owed_count))
}

/// Finds the stock that is out, low, or short for the pending orders that were looked at.
fn stock(facts: &Facts) -> Needs {
    let mut wanted = DemandByLine::of(&facts.products);
    for item in facts.pending.iter().flat_map(|pending| &pending.order.items) {
        let (product_id, selected_size) = (item.product_id, item.selected_size.clone());
        wanted.add(&Demand { product_id, selected_size, quantity: item.quantity.into() });
    }
    let mut rows: Vec<Scarce> = Vec::new();
    for scarce in wanted.scarcity(facts.low_stock).rows {
        let product = facts.products.iter().find(|product| product.id == scarce.product_id);
        let low = product.filter(|product| scarce.state != State::Short && product.is_low(facts.low_stock));
        match low {
            // All sizes of it are one row, unless one of them is short already.
            Some(_) if rows.iter().any(|row| row.product_id == scarce.product_id) => {}
            Some(product) => rows.push(Scarce {
                size: None,
                on_hand: product.stock_quantity(),
                state: if product.stock_quantity() == 0 { State::Out } else { State::Low },
                ..scarce
            }),
            None => rows.push(scarce),
        }
    }
    rows.sort_by_key(|row| row.state);
    let is_scarce =
        |product: &&Product| product.is_low(facts.low_stock) || product.sizes().any(|line| line.on_hand == 0);
    let count = Count::of_rows(rows.len(), facts.products.iter().filter(is_scarce).count() < PRODUCTS);
    let need = |scarce: Scarce| {
        let product = scarce.barcode.clone().unwrap_or_else(|| scarce.product_id.to_string());
        let is_sized = facts.products.iter().any(|known| known.id == scarce.product_id && known.is_sized());
        let missing = (scarce.state == State::Short).then(|| scarce.missing());
        let next = match &scarce.size {
            None if is_sized => Remedy::ReceiveSizes(product),
            size => Remedy::Receive { product, size: size.clone().filter(|size| !size.is_empty()), missing },
        };
        Need { subject: Subject::Stock(scarce), problems: Vec::new(), notices: Vec::new(), next }
    };
    needs(List::Stock, rows.into_iter().map(need).collect(), count)
}

/// Finds the pairs of likely duplicates, each once.
fn received_twice(facts: &Facts, now: Timestamp) -> Needs {
    let mut pairs: Vec<[&Reference; 2]> = Vec::new();
    let mut rows = Vec::new();
    for PendingOrder { order, twin } in &facts.pending {
        let (order, Some(twin)) = (&order.summary, twin) else { continue };
        let (first, second) = if order.pk < twin.pk { (order, twin) } else { (twin, order) };
        let pair = [&first.reference, &second.reference];
        if !pairs.contains(&pair) {
            pairs.push(pair);
            let next = Remedy::ShowOrders(pair.map(Reference::clone).to_vec());
            rows.push(order_need(order, Some(twin), order.waits_since(), now, next));
        }
    }
    let count = Count::of_rows(rows.len(), facts.pending.len() < LOOKED_AT);
    needs(List::ReceivedTwice, rows, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use crate::domain::order::Exchange;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::payment::{Method, PaymentPk};
    use crate::domain::product::tests::product;

    const HOUR: i64 = 3_600_000;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(1000 * HOUR + hours * HOUR).unwrap()
    }

    /// An order of one item in a status, with its number as its key and in its reference, which came at that hour.
    fn one(number: i64, shirt: &Product, size: Option<&str>, status: Status, hour: i64) -> Order {
        let catalogue = [shirt.clone()].into_iter().collect();
        let mut order = order(&incoming(&[(shirt, 1, size)]), &catalogue, number, status);
        order.summary.reference = Reference::parse(&format!("LEG-{number}")).unwrap();
        (order.summary.order_date, order.summary.created_at) = (at(hour), at(hour));
        order
    }

    fn alone(order: Order) -> PendingOrder {
        PendingOrder { order, twin: None }
    }

    /// Describes the rows of a list: what each is about, how many hours it has waited, and what is next.
    fn described(needs: &Needs) -> Vec<String> {
        let describe = |need: &Need| match &need.subject {
            Subject::Order { order, waited, .. } => format!("{} {}h", order.reference, waited.num_hours()),
            Subject::Stock(scarce) => {
                let size = scarce.size.as_deref().unwrap_or("-");
                format!("{} {size} {} {}", scarce.name, scarce.state.as_str(), scarce.on_hand)
            }
        };
        needs.rows.iter().map(|need| format!("{}: {}", describe(need), next(&need.next))).collect()
    }

    #[test]
    fn an_order_to_pack_says_what_is_still_due() {
        let shirt = product("Shirt", &[("", 9)]);
        let notices = |paid: Option<i64>, is_cod: bool| {
            let mut order = one(1, &shirt, None, Status::Confirmed, 0);
            order.summary.payments_sum = paid.map(Balance::from_hundredths);
            order.summary.terms.is_cod = is_cod;
            let facts = Facts { to_pack: vec![order.summary], to_pack_count: 1, ..Facts::default() };
            packing(&facts, at(1)).rows.remove(0).notices
        };
        assert_eq!(notices(Some(999), false), ["20.00 is still due"]);
        for (paid, is_cod) in [(None, false), (Some(2999), false), (Some(3000), false), (Some(999), true)] {
            assert_eq!(notices(paid, is_cod), [""; 0], "{paid:?} {is_cod}");
        }
    }

    fn next(remedy: &Remedy) -> String {
        match remedy {
            Remedy::Confirm(reference) => format!("confirm {reference}"),
            Remedy::TellShortage(reference) => format!("tell {reference}"),
            Remedy::ChooseSize { reference, item } => format!("choose the size of {reference} {item}"),
            Remedy::MoveOn { reference, to } => format!("{reference} to {to}"),
            Remedy::Refund { reference, method } => {
                format!("refund {reference} {}", method.as_ref().map_or("?", Method::as_str))
            }
            Remedy::Receive { product, size, missing } => {
                let missing = missing.map_or("N".to_owned(), |missing| missing.to_string());
                format!(
                    "receive {product} {}{missing}",
                    size.as_ref().map(|size| format!("{size}=")).unwrap_or_default()
                )
            }
            Remedy::ReceiveSizes(product) => format!("receive {product} SIZE=N"),
            Remedy::SendReplacement { reference, courier } => {
                format!("send replacement of {reference} {}", courier.as_deref().unwrap_or("?"))
            }
            Remedy::ShowOrders(orders) => {
                format!("show {}", orders.iter().map(Reference::as_str).collect::<Vec<_>>().join(" "))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pending_orders_are_confirmed_unless_something_stands_in_the_way() {
        let shirt = product("Shirt", &[("S", 2), ("L", 0)]);
        let mut cheap = one(4, &shirt, Some("S"), Status::Pending, 3);
        cheap.items[0].unit_price = Money::ZERO;
        cheap.remarks.block = Some(Block { since: at(0), note: Some("fraud".to_owned()) });
        let third = one(5, &shirt, Some("S"), Status::Pending, 4);
        let pending = vec![
            alone(one(1, &shirt, Some("S"), Status::Pending, 0)),
            alone(one(2, &shirt, None, Status::Pending, 1)),
            alone(one(3, &shirt, Some("L"), Status::Pending, 2)),
            alone(cheap),
            PendingOrder { order: third, twin: Some(one(1, &shirt, None, Status::Pending, 0).summary) },
        ];
        let facts = Facts { pending, pending_count: 300, products: vec![shirt], low_stock: 1, ..Facts::default() };
        let lists = today(&facts, at(10));
        let keys: Vec<_> = lists.iter().map(|needs| needs.list.key()).collect();
        assert_eq!(keys, ["payments", "sizes", "toPack", "withCouriers", "owed", "stock", "receivedTwice"]);
        assert_eq!(
            described(&lists[0]),
            ["LEG-1 10h: confirm LEG-1", "LEG-3 8h: tell LEG-3", "LEG-4 7h: confirm LEG-4", "LEG-5 6h: confirm LEG-5"]
        );
        assert_eq!(described(&lists[1]), ["LEG-2 9h: choose the size of LEG-2 1"]);
        assert_eq!((lists[0].count, lists[1].count), (Count::Exactly(299), Count::Exactly(1)));
        let said = |list: usize, row: usize| {
            (lists[list].rows[row].problems.join("; "), lists[list].rows[row].notices.join("; "))
        };
        let text = |problems: &str, notices: &str| (problems.to_owned(), notices.to_owned());
        assert_eq!(said(0, 0), text("", ""));
        assert_eq!(said(0, 1), text("Shirt (L): Insufficient stock (available: 0, required: 1)", ""));
        assert_eq!(
            said(0, 2),
            text("Shirt: price 0.00 is below the list price 29.99", "the customer is blocked: fraud")
        );
        assert_eq!(
            said(0, 3),
            text(
                "Shirt (S): Insufficient stock (available: 0, required: 1)",
                "there is enough, but not after the older orders are confirmed; same phone and items as LEG-1: ordered twice?"
            )
        );
        assert_eq!(described(&lists[6]), ["LEG-5 6h: show LEG-1 LEG-5"]);
        // The stock is short of what these orders need together.
        assert_eq!(
            described(&lists[5]),
            ["Shirt S short 2: receive SKU-Shirt S=1", "Shirt L short 0: receive SKU-Shirt L=1"]
        );
    }

    #[test]
    fn each_pair_of_likely_duplicates_is_listed_once() {
        let shirt = product("Shirt", &[("", 9)]);
        let orders: Vec<Order> = (1..=4).map(|n| one(n, &shirt, None, Status::Pending, n)).collect();
        let twin = |order: usize, twin: usize| PendingOrder {
            order: orders[order].clone(),
            twin: Some(orders[twin].summary.clone()),
        };
        let pending = vec![twin(0, 1), twin(1, 0), twin(2, 1), alone(orders[3].clone())];
        let facts = Facts { pending, products: vec![shirt.clone()], ..Facts::default() };
        let found = &today(&facts, at(5))[6];
        assert_eq!(described(found), ["LEG-1 4h: show LEG-1 LEG-2", "LEG-3 2h: show LEG-2 LEG-3"]);
        assert_eq!(found.count, Count::Exactly(2));
    }

    #[test]
    fn orders_move_on_and_what_is_owed_goes_back() {
        let shirt = product("Shirt", &[("", 9)]);
        let summary = |number, status, hour| one(number, &shirt, None, status, hour).summary;
        let waiting = |number, status, arrived, since| OutstandingOrder {
            order: summary(number, status, arrived),
            since: at(since),
        };
        let paid = |number, amount, method, voids| Payment {
            pk: PaymentPk(0),
            number,
            at: at(0),
            paid_at: at(0),
            actor: String::new(),
            amount: Balance::from_hundredths(amount),
            method: Method::parse(method).unwrap(),
            receipt: None,
            note: None,
            voids,
        };
        let mut owed = waiting(7, Status::Cancelled, 0, 40);
        owed.order.payments_sum = Some(Balance::from_hundredths(2999));
        let mut overpaid = waiting(8, Status::Shipped, 0, 50);
        let price = overpaid.order.grand_total().hundredths();
        overpaid.order.payments_sum = Some(Balance::from_hundredths(2 * price));
        let mut returned = overpaid.clone();
        returned.order.returned = Money::from_hundredths(price);
        returned.order.payments_sum = Some(Balance::from_hundredths(price));
        let mut cancelled = overpaid.clone();
        (cancelled.order.status, cancelled.order.payments_sum) =
            (Status::Cancelled, Some(Balance::from_hundredths(price)));
        let facts = Facts {
            to_pack: vec![
                summary(1, Status::Confirmed, 2),
                summary(2, Status::Confirmed, 9),
                summary(3, Status::Processing, 5),
            ],
            to_pack_count: COUNTED,
            late: vec![waiting(6, Status::Shipped, 2, 20), waiting(5, Status::Shipped, 1, 28)],
            late_count: Count::Exactly(2),
            owed: vec![
                (
                    owed.clone(),
                    vec![paid(1, 5000, "cash", None), paid(2, 100, "card", None), paid(3, -100, "card", Some(2))],
                ),
                (owed, Vec::new()),
                (overpaid.clone(), vec![paid(1, price, "cash", None), paid(2, price, "cash", None)]),
                (overpaid, vec![paid(1, 2 * price, "cash", None)]),
                (
                    returned,
                    vec![paid(1, price / 2, "cash", None), paid(2, price, "cash", None), paid(3, price, "cash", None)],
                ),
                (cancelled, vec![paid(1, price, "cash", None), paid(2, price, "cash", None)]),
            ],
            owed_count: 6,
            ..Facts::default()
        };
        let lists = today(&facts, at(100));
        assert_eq!(
            described(&lists[2]),
            ["LEG-1 98h: LEG-1 to processing", "LEG-3 95h: LEG-3 to shipped", "LEG-2 91h: LEG-2 to processing"]
        );
        assert_eq!(described(&lists[3]), ["LEG-6 80h: LEG-6 to delivered", "LEG-5 72h: LEG-5 to delivered"]);
        let eighth = "LEG-8 50h: refund LEG-8 cash";
        let refunds = ["LEG-7 60h: refund LEG-7 cash", "LEG-7 60h: refund LEG-7 ?", eighth, eighth, eighth, eighth];
        assert_eq!(described(&lists[4]), refunds);
        let notices: Vec<_> = lists[4].rows.iter().map(|need| need.notices.join("; ")).collect();
        let twice = "if payment 2 was entered twice: orders pay LEG-8 --void 2 --note WHY";
        assert_eq!(notices, ["", "", twice, "", "", ""]);
        let counts = [2, 3, 4].map(|list| lists[list].count);
        assert_eq!(counts, [Count::AtLeast(COUNTED), Count::Exactly(2), Count::Exactly(6)]);
        assert_eq!(counts.map(Count::exact), [None, Some(2), Some(6)]);
    }

    #[test]
    fn cash_on_delivery_is_noted_once_the_shop_agreed_to_it() {
        let shirt = product("Shirt", &[("", 9)]);
        for (is_claimed, expected) in [(false, &[CASH_ON_DELIVERY][..]), (true, &[])] {
            let mut order = one(1, &shirt, None, Status::Pending, 0);
            (order.summary.terms.is_cod, order.summary.terms.claimed.cod) = (true, is_claimed);
            let products = vec![shirt.clone()];
            let facts = Facts { pending: vec![alone(order)], pending_count: 1, products, ..Facts::default() };
            let need = &today(&facts, at(1))[0].rows[0];
            assert_eq!(need.notices, expected, "{is_claimed}");
        }
    }

    #[test]
    fn an_order_with_a_courier_says_which() {
        let shirt = product("Shirt", &[("", 9)]);
        for (courier, tracking, expected) in [
            (Some("Bosta"), Some("9917"), vec!["courier: Bosta, tracking: 9917"]),
            (Some("Bosta"), None, vec!["courier: Bosta"]),
            (None, None, vec![]),
        ] {
            let mut order = one(1, &shirt, None, Status::Shipped, 0).summary;
            order.shipping.courier = courier.map(str::to_owned);
            order.shipping.tracking = tracking.map(str::to_owned);
            let late = vec![OutstandingOrder { order, since: at(0) }];
            let facts = Facts { late, late_count: Count::Exactly(1), ..Facts::default() };
            assert_eq!(today(&facts, at(100))[3].rows[0].notices, expected);
        }
    }

    #[test]
    fn replacements_to_send_are_among_the_orders_to_pack() {
        let shirt = product("Shirt", &[("", 9)]);
        let mut delivered = one(1, &shirt, None, Status::Delivered, 0);
        delivered.exchanges = vec![Exchange { value: Money::ZERO, is_sent: false }];
        let waiting = one(2, &shirt, None, Status::Confirmed, 1).summary;
        let facts = Facts { to_pack: vec![waiting], to_pack_count: 1, exchanges: vec![delivered], ..Facts::default() };
        let found = &today(&facts, at(3))[2];
        assert_eq!(described(found), ["LEG-1 3h: send replacement of LEG-1 ?", "LEG-2 2h: LEG-2 to processing"]);
        assert_eq!(
            (found.rows[0].notices.join("; "), found.count),
            ("exchange, to be sent: 1 × Shirt".to_owned(), Count::Exactly(2))
        );
    }

    #[test]
    fn scarce_products_are_counted_exactly_below_the_limit() {
        let caps = |number: usize| (0..number).map(|n| product(&format!("Cap {n}"), &[("", 0)]));
        let plenty = || [product("Shirt", &[("S", 9)])];
        for (products, count) in [
            (caps(PRODUCTS - 1).chain(plenty()).collect(), Count::Exactly(29)),
            (caps(PRODUCTS).chain(plenty()).collect(), Count::AtLeast(30)),
        ] {
            let facts = Facts { products, ..Facts::default() };
            assert_eq!(today(&facts, at(0))[5].count, count);
        }
    }

    #[test]
    fn an_order_is_late_after_three_days_with_a_courier() {
        assert_eq!(late_if_shipped_until(at(100)), at(28));
        assert_eq!(late_if_shipped_until(Timestamp::FIRST), Timestamp::FIRST);
    }

    #[test]
    fn a_low_product_is_one_row_and_a_size_that_is_out_another() {
        let limit = |limit, product| Product { low_stock_at: Some(limit), ..product };
        let products = vec![
            product("Belt", &[("", 9)]),
            limit(4, product("Cap", &[("S", 1), ("M", 3), ("L", 0)])),
            product("Coat", &[("S", 0), ("L", 9)]),
            limit(9, product("Polo", &[("S", 0), ("L", 2)])),
            product("Vest", &[("", 0)]),
        ];
        let coat = one(1, &products[2], Some("S"), Status::Pending, 0);
        let polo = one(2, &products[3], Some("S"), Status::Pending, 0);
        let facts = Facts { products, low_stock: 5, pending: vec![alone(coat), alone(polo)], ..Facts::default() };
        let lists = today(&facts, at(0));
        assert_eq!(
            described(&lists[5]),
            [
                "Coat S short 0: receive SKU-Coat S=1",
                "Polo S short 0: receive SKU-Polo S=1",
                "Vest - out 0: receive SKU-Vest N",
                "Cap - low 4: receive SKU-Cap SIZE=N",
            ]
        );
        assert_eq!(lists[5].count, Count::Exactly(4));
        let without_orders = Facts { pending: Vec::new(), ..facts };
        assert_eq!(
            described(&today(&without_orders, at(0))[5]),
            [
                "Coat S out 0: receive SKU-Coat S=N",
                "Vest - out 0: receive SKU-Vest N",
                "Cap - low 4: receive SKU-Cap SIZE=N",
                "Polo - low 2: receive SKU-Polo SIZE=N"
            ]
        );
    }

    /// A list that is cut says so.
    #[test]
    fn lists_are_cut_to_what_is_shown() {
        let shirt = product("Shirt", &[("S", 9)]);
        let pending = (1..=10).map(|n| alone(one(n, &shirt, None, Status::Pending, n))).collect();
        let caps = (0..30).map(|n| product(&format!("Cap {n}"), &[("", 0)]));
        let products = caps.chain([shirt.clone()]).collect();
        let order = one(1, &shirt, None, Status::Shipped, 0).summary;
        let late = vec![OutstandingOrder { order, since: at(0) }; SHOWN];
        let late_count = Count::of_rows(LATE, false);
        let facts = Facts { pending, pending_count: COUNTED, products, late, late_count, ..Facts::default() };
        let lists = today(&facts, at(100));
        let found: Vec<_> = lists.iter().map(|needs| (needs.rows.len(), needs.count)).collect();
        let none = (0, Count::Exactly(0));
        let expected = [
            (0, Count::AtLeast(COUNTED)),
            (10, Count::AtLeast(10)),
            none,
            (10, Count::AtLeast(30)),
            none,
            (10, Count::AtLeast(30)),
            (0, Count::AtLeast(0)),
        ];
        assert_eq!(found, expected);
    }
}
