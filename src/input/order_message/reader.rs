//! The shop's order message: the text that the web page puts into WhatsApp, read by its labels.

use uuid::Uuid;

use super::date::{is_plausible, read_date};
use super::draft::{Draft, DraftItem, Field};
use super::labels::{Label, amount, bounded, clean, is_header, label_of, name_of, price_and_quantity, unbold, whole};
use crate::domain::incoming::{IncomingItem, IncomingOrder, Source, sums_of};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::{Customer, ITEMS_LIMIT, subtotal_of};
use crate::domain::problems::Problems;
use crate::domain::product::{ProductId, image_problem};
use crate::domain::product_name::{NamedProduct, ProductKey};
use crate::domain::reference::Reference;
use crate::domain::terms::Terms;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::input::parsed_order::ParsedOrder;

/// What reading an order message needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'p> {
    /// The place of the text in its record; empty if it is the record.
    pub place: &'p str,
    /// When the message was sent, if known.
    pub sent_at: Option<Timestamp>,
    /// The shop's zone, for the date in the message.
    pub zone: Zone,
    /// The line on which the text begins, from 1.
    pub first_line: usize,
}

/// Reads an order message from its header to its total, and ignores what stands before and after. If there
/// are `problems` already, the order is refused.
pub fn read_order_message(text: &str, reading: Reading<'_>, source: Source, mut problems: Problems) -> ParsedOrder {
    let mut draft = Draft::default();
    let begins = |begin: fn(&str) -> bool| text.lines().position(begin);
    // A message without a header begins with its reference.
    let start = begins(is_header).or_else(|| begins(is_reference)).unwrap_or_default();
    for (index, line) in text.lines().enumerate().skip(start) {
        let number = reading.first_line + index;
        if index == start && is_header(line) {
            draft.refuse_nul(number, line);
        } else {
            draft.take(number, &clean(line));
        }
        if draft.total.is_some() {
            break;
        }
    }
    let label = draft.reference.as_ref().map(|field| shorten(&field.text).into_owned());
    let mut more = std::mem::take(&mut draft.problems);
    let mut products = Vec::new();
    let order = draft.finish(reading, source.clone(), &mut products, &mut more);
    problems.add_all(reading.place, more);
    let order = problems.refuse_or(order);
    ParsedOrder { label, products, source, revision: None, order }
}

fn is_reference(line: &str) -> bool {
    matches!(label_of(&clean(line)), Some((Label::Reference, _)))
}

impl Draft {
    /// Makes the order, if nothing is missing.
    fn finish(
        self,
        reading: Reading<'_>,
        source: Source,
        products: &mut Vec<NamedProduct>,
        problems: &mut Problems,
    ) -> Option<IncomingOrder> {
        if self.total.is_none() {
            problems.push("TOTAL is missing: the message was cut off".to_owned());
        }
        let mut reader = Reader { place: reading.place, problems, warnings: Vec::new() };
        let reference = reader.require(self.reference, Label::Reference, Reference::read);
        let name = reader.require(self.name, Label::Name, |text| bounded(text, limits::NAME));
        let phone = reader.require(self.phone, Label::Phone, |text| bounded(text, limits::PHONE));
        let address = self.address.filter(|field| !field.text.is_empty());
        let address = address
            .and_then(|field| reader.optional(Some(field), Label::Address, |text| bounded(text, limits::ADDRESS)));
        let order_date = reader.order_date(reference.as_ref(), self.date, reading);
        if self.items.is_empty() {
            reader.problems.push("has no items".to_owned());
        } else if self.item_count > ITEMS_LIMIT {
            reader.problems.push(format!("has {} items, the most is {ITEMS_LIMIT}", self.item_count));
        }
        let items: Vec<_> = self.items.into_iter().map(|item| reader.item(item, products)).collect();
        let items: Option<Vec<IncomingItem>> = items.into_iter().collect();
        let total = reader.optional(self.total, Label::Total, amount);
        let subtotal = reader.optional(self.subtotal, Label::Subtotal, amount);
        let count = reader.require(self.total_items, Label::TotalItems, whole);
        // A text such as `TBD` means that no amount is agreed yet.
        let delivery_fee = self.delivery_fee.and_then(|field| amount(&field.text).ok());
        let sent = SentSums { total, subtotal, delivery_fee, count };
        let sums = items.as_ref().and_then(|items| reader.check_sums(items, &sent));
        let terms = Terms { delivery_fee, ..Terms::default() }.claimed_by_guest();
        let (total, item_count) = sums?;
        Some(IncomingOrder {
            longer_reference: None,
            reference: Some(reference?),
            order_date: order_date?,
            customer: Customer { name: name?, phone: phone?, address },
            currency: None,
            note: None,
            items: items?,
            total,
            item_count,
            terms,
            warnings: reader.warnings,
            source,
        })
    }
}

/// The sums in the message.
struct SentSums {
    total: Option<Money>,
    subtotal: Option<Money>,
    /// What the total has beyond the items.
    delivery_fee: Option<Money>,
    count: Option<i64>,
}

struct Reader<'a> {
    /// The place of the text in its record.
    place: &'a str,
    problems: &'a mut Problems,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn require<T>(
        &mut self,
        field: Option<Field>,
        label: Label,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if field.is_none() {
            self.problems.push(format!("{} is missing", name_of(label)));
        }
        self.optional(field, label, read)
    }

    fn optional<T>(
        &mut self,
        field: Option<Field>,
        label: Label,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let field = field?;
        read(&field.text)
            .map_err(|problem| self.problems.push(format!("line {}: {}: {problem}", field.line, name_of(label))))
            .ok()
    }

    /// The reference's own time counts if it is near the message's, or near the date in the message.
    fn order_date(
        &mut self,
        reference: Option<&Reference>,
        date: Option<Field>,
        reading: Reading<'_>,
    ) -> Option<Timestamp> {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let own = reference.and_then(Reference::made_at);
        let near = |time: Timestamp, days: i64| own.filter(|own| (own.millis() - time.millis()).abs() <= days * DAY);
        if let Some(sent_at) = reading.sent_at {
            return Some(near(sent_at, 1).unwrap_or(sent_at));
        }
        let line = date.as_ref().map_or_else(String::new, |date| format!("line {}: ", date.line));
        let date = self.require(date, Label::Date, |text| Ok(text.to_owned()))?;
        let moments = read_date(&date, reading.zone);
        if let Some(own) = moments.iter().find_map(|moment| near(*moment, 2)) {
            return Some(own);
        }
        match (moments.as_slice(), own.filter(|own| is_plausible(*own))) {
            ([moment], _) => Some(*moment),
            ([moment, ..], _) => {
                let date = shorten(&date);
                self.warnings.push(format!("the date {date} may mean two days; it is taken as {}", moment.brief()));
                Some(*moment)
            }
            ([], Some(own)) => {
                let date = shorten(&date);
                self.warnings.push(format!("the date {date} cannot be read; the time in the reference is taken"));
                Some(own)
            }
            ([], None) => {
                self.problems.push(format!("{line}Date: must be a date such as Feb 4, 2026, 12:30 PM"));
                None
            }
        }
    }

    fn item(&mut self, item: DraftItem, products: &mut Vec<NamedProduct>) -> Option<IncomingItem> {
        let mut fields = item.fields;
        let mut take = |label| {
            let at = fields.iter().position(|(known, _)| *known == label)?;
            Some(fields.swap_remove(at).1)
        };
        let (sku, id, image, size, color, price, subtotal) = (
            take(Label::Sku),
            take(Label::Id),
            take(Label::Image),
            take(Label::Size),
            take(Label::Color),
            take(Label::Price),
            take(Label::Subtotal),
        );
        let place = format!("line {}", item.line);
        let barcode = self.optional(sku, Label::Sku, |text| bounded(unbold(text), limits::BARCODE));
        let product = match (id, &barcode) {
            (Some(id), barcode) => self.product(&id, barcode.as_deref()),
            (None, Some(barcode)) => Some(ProductKey::Barcode(barcode.clone())),
            (None, None) => {
                self.problems.push(format!("{place}: the item has neither ID nor SKU"));
                None
            }
        };
        let place_of_product = if self.place.is_empty() { place.clone() } else { format!("{}: {place}", self.place) };
        let product = product.map(|key| NamedProduct { place: place_of_product, key });
        products.extend(product.clone());
        let name =
            bounded(&item.name, limits::NAME).map_err(|problem| self.problems.push(format!("{place}: name {problem}")));
        let image = image.and_then(|image| {
            let problem = image_problem(&image.text);
            let warning = problem.as_ref().map(|problem| format!("line {}: the image {problem}", image.line));
            self.warnings.extend(warning);
            problem.is_none().then_some(image.text)
        });
        let size = self.optional(size, Label::Size, |text| bounded(text, limits::CHOICE));
        let color = self.optional(color, Label::Color, |text| bounded(text, limits::CHOICE));
        for (field, label) in [(&price, Label::Price), (&subtotal, Label::Subtotal)] {
            if field.is_none() {
                self.problems.push(format!("{place}: the item's {} is missing", name_of(label)));
            }
        }
        let priced = self.optional(price, Label::Price, price_and_quantity);
        let sent = self.optional(subtotal, Label::Subtotal, amount);
        let (unit_price, quantity) = priced?;
        let subtotal = subtotal_of(quantity, unit_price).map_err(|problem| self.problems.add(&place, problem)).ok()?;
        if let Some(sent) = sent
            && sent != subtotal
        {
            self.problems.push(format!("{place}: Subtotal is {sent}, but {quantity} × {unit_price} is {subtotal}"));
        }
        Some(IncomingItem {
            product: product?,
            name: Some(name.ok()?),
            barcode,
            image,
            quantity,
            unit_price,
            is_price_agreed: false,
            subtotal,
            size,
            color,
        })
    }

    /// A cut id is resolved by the SKU.
    fn product(&mut self, id: &Field, barcode: Option<&str>) -> Option<ProductKey> {
        if let Ok(id) = Uuid::try_parse(&id.text) {
            return Some(ProductKey::Id(ProductId(id)));
        }
        let start = id.text.strip_suffix("...").or_else(|| id.text.strip_suffix('…'));
        let is_cut = start.is_some();
        match (start, barcode) {
            (Some(start), Some(barcode)) => {
                Some(ProductKey::CutId { barcode: barcode.to_owned(), start: start.to_lowercase() })
            }
            _ => {
                let problem =
                    if is_cut { "was cut short, and there is no SKU" } else { "must be a product id (a UUID)" };
                self.problems.push(format!("line {}: ID: {problem}", id.line));
                None
            }
        }
    }

    fn check_sums(&mut self, items: &[IncomingItem], sent: &SentSums) -> Option<(Money, i64)> {
        let sums = sums_of(items).map_err(|problem| self.problems.push(format!("the items {problem}")));
        let (total, count) = sums.ok()?;
        let fee = sent.delivery_fee.unwrap_or(Money::ZERO);
        let grand_total = Money::from_hundredths(total.hundredths() + fee.hundredths());
        if let Some(sent) = sent.total.filter(|sent| *sent != grand_total) {
            let with_delivery = if fee == Money::ZERO { String::new() } else { format!(" and delivery is {fee}") };
            self.problems.push(format!("TOTAL is {sent}, but the items sum to {total}{with_delivery}"));
        }
        if let Some(sent) = sent.subtotal.filter(|sent| *sent != total) {
            self.problems.push(format!("Subtotal is {sent}, but the items sum to {total}"));
        }
        if let Some(sent) = sent.count.filter(|sent| *sent != count) {
            self.problems.push(format!("Total Items is {sent}, but the quantities sum to {count}"));
        }
        Some((total, count))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::incoming::SourceKind;
    use crate::domain::text::is_edge;
    use crate::input::samples::{MESSAGE, REFERENCE};

    #[derive(Debug, Clone)]
    struct Item {
        name: String,
        sku: Option<String>,
        size: Option<String>,
        color: Option<String>,
        price: i64,
        quantity: u32,
    }

    #[derive(Debug, Clone)]
    struct Message {
        name: String,
        phone: String,
        address: Option<String>,
        items: Vec<Item>,
    }

    const ID: &str = "3f0e1c52-7a8b-4d2e-9c11-5b6a7d8e9f01";

    fn write(message: &Message) -> String {
        let mut text = String::from("╔════╗\n   *LEGO MENS WEAR*\n   📦 NEW ORDER REQUEST\n╚════╝\n\n");
        text.push_str("*Order Ref:* LEG-MLB2TG0R-7HTX\n*Date:* Feb 6, 2026, 04:05 PM\n\n┌─ 👤 CUSTOMER INFO ───┐\n");
        let _ = write!(text, "│ Name:    {}\n│ Phone:   {}\n", message.name, message.phone);
        if let Some(address) = &message.address {
            let _ = writeln!(text, "│ Address: {address}");
        }
        text.push_str("└────┘\n\n┌─ 📋 ORDER ITEMS ───┐\n│\n");
        let (mut total, mut count) = (0, 0);
        for (number, item) in (1..).zip(&message.items) {
            let _ = writeln!(text, "│ {number}. *{}*", item.name);
            if let Some(sku) = &item.sku {
                let _ = writeln!(text, "│    📌 SKU: *{sku}*");
            }
            let _ = writeln!(text, "│    🔑 ID: {ID}");
            if let Some(size) = &item.size {
                let _ = writeln!(text, "│    📏 Size: {size}");
            }
            if let Some(color) = &item.color {
                let _ = writeln!(text, "│    🎨 Color: {color}");
            }
            let (price, subtotal) =
                (Money::from_hundredths(item.price), Money::from_hundredths(item.price * i64::from(item.quantity)));
            let _ = write!(text, "│    💰 Price: ${price} × {}\n│    💵 Subtotal: ${subtotal}\n│\n", item.quantity);
            total += item.price * i64::from(item.quantity);
            count += item.quantity;
        }
        let total = Money::from_hundredths(total);
        let _ = write!(
            text,
            "└────┘\n\n┌─ 💳 ORDER SUMMARY ───┐\n│ Total Items:  {count}\n│ Subtotal:     ${total}\n│ Delivery:     TBD\n\
             │ ────\n│ *TOTAL:       ${total}*\n└────┘\n\n⏰ Please confirm within 24 hours."
        );
        text
    }

    fn read(text: &str) -> ParsedOrder {
        let reading = Reading { place: "", sent_at: None, zone: Zone::UTC, first_line: 1 };
        read_order_message(text, reading, Source { kind: SourceKind::Chat, message_id: None }, Problems::default())
    }

    /// A value as a person types it: on one line, not blank, and not like a label or a rule of the box.
    fn a_value(longest: usize) -> impl Strategy<Value = String> {
        let pattern = format!("[\\p{{Arabic}}\\p{{Latin}}0-9*.,()'&+ -]{{1,{longest}}}");
        proptest::string::string_regex(&pattern)
            .unwrap()
            .prop_map(|text| text.trim_matches(is_edge).to_owned())
            .prop_filter("it says something", |text| text.chars().any(char::is_alphanumeric))
    }

    fn an_item() -> impl Strategy<Value = Item> {
        let option = || proptest::option::of(a_value(20));
        let sku = proptest::option::of("[A-Z]{1,4}-[0-9]{1,5}");
        (a_value(40), sku, option(), option(), 0_i64..1_000_000, 1_u32..50)
            .prop_map(|(name, sku, size, color, price, quantity)| Item { name, sku, size, color, price, quantity })
    }

    fn a_message() -> impl Strategy<Value = Message> {
        (a_value(60), "[+0-9 ()-]{3,20}", proptest::option::of(a_value(80)), proptest::collection::vec(an_item(), 1..5))
            .prop_filter("a phone has digits", |(_, phone, ..)| phone.chars().any(|c| c.is_ascii_digit()))
            .prop_map(|(name, phone, address, items)| Message { name, phone: phone.trim().to_owned(), address, items })
    }

    proptest! {
        #[test]
        fn what_the_page_writes_is_read_back(message in a_message()) {
            let order = read(&write(&message)).order;
            let order = order.map_err(|problems| TestCaseError::fail(problems.into_first().join("; ")))?;
            prop_assert_eq!(&order.customer.name, &message.name);
            prop_assert_eq!(&order.customer.phone, &message.phone);
            prop_assert_eq!(&order.customer.address, &message.address);
            prop_assert_eq!(order.order_date.brief(), "2026-02-06T16:05:00.123Z");
            prop_assert_eq!(order.items.len(), message.items.len());
            for (read, written) in order.items.iter().zip(&message.items) {
                prop_assert_eq!(read.name.as_ref(), Some(&written.name));
                prop_assert_eq!(&read.barcode, &written.sku);
                prop_assert_eq!((&read.size, &read.color), (&written.size, &written.color));
                prop_assert_eq!((read.unit_price.hundredths(), read.quantity), (written.price, written.quantity));
            }
        }

        /// Losing, doubling or moving a line, or cutting the message, gives the same order or a refusal.
        #[test]
        fn no_lost_line_changes_an_order(message in a_message(), at in 0_usize..60, to in 0_usize..60, how in 0..4) {
            let text = write(&message);
            let mut lines: Vec<&str> = text.lines().collect();
            let (at, to) = (at % lines.len(), to % lines.len());
            match how {
                0 => { lines.remove(at); }
                1 => lines.insert(to, lines[at]),
                2 => lines.swap(at, to),
                _ => lines.truncate(at),
            }
            if let Ok(order) = read(&lines.join("\n")).order {
                let whole = read(&text).order.unwrap();
                prop_assert_eq!(order.total, whole.total);
                prop_assert_eq!(order.item_count, whole.item_count);
                prop_assert_eq!(order.customer.phone, whole.customer.phone);
            }
        }

        #[test]
        fn no_text_causes_a_panic(text in "(NEW ORDER REQUEST|[A-Za-z ]{2,8}:|\\*|│|×|[0-9]+\\. \\*|\n|.){0,40}") {
            let _ = read(&text);
            let _ = crate::input::stream::chat_text::holds_order_message(&text);
        }
    }

    fn problems(text: &str) -> Vec<String> {
        read(text).order.expect_err(text).into_first()
    }

    /// One more item, as the page writes it.
    const SECOND: &str =
        "│ 2. *Cap*\n│    📌 SKU: *CAP-1*\n│    💰 Price: $1.00 × 2\n│    💵 Subtotal: $2.00\n\n│ Total Items:";

    #[test]
    fn each_line_of_a_message_is_read() {
        let text = MESSAGE
            .replace("\n\n│ 1.", "\n│ Address: 12 Tahrir St\n│ Cairo\n\n│ 1.")
            .replace(
                "│    💰",
                "│    🖼️ Image: https://a.example/b.jpg\n│    📏 Size: M\n│    🎨 Color: Black\n│    💰",
            )
            .replace("│ Total Items:", SECOND)
            .replace("Items:  1", "Items:  3")
            .replace("Subtotal:     $18.75", "Subtotal:     $20.75\n│ Delivery:     TBD")
            .replace("TOTAL:       $18.75", "TOTAL:       $20.75");
        let message = read(&format!("hello\nmy order\n{text}\nthanks\nName: nobody"));
        assert_eq!(message.label.as_deref(), Some(REFERENCE));
        let order = message.order.unwrap();
        assert_eq!((order.customer.name.as_str(), order.customer.phone.as_str()), ("Youssef Adel", "01011112222"));
        assert_eq!(order.customer.address.as_deref(), Some("12 Tahrir St\nCairo"));
        assert_eq!((order.total.hundredths(), order.item_count, order.note.as_deref()), (2075, 3, None));
        assert_eq!(order.order_date.brief(), "2026-02-11T08:53:20.417Z", "the reference has the exact time");
        let [belt, cap] = &order.items[..] else { panic!("there are two") };
        assert_eq!((belt.name.as_deref(), belt.barcode.as_deref()), (Some("Leather Belt"), Some("BLT-01")));
        assert_eq!((belt.size.as_deref(), belt.color.as_deref()), (Some("M"), Some("Black")));
        assert_eq!((belt.image.as_deref(), belt.quantity), (Some("https://a.example/b.jpg"), 1));
        let id = Uuid::try_parse("9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10").unwrap();
        assert_eq!(belt.product, NamedProduct { place: "line 15".to_owned(), key: ProductKey::Id(ProductId(id)) });
        assert_eq!(
            (cap.product.key.clone(), cap.subtotal.hundredths()),
            (ProductKey::Barcode("CAP-1".to_owned()), 200)
        );
        assert_eq!(message.products, [belt.product.clone(), cap.product.clone()]);
        assert_eq!(order.warnings, [""; 0]);
    }

    #[test]
    fn every_problem_of_a_message_is_named_with_its_line() {
        let long = |count: usize| "x".repeat(count);
        let without = |part: &str| -> String {
            MESSAGE.lines().filter(|line| !line.contains(part)).map(|line| format!("{line}\n")).collect()
        };
        let with = |from: &str, to: &str| MESSAGE.replace(from, to);
        let cases: Vec<(String, Vec<String>)> = vec![
            (without("TOTAL:"), vec!["TOTAL is missing: the message was cut off".into()]),
            (without("Order Ref:"), vec!["Order Ref is missing".into()]),
            (without("Name:"), vec!["Name is missing".into()]),
            (without("Phone:"), vec!["Phone is missing".into()]),
            (without("Date:"), vec!["Date is missing".into()]),
            (without("Total Items:").replace("│ Subtotal:     $18.75\n", ""), vec!["Total Items is missing".into()]),
            (without("Price:"), vec!["line 11: the item's Price is missing".into()]),
            (without("💵"), vec!["line 11: the item's Subtotal is missing".into()]),
            (without("SKU:").replace("ID:", "Link:"), vec!["line 11: the item has neither ID nor SKU".into()]),
            (
                with(REFERENCE, "a b"),
                vec!["line 5: Order Ref: must be 1 to 50 printable ASCII characters without spaces".into()],
            ),
            (with("Youssef Adel", &long(256)), vec!["line 8: Name: must have at most 255 characters, has 256".into()]),
            (with("Leather Belt", &long(256)), vec!["line 11: name must have at most 255 characters, has 256".into()]),
            (with("Youssef Adel", ""), vec!["line 8: Name: must not be blank".into()]),
            (with("Items:  1", "Items:  +1"), vec!["line 17: Total Items: must be a whole number".into()]),
            (with("01011112222", &long(21)), vec!["line 9: Phone: must have at most 20 characters, has 21".into()]),
            (with("│ Phone", "│ Name: x\n│ Phone"), vec!["line 9: Name is given twice".into()]),
            (with("│    💰", "│    SKU: x\n│    💰"), vec!["line 14: SKU is given twice".into()]),
            (with("│ Phone", "│ SKU: x\n│ Phone"), vec!["line 9: SKU stands outside an item".into()]),
            (
                with("│ Phone", "│ Address: Cairo\n│ Phone").replace("│    💰", "│    hello\n│    💰"),
                vec!["line 15: is not understood: hello".into()],
            ),
            (with("│ Phone", "│ hello there\n│ Phone"), vec!["line 9: is not understood: hello there".into()]),
            (with("│    💰", "│    hello\n│    💰"), vec!["line 14: is not understood: hello".into()]),
            (with("Adel", "A\0del"), vec!["line 8: must not contain NUL".into()]),
            (with("REQUEST", "REQUEST\0"), vec!["line 2: must not contain NUL".into()]),
            (with("1. *Leather", "2. *Leather"), vec!["line 11: item 2 follows item 0: a part is missing".into()]),
            (
                with("$18.75 × 1", "$18.75 × 2"),
                vec![
                    "line 11: Subtotal is 18.75, but 2 × 18.75 is 37.50".into(),
                    "TOTAL is 18.75, but the items sum to 37.50".into(),
                    "Subtotal is 18.75, but the items sum to 37.50".into(),
                    "Total Items is 1, but the quantities sum to 2".into(),
                ],
            ),
            (with("$18.75 × 1", "$99999999 × 2"), vec!["line 11: 2 × 99999999.00 is more than 99999999.99".into()]),
            (
                with("9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10", "9b2f"),
                vec!["line 13: ID: must be a product id (a UUID)".into()],
            ),
            (
                without("SKU:").replace("4f0a-4c57-9a51-1f7f0a3f2c10", "…"),
                vec!["line 12: ID: was cut short, and there is no SKU".into()],
            ),
            (
                with("SKU: *BLT-01*", &format!("SKU: *{}*", long(101))),
                vec!["line 12: SKU: must have at most 100 characters, has 101".into()],
            ),
        ];
        for (text, expected) in cases {
            let found = problems(&text);
            assert_eq!(found, expected, "{text}");
        }
        assert!(read(&with("Youssef Adel", &long(255))).order.is_ok());
        // A message without its header begins with its reference.
        let headless = MESSAGE.replace("NEW ORDER REQUEST", "New order");
        assert!(read(&headless).order.is_ok() && read(&format!("hello\n{headless}")).order.is_ok());
        for number in ["+1", "00001", "a"] {
            let other = problems(&MESSAGE.replace("1. *Leather", &format!("{number}. *Leather")));
            assert_eq!(other[0], format!("line 11: is not understood: {number}. *Leather Belt*"));
        }
        let no_items = MESSAGE.split_once("│ 1.").unwrap().0;
        assert_eq!(problems(&format!("{no_items}│ Total Items:  0\n│ *TOTAL: $0*\n"))[0], "has no items");
    }

    #[test]
    fn a_message_has_a_limited_number_of_items() {
        let item = |number: usize| {
            format!("│ {number}. *Cap*\n│    📌 SKU: *CAP-1*\n│    💰 Price: $1.00 × 1\n│    💵 Subtotal: $1.00\n")
        };
        let (start, _) = MESSAGE.split_once("│ 1.").unwrap();
        let of = |count: usize| {
            let items: String = (1..=count).map(item).collect();
            read(&format!("{start}{items}\n│ Total Items:  {count}\n│ Subtotal: ${count}\n│ *TOTAL: ${count}*\n"))
        };
        assert_eq!(of(ITEMS_LIMIT).order.unwrap().items.len(), ITEMS_LIMIT);
        let excess = of(ITEMS_LIMIT + 1).order.unwrap_err().into_first();
        assert_eq!(excess[0], format!("has {} items, the most is {ITEMS_LIMIT}", ITEMS_LIMIT + 1));
        assert!(!excess.iter().any(|problem| problem.contains("given twice")), "{excess:?}");
    }

    #[test]
    fn asterisks_and_an_uncut_id_may_be_lost() {
        // Among the items only, a number begins an item.
        let bare = MESSAGE.replace("│ 1. *Leather Belt*", "┌─ 📋 ORDER ITEMS ───┐\n│ 1. Leather Belt");
        assert_eq!(read(&bare).order.unwrap().items[0].name.as_deref(), Some("Leather Belt"));
        let outside = MESSAGE.replace("│ 1. *Leather Belt*", "│ 1. Leather Belt");
        assert_eq!(problems(&outside)[0], "line 11: is not understood: 1. Leather Belt");
        let wrong = bare.replace("1. Leather", "2. Leather");
        assert_eq!(problems(&wrong)[0], "line 12: is not understood: 2. Leather Belt");
        for dots in ["...", "…"] {
            let cut = MESSAGE.replace("9b2f6c1e-4f0a-4c57-9a51-1f7f0a3f2c10", &format!("9B2F6C1E{dots}"));
            let key = ProductKey::CutId { barcode: "BLT-01".to_owned(), start: "9b2f6c1e".to_owned() };
            assert_eq!(read(&cut).order.unwrap().items[0].product.key, key);
        }
        // The address may be left blank, and an image that is none costs no order.
        let blank = MESSAGE.replace("\n\n│ 1.", "\n│ Address:\n\n│ 1.");
        assert_eq!(read(&blank).order.unwrap().customer.address, None);
        let image = read(&MESSAGE.replace("│    💰", "│    🖼️ Image: /media/a.jpg\n│    💰")).order.unwrap();
        assert_eq!(image.warnings, ["line 14: the image is not an http or https URL and was left out"]);
    }

    #[test]
    fn an_agreed_delivery_is_in_the_total_and_a_term_that_the_guest_claims() {
        let with_delivery = |fee: &str, total: &str| {
            let delivery = format!("│ Delivery: {fee}\n│ *TOTAL:       ${total}*");
            MESSAGE.replace("│ *TOTAL:       $18.75*", &delivery)
        };
        for (fee, total, expected) in [
            ("$50.00", "68.75", Some(5000)),
            ("$0.00", "18.75", Some(0)),
            ("Free", "18.75", None),
            ("TBD", "18.75", None),
        ] {
            let order = read(&with_delivery(fee, total)).order.unwrap();
            assert_eq!((order.total.hundredths(), order.warnings.len()), (1875, 0), "{fee}");
            let terms = Terms { delivery_fee: expected.map(Money::from_hundredths), ..Terms::default() };
            assert_eq!(order.terms, terms.claimed_by_guest(), "{fee}");
        }
        let wrong = problems(&with_delivery("$50.00", "18.75"));
        assert_eq!(wrong, ["TOTAL is 18.75, but the items sum to 18.75 and delivery is 50.00"]);
    }

    #[test]
    fn an_order_has_the_time_of_its_reference_if_that_is_near() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let own = "2026-02-11T08:53:20.417Z";
        let when = |date: &str, reference: &str, sent_at: Option<&str>| {
            let text = MESSAGE.replace("Feb 11, 2026, 08:53 AM", date).replace(REFERENCE, reference);
            let reading = Reading { place: "", sent_at: sent_at.map(at), zone: Zone::UTC, first_line: 1 };
            let source = Source { kind: SourceKind::Chat, message_id: None };
            let message = read_order_message(&text, reading, source, Problems::default());
            message.order.map(|order| (order.order_date.brief(), order.warnings)).map_err(Problems::into_first)
        };
        let ambiguous = "the date 04/03/2026, 12:30 may mean two days; it is taken as 2026-03-04T12:30:00Z";
        let unreadable = "the date soon cannot be read; the time in the reference is taken";
        for (date, reference, sent_at, expected, warning) in [
            // Within a day of the message, else the message's time counts.
            ("soon", REFERENCE, Some("2026-02-12T08:53:20.417Z"), own, None),
            ("soon", REFERENCE, Some("2026-02-10T08:53:20.417Z"), own, None),
            ("soon", REFERENCE, Some("2026-02-12T08:53:20.418Z"), "2026-02-12T08:53:20.418Z", None),
            ("soon", "SHOP-1", Some("2026-02-12T08:00:00Z"), "2026-02-12T08:00:00Z", None),
            // Within two days of the date.
            ("2026-02-13T08:53:20.417Z", REFERENCE, None, own, None),
            ("2026-02-09T08:53:20.417Z", REFERENCE, None, own, None),
            ("2026-02-13T08:53:20.418Z", REFERENCE, None, "2026-02-13T08:53:20.418Z", None),
            ("11/02/2026, 10:53", REFERENCE, None, own, None),
            ("2/11/2026, 10:53", REFERENCE, None, own, None),
            ("Mar 4, 2026, 12:30 PM", "SHOP-1", None, "2026-03-04T12:30:00Z", None),
            ("04/03/2026, 12:30", "SHOP-1", None, "2026-03-04T12:30:00Z", Some(ambiguous)),
            ("soon", REFERENCE, None, own, Some(unreadable)),
        ] {
            let expected = Ok((expected.to_owned(), warning.into_iter().map(str::to_owned).collect()));
            assert_eq!(when(date, reference, sent_at), expected, "{date} {reference} {sent_at:?}");
        }
        let refused = "line 6: Date: must be a date such as Feb 4, 2026, 12:30 PM".to_owned();
        for reference in ["SHOP-1", "LEG-ZZZZZZZZ-1"] {
            assert_eq!(when("soon", reference, None), Err(vec![refused.clone()]), "{reference}");
        }
    }
}
