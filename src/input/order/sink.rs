//! Passes on the orders of a record one by one, and finds those that nothing read.

use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::incoming::{Revision, Source};
use crate::domain::problems::Problems;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;
use crate::input::json::value::Value;
use crate::input::order::search::objects::{count_order_signs, each_order_sign};
use crate::input::order::search::strings::{count_order_texts, each_order_text};
use crate::input::order_message::marks::holds_order;
use crate::input::order_message::reader::{Reading, read_order_message};
use crate::input::parsed_order::ParsedOrder;
use crate::input::reject::{Part, Reject};
use crate::input::stream::chat_text::{OrderStretches, Stretch, StretchContent};

/// The most orders that one message may have: as many as its 65,536 characters can hold.
const MESSAGE_ORDERS_LIMIT: u64 = 100;

/// How many parts of a record are remembered, to detect orders that nothing read.
const PARTS_KEPT: usize = 10_000;

/// How many places of unread orders are named.
const PLACES_NAMED: usize = 5;

/// Orders that nothing read: the first of them, and how many there are.
#[derive(Default)]
struct Unread {
    /// Their addresses in memory, and what to say of them.
    first: Vec<(usize, &'static str)>,
    count: usize,
}

impl Unread {
    fn add(&mut self, address: usize, problem: &'static str) {
        self.count += 1;
        if self.first.len() < PLACES_NAMED {
            self.first.push((address, problem));
        }
    }

    /// Returns them as problems with their places in `whole`.
    fn problems(&self, whole: &Value<'_>) -> Problems {
        let mut problems = Problems::default();
        for (address, problem) in &self.first {
            problems.add(whole.place_of_string(*address), problem);
        }
        let unnamed = self.count.saturating_sub(self.first.len());
        if unnamed > 0 {
            problems.add(&whole.place, format_args!("holds {unnamed} more orders in places where none are read"));
        }
        problems
    }
}

/// Returns how many orders a JSON text holds.
pub(super) fn count_orders(json: &str) -> usize {
    count_order_texts(json) + count_order_signs(json)
}

/// Reads JSON inside a text, and returns how many of its messages hold no order. The sink gets it as a value, because
/// `record` imports this file.
pub(super) type ReadJson = fn(&[u8], Zone, &mut dyn FnMut(ParsedOrder, &Arc<Reject>)) -> u64;

/// Receives the orders of a record one by one: a record may hold any number of them.
pub struct OrderSink<'f> {
    record: Arc<Vec<u8>>,
    /// What is kept of the current orders.
    reject: Arc<Reject>,
    pub(super) skipped: u64,
    /// How many orders and problems were passed on.
    pub(super) put: u64,
    pub(super) accounted: Accounted,
    /// What the current message says of an earlier one.
    revision: Option<Revision>,
    /// Whether the record stands in a chat or a log, where most of the text is no order.
    is_in_text: bool,
    /// The shop's zone, for the dates of order messages.
    zone: Zone,
    read_json: ReadJson,
    take: &'f mut dyn FnMut(ParsedOrder, &Arc<Reject>),
}

/// The orders that were read, or that the shop wrote: any others in the record were overlooked.
#[derive(Debug, Default)]
pub(super) struct Accounted {
    count: usize,
    /// The addresses in memory of the first of them.
    parts: Vec<Range<usize>>,
}

impl fmt::Debug for OrderSink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderSink").field("skipped", &self.skipped).finish_non_exhaustive()
    }
}

impl<'f> OrderSink<'f> {
    /// Starts a record of which nothing is read yet.
    pub(super) fn of(
        record: &Arc<Vec<u8>>,
        is_in_text: bool,
        zone: Zone,
        read_json: ReadJson,
        take: &'f mut dyn FnMut(ParsedOrder, &Arc<Reject>),
    ) -> OrderSink<'f> {
        let reject = Arc::new(Reject::Whole(Arc::clone(record)));
        let accounted = Accounted::default();
        OrderSink {
            record: Arc::clone(record),
            reject,
            skipped: 0,
            put: 0,
            accounted,
            revision: None,
            is_in_text,
            zone,
            read_json,
            take,
        }
    }

    /// Passes on an order.
    pub fn put(&mut self, order: ParsedOrder) {
        self.put += 1;
        (self.take)(ParsedOrder { revision: self.revision.or(order.revision), ..order }, &self.reject);
    }

    /// Reads the orders of a message that revises an earlier one.
    pub(super) fn revising(&mut self, revision: Revision, read: impl FnOnce(&mut Self)) {
        let outer = self.revision.replace(revision);
        read(self);
        self.revision = outer;
    }

    /// Passes on what happened to the message that may have brought an order.
    pub(super) fn revise(&mut self, revision: Revision, source: Source) {
        if source.message_id.is_some() {
            let order = Err(Problems::default());
            self.put(ParsedOrder { label: None, products: Vec::new(), source, revision: Some(revision), order });
        }
    }

    /// Passes on problems that belong to no known order.
    pub fn refuse(&mut self, problems: Problems) {
        self.put(ParsedOrder::refused(problems));
    }

    /// Refuses an unknown value. In a chat or a log, a value without marks of an order is just words, and is ignored.
    pub(super) fn refuse_stranger(&mut self, json: &str, problems: Problems) {
        if !self.is_in_text || holds_order(json) {
            self.refuse(problems);
        }
    }

    /// Counts messages, statuses or reactions as skipped, unless an order is found in them.
    pub(super) fn skip(&mut self, whole: &Value<'_>, count: u64) {
        let unread = self.unread(whole, each_order);
        if unread.is_empty() {
            self.skipped += count;
        } else {
            self.refuse(unread);
        }
    }

    /// Counts a message as skipped, unless it has a problem or something in it was not read.
    pub(super) fn skip_unless(&mut self, problems: Problems, unread: Problems) {
        if problems.is_empty() && unread.is_empty() {
            self.skipped += 1;
        }
        for problems in [problems, unread].into_iter().filter(|problems| !problems.is_empty()) {
            self.refuse(problems);
        }
    }

    /// Names the carts and orders in a message that nothing reads, except the one at the address `read`.
    pub(super) fn unread_signs(&mut self, message: &Value<'_>, read: Option<usize>) -> Problems {
        let mut count = 0;
        let unread = self.unread(message, |json, take| {
            each_order_sign(json, &mut |sign| {
                if Some(sign.address) == read {
                    count += 1;
                } else {
                    take(sign.address, sign.kind.overlooked());
                }
            });
        });
        self.account_for(message, count);
        unread
    }

    /// Names what `each` finds in a value that nothing reads, and counts it as accounted for.
    fn unread(&mut self, value: &Value<'_>, each: impl FnOnce(&str, &mut dyn FnMut(usize, &'static str))) -> Problems {
        let mut unread = Unread::default();
        each(value.raw(), &mut |address, problem| unread.add(address, problem));
        self.account_for(value, unread.count);
        unread.problems(value)
    }

    /// Makes a part of the record's JSON, as sent.
    pub fn sent(&self, json: &str) -> Part {
        Part::sent(json, &self.record)
    }

    /// Reads one message of the record. If an order in it is rejected, `parts` are kept instead of the whole record.
    pub fn message(&mut self, parts: Vec<Part>, read: impl FnOnce(&mut Self)) {
        let reject = Reject::Message(Arc::clone(&self.record), parts);
        if reject.is_mostly_around() {
            // Too short to be an order: keeping the whole record takes less room.
            return read(self);
        }
        let outer = mem::replace(&mut self.reject, Arc::new(reject));
        read(self);
        self.reject = outer;
    }

    /// Skips messages that the shop wrote: these are never orders, whatever they hold.
    pub(super) fn skip_own(&mut self, messages: &Value<'_>, count: u64) {
        self.skipped += count;
        self.account_for(messages, count_orders(messages.raw()));
    }

    /// Counts this many orders in a value as read or refused. The value holds no others.
    pub(super) fn account_for(&mut self, value: &Value<'_>, count: usize) {
        self.accounted.count += count;
        if count > 0 && self.accounted.parts.len() < PARTS_KEPT {
            self.accounted.parts.push(value.addresses());
        }
    }

    /// Reads every order message in a text found at `place`; the first one has the id of the message. `None`: the text
    /// cannot be read.
    pub fn take_text(
        &mut self,
        text: Option<&str>,
        place: &str,
        sent_at: Option<Timestamp>,
        source: &Source,
        mut problems: Problems,
    ) {
        let Some(text) = text else {
            problems.add(
                place,
                "holds an order message, but is too long or not valid text: import the text as it was sent",
            );
            return self.refuse(problems);
        };
        self.take_stretches(OrderStretches::in_string(text), place, sent_at, source, problems);
    }

    /// Reads JSON inside a text.
    pub(super) fn take_json(&mut self, json: &[u8]) {
        let skipped = (self.read_json)(json, self.zone, &mut |order, _| self.put(order));
        self.skipped += skipped;
    }

    /// Reads the stretches of a text that hold orders.
    pub(super) fn take_stretches(
        &mut self,
        mut stretches: OrderStretches<&[u8]>,
        place: &str,
        sent_at: Option<Timestamp>,
        source: &Source,
        mut problems: Problems,
    ) {
        let mut source = source.clone();
        // Reading from memory does not fail.
        while let Ok(Some(Stretch { number, line, content })) = stretches.next_stretch() {
            if number > MESSAGE_ORDERS_LIMIT {
                let mut problems = Problems::default();
                problems.add(place, format_args!("holds more than {MESSAGE_ORDERS_LIMIT} order messages"));
                return self.refuse(problems);
            }
            let mut problems = mem::take(&mut problems);
            if let Some(problem) = content.problem() {
                problems.add(place, problem);
            }
            let first_line = usize::try_from(line).unwrap_or(1);
            let reading = Reading { place, sent_at, zone: self.zone, first_line };
            match content {
                StretchContent::Message(text) => {
                    self.put(read_order_message(&text, reading, source.clone(), problems));
                }
                StretchContent::Json(json) => self.take_json(&json),
                StretchContent::Unreadable(..) | StretchContent::BrokenJson(_) | StretchContent::TooLarge(_) => {
                    self.put(ParsedOrder { label: content.reference(), ..ParsedOrder::refused(problems) });
                }
            }
            source.message_id = None;
        }
    }

    /// Refuses the orders in a value that nothing read, so that none is skipped silently.
    pub(super) fn refuse_overlooked(&mut self, whole: &Value<'_>) {
        let Accounted { count, mut parts } = mem::take(&mut self.accounted);
        let all = count_orders(whole.raw());
        if all <= count {
            return;
        }
        parts.sort_unstable_by_key(|part| part.start);
        let mut furthest = 0;
        for part in &mut parts {
            furthest = furthest.max(part.end);
            part.end = furthest;
        }
        let mut unread = Unread::default();
        if parts.len() < PARTS_KEPT {
            each_order(whole.raw(), &mut |address, problem| {
                let after = parts.partition_point(|part| part.start <= address);
                let is_read = parts[..after].last().is_some_and(|part| part.contains(&address));
                if !is_read {
                    unread.add(address, problem);
                }
            });
        }
        unread.count = all - count;
        self.refuse(unread.problems(whole));
    }
}

/// Passes on the address of every order in a JSON text, with what to say if nothing reads it.
fn each_order(json: &str, take: &mut dyn FnMut(usize, &'static str)) {
    const TEXT: &str = "holds an order message in a place where none is read: import the text by itself";
    each_order_text(json, &mut |text| take(text.address, TEXT));
    each_order_sign(json, &mut |sign| take(sign.address, sign.kind.overlooked()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::input::samples::{MESSAGE, REFERENCE, order, outcomes, read_one, text_message, with};

    #[test]
    fn the_places_of_an_order_message_are_those_of_its_text() {
        let message = text_message(&format!("hello\n{MESSAGE}"));
        let read = read_one(&json!({"messages": [message]}));
        let order = read.order.unwrap();
        let place = "messages[0].text.body: line 12";
        assert_eq!((order.items[0].product.place.as_str(), read.products[0].place.as_str()), (place, place));
        let cut = MESSAGE.replace("TOTAL:", "SUM:");
        let refused = outcomes(&json!({"messages": [text_message(&cut)]}));
        assert!(refused[0].starts_with(&format!("{REFERENCE}: messages[0].text.body: line 19: ")), "{refused:?}");
    }

    #[test]
    fn a_text_holds_a_limited_number_of_order_messages() {
        let found = |count: u64| {
            outcomes(&json!({"messages": [text_message(&MESSAGE.repeat(usize::try_from(count).unwrap()))]}))
        };
        let most = usize::try_from(MESSAGE_ORDERS_LIMIT).unwrap();
        assert_eq!(found(MESSAGE_ORDERS_LIMIT).len(), most);
        let excess = found(MESSAGE_ORDERS_LIMIT + 1);
        assert_eq!(excess.len(), most + 1);
        assert_eq!(excess[most], "no order: messages[0].text.body: holds more than 100 order messages");
    }

    #[test]
    fn only_the_first_order_of_a_text_has_the_id_of_its_message() {
        let two = format!("{MESSAGE}{}", MESSAGE.replace(REFERENCE, "LEG-2"));
        assert_eq!(
            outcomes(&json!({"messages": [text_message(&two)]})),
            [format!("{REFERENCE}, whatsapp_text, wamid.T"), "LEG-2, whatsapp_text, no id".to_owned()]
        );
    }

    #[test]
    fn a_text_that_cannot_be_read_is_refused() {
        let too_long = format!("{MESSAGE}{}", "x".repeat(5 << 20));
        let problem = "holds an order message, but is too long or not valid text: import the text as it was sent";
        assert_eq!(
            outcomes(&json!({"messages": [text_message(&too_long)]})),
            [format!("no order: messages[0].text.body: {problem}")]
        );
        let flat = outcomes(&json!({"messages": [text_message(&MESSAGE.replace('\n', " "))]}));
        let lost = "holds an order message that has lost its lines: import the text as it was sent";
        assert_eq!(flat, [format!("{REFERENCE}: messages[0].text.body: {lost}")]);
    }

    #[test]
    fn a_message_that_has_a_problem_or_an_unread_order_is_not_skipped() {
        let hello = text_message("hello");
        let unread = "holds an order in a place where orders are not read: import it by itself";
        for (message, expected) in [
            (hello.clone(), "skipped 1".to_owned()),
            (with(hello.clone(), "type", 5), "no order: messages[0].type: must be a string, is a number".to_owned()),
            (with(hello.clone(), "more", order()), format!("no order: messages[0].more: {unread}")),
        ] {
            assert_eq!(outcomes(&json!({"messages": [message]})), [expected]);
        }
    }

    #[test]
    fn words_in_a_chat_are_no_orders_but_json_with_signs_of_one_is() {
        let found = |json: &str| {
            let (mut count, record) = (0, Arc::new(json.as_bytes().to_vec()));
            let mut take = |_: ParsedOrder, _: &Arc<Reject>| count += 1;
            let mut found = OrderSink::of(&record, true, Zone::UTC, |_, _, _| 0, &mut take);
            found.refuse_stranger(json, "is no order".to_owned().into());
            count
        };
        assert_eq!((found("{\"level\":1}"), found("{\"orderReference\":1}")), (0, 1));
    }
}
