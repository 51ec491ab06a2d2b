//! One record of an import: recognised by its content, and turned into the orders that it holds.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::sync::Arc;

use super::chat_dump::{is_chat_dump, is_chat_message, read_chat_dump, read_chat_message};
use super::chat_text::MessageTexts;
use super::json::{Fields, NotJson, Problems, parse_object};
use super::order_json::{is_order, read_order_fields};
use super::order_message::{Reading, read_order_message};
use super::reject::{Part, Reject};
use super::webhook::{is_webhook, read_webhook};
use crate::domain::receive::{IncomingOrder, NamedProduct, Source, SourceKind};
use crate::domain::text::shorten;
use crate::domain::zone::Zone;

/// The most bytes that an order as JSON may have (1 MiB).
const ORDER_LIMIT: usize = 1 << 20;
/// The most orders that one message may have: as many as its 65,536 characters can hold.
const MESSAGE_ORDERS_LIMIT: usize = 100;

/// What records are read with.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The shop's zone, in which the dates of order messages are.
    pub zone: Zone,
}

/// An order that was found in a record.
#[derive(Debug)]
pub struct ReadOrder {
    /// What it is called in messages: its reference, or the id of its message.
    pub label: Option<String>,
    /// The products that it names, however wrong the rest is.
    pub products: Vec<NamedProduct>,
    /// How it came.
    pub source: Source,
    /// The order, or every problem with its place.
    pub order: Result<IncomingOrder, Vec<String>>,
}

impl ReadOrder {
    /// Makes an order of which nothing is known but what is wrong.
    pub fn refused(problems: Vec<String>) -> ReadOrder {
        ReadOrder {
            label: None,
            products: Vec::new(),
            source: Source { kind: SourceKind::Json, message_id: None },
            order: Err(problems),
        }
    }

    /// Reads an order message that was found at `place`.
    pub fn of_message(text: &str, place: &str, reading: Reading, source: Source, problems: Problems) -> ReadOrder {
        let message = read_order_message(text, reading, source.clone());
        let at = |line: String| if place.is_empty() { line } else { format!("{place}: {line}") };
        let products: Vec<NamedProduct> = message
            .products
            .into_iter()
            .map(|product| NamedProduct { place: at(product.place), key: product.key })
            .collect();
        let mut problems = problems.into_vec();
        let order = match message.order {
            Ok(mut order) if problems.is_empty() => {
                for item in &mut order.items {
                    item.product.place = at(std::mem::take(&mut item.product.place));
                }
                Ok(order)
            }
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more.into_iter().map(at));
                Err(problems)
            }
        };
        ReadOrder { label: message.reference, products, source, order }
    }
}

/// Where the orders of a record go as they are found, one by one: a record may hold any number of them.
pub struct Found<'f> {
    record: Arc<Vec<u8>>,
    /// What is kept of the orders that are found now.
    reject: Arc<Reject>,
    skipped: u64,
    take: &'f mut dyn FnMut(ReadOrder, &Arc<Reject>),
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("skipped", &self.skipped).finish_non_exhaustive()
    }
}

impl Found<'_> {
    /// Hands on an order.
    pub fn put(&mut self, order: ReadOrder) {
        (self.take)(order, &self.reject);
    }

    /// Hands on something of which nothing is known but what is wrong.
    pub fn refuse(&mut self, problems: Problems) {
        self.put(ReadOrder::refused(problems.into_vec()));
    }

    /// Counts messages, statuses and reactions that are no orders.
    pub fn skip(&mut self, count: u64) {
        self.skipped += count;
    }

    /// Counts a message that is no order, unless something is wrong with it.
    pub fn skip_unless(&mut self, problems: Problems) {
        if problems.is_empty() {
            self.skip(1);
        } else {
            self.refuse(problems);
        }
    }

    /// Takes JSON of the record as it was sent for what is kept of a message.
    pub fn sent(&self, json: &str) -> Part {
        Part::sent(json, &self.record)
    }

    /// Reads one message of the record. Where an order in it cannot be taken, `parts` are kept, not the whole record.
    pub fn message(&mut self, parts: Vec<Part>, read: impl FnOnce(&mut Self)) {
        let reject = Arc::new(Reject::message(Arc::clone(&self.record), parts));
        let outer = mem::replace(&mut self.reject, reject);
        read(self);
        self.reject = outer;
    }

    /// Takes every order message in a text that was found at `place`; the first one has the id of the message.
    pub fn take_text(&mut self, text: &str, place: &str, reading: Reading, source: &Source, problems: Problems) {
        let mut messages = MessageTexts::new(text.as_bytes());
        let mut problems = Some(problems);
        let mut source = source.clone();
        // Reading from memory fails only at lines that no message has: they are refused below with the rest.
        while let Ok(Some(message)) = messages.next_message() {
            if message.number > MESSAGE_ORDERS_LIMIT as u64 {
                let problem = format!("{place}: holds more than {MESSAGE_ORDERS_LIMIT} order messages");
                return self.put(ReadOrder::refused(vec![problem]));
            }
            let first_line = usize::try_from(message.line).unwrap_or(1);
            let reading = Reading { first_line, ..reading };
            let problems = problems.take().unwrap_or_default();
            self.put(ReadOrder::of_message(&message.text, place, reading, source.clone(), problems));
            source.message_id = None;
        }
        if let Some(problems) = problems {
            self.skip_unless(problems);
        }
    }
}

/// Reads one record: an order as JSON, a webhook, a chat dump, or any of them as the `body` of something. Hands each order to
/// `take` with what is kept of it where it cannot be taken, and returns how many messages were none.
///
/// # Errors
/// The record is not JSON at all.
pub fn read_record(
    record: &Arc<Vec<u8>>,
    context: Context,
    take: &mut dyn FnMut(ReadOrder, &Arc<Reject>),
) -> Result<u64, NotJson> {
    let reject = Arc::new(Reject::whole(Arc::clone(record)));
    let mut found = Found { record: Arc::clone(record), reject, skipped: 0, take };
    let mut problems = Problems::default();
    match parse_object(record, &mut problems)? {
        Some(fields) if is_order(&fields) && record.len() > ORDER_LIMIT => {
            let problem = format!("has {} bytes, the most for an order is {ORDER_LIMIT}", record.len());
            found.put(ReadOrder::refused(vec![problem]));
        }
        Some(fields) => read_object(fields, context, &mut found, 0),
        None => found.refuse(problems),
    }
    Ok(found.skipped)
}

fn read_object(mut fields: Fields<'_>, context: Context, found: &mut Found<'_>, depth: usize) {
    if is_chat_dump(&fields) {
        read_chat_dump(fields, context, found);
    } else if let Some(excess) = fields.excess() {
        found.put(ReadOrder::refused(vec![excess]));
    } else if is_order(&fields) {
        found.put(read_order_fields(fields));
    } else if is_webhook(&fields) {
        read_webhook(fields, context, found);
    } else if is_chat_message(&fields) {
        read_chat_message(fields, context, found);
    } else if fields.has("body") && depth == 0 {
        let mut problems = Problems::default();
        match fields.take("body", &mut problems).and_then(|body| body.object(&mut problems)) {
            Some(body) => read_object(body, context, found, depth + 1),
            None => found.skip_unless(problems),
        }
    } else {
        found.put(ReadOrder::refused(vec![name_stranger(&fields)]));
    }
}

/// Says of an object that is nothing of what an import takes what it is, or which keys it has, and what to do instead.
fn name_stranger(fields: &Fields<'_>) -> String {
    let has = |key: &str| fields.has(key);
    if has("key") && has("message") {
        return "is a message as another WhatsApp library keeps it: send the order as JSON, or WhatsApp's own webhook"
            .to_owned();
    }
    if has("orderMessage") {
        return "is an order message that carries only an id and a token: its items must be asked of WhatsApp, \
                or sent as JSON"
            .to_owned();
    }
    if fields.keys().any(|key| key.contains("1000")) {
        return "has amounts in thousandths, as another program keeps them: send the order as JSON".to_owned();
    }
    if has("orderDetails") || has("interactive") {
        return "is an order_details that the shop sent, not an order".to_owned();
    }
    if has("token") && (has("orderId") || has("id")) {
        return "is an order message that carries only an id and a token: its items must be asked of WhatsApp, \
                or sent as JSON"
            .to_owned();
    }
    if has("price") || has("stockQuantity") || has("sizeQuantities") {
        return "is a product; use: orders product import".to_owned();
    }
    let keys: Vec<Cow<'_, str>> = fields.keys().take(10).map(shorten).collect();
    let seen = if keys.is_empty() { "it has none".to_owned() } else { format!("it has {}", keys.join(", ")) };
    format!(
        "is no order (orderReference, orderDate, customerName, customerPhone, items), no WhatsApp webhook and no \
         chat dump by its keys; {seen}"
    )
}
