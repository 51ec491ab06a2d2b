//! WhatsApp Cloud API webhooks: carts of the catalogue, and texts that carry an order message.

use std::collections::HashMap;

use chrono::Datelike;
use sha2::{Digest, Sha256};

use super::json::{Fields, Problems, Value};
use super::order_date::FIRST_YEAR;
use super::order_lines::is_order_message;
use super::order_message::Reading;
use super::order_record::{Context, Found, ReadOrder};
use super::reject::Part;
use crate::domain::money::Money;
use crate::domain::order::{Customer, ITEMS_LIMIT, QUANTITY_LIMIT, sums};
use crate::domain::receive::{IncomingItem, IncomingOrder, NamedProduct, ProductKey, Source, SourceKind};
use crate::domain::reference::Reference;
use crate::domain::text::{is_edge, shorten};
use crate::domain::time::Timestamp;

/// Tells whether an object is a webhook, or a part of one, by its keys.
pub fn is_webhook(fields: &Fields<'_>) -> bool {
    fields.has("entry")
        || fields.has("messages")
        || fields.has("statuses")
        || fields.has("contacts")
        || (fields.has("value") && fields.has("field"))
}

/// Reads a webhook: every message in it that is an order; the others, statuses and reactions are skipped.
///
/// Keys that are not known are WhatsApp's own and are ignored; every array may be missing, empty or long.
pub fn read_webhook(mut fields: Fields<'_>, context: Context, found: &mut Found<'_>) {
    let mut problems = Problems::default();
    if let Some(object) = fields.take("object", &mut problems).and_then(|value| value.text(None, &mut problems))
        && object != "whatsapp_business_account"
    {
        let problem = format!("is a webhook of {}, not of WhatsApp", shorten(&object));
        found.put(ReadOrder::refused(vec![problem]));
        return;
    }
    each(&mut fields, "entry", &mut problems, |entry, problems| {
        let Some(mut entry) = entry.object(problems) else { return };
        each(&mut entry, "changes", problems, |change, problems| {
            if let Some(mut change) = change.object(problems) {
                read_change(&mut change, context, found, problems);
            }
        });
    });
    if fields.has("value") {
        read_change(&mut fields, context, found, &mut problems);
    }
    read_value(&mut fields, context, found, &mut problems);
    if !problems.is_empty() {
        found.refuse(problems);
    }
}

/// Hands on the elements of the array under a key, where there is one, and returns their number.
fn each<'a>(
    fields: &mut Fields<'a>,
    name: &str,
    problems: &mut Problems,
    take: impl FnMut(Value<'a>, &mut Problems),
) -> u64 {
    fields.take(name, problems).map_or(0, |value| value.each(problems, take)) as u64
}

fn read_change(change: &mut Fields<'_>, context: Context, found: &mut Found<'_>, problems: &mut Problems) {
    let field = change.take("field", problems).and_then(|value| value.text(None, problems));
    let value = change.take("value", problems).and_then(|value| value.object(problems));
    let Some(mut value) = value else { return };
    if field.is_some_and(|field| field != "messages") {
        // The account's own affairs, and echoes of what the shop itself wrote.
        found.skip(each(&mut value, "messages", problems, |_, _| {}).max(1));
        return;
    }
    read_value(&mut value, context, found, problems);
}

/// Reads `{contacts, messages, statuses}`.
fn read_value(fields: &mut Fields<'_>, context: Context, found: &mut Found<'_>, problems: &mut Problems) {
    found.skip(each(fields, "statuses", problems, |_, _| {}));
    let contacts = fields.take("contacts", problems);
    let contacts = contacts.map(|contacts| Contacts::read(&contacts, problems)).unwrap_or_default();
    each(fields, "messages", problems, |message, problems| {
        let Some(fields) = message.object(problems) else { return };
        let sender = sender_of(&fields).and_then(|sender| contacts.0.get(&sender));
        // Each message that cannot be taken is kept by itself, with its sender: who that is takes no more room than a message.
        let contact = sender.map(|sender| sender.raw).filter(|raw| raw.len() <= message.raw().len().max(CONTACT_KEPT));
        let mut parts = vec![Part::json("{\"contacts\":[")];
        parts.extend(contact.map(|contact| found.sent(contact)));
        parts.extend([Part::json("],\"messages\":["), found.sent(message.raw()), Part::json("]}")]);
        found.message(parts, |found| read_message(fields, sender, context, found));
    });
}

/// The most contacts that may stand beside the messages of one call. WhatsApp sends some messages a call.
const CONTACTS_LIMIT: usize = 10_000;
/// How many bytes a contact has at most that is kept beside a shorter message.
const CONTACT_KEPT: usize = 256;

/// The contacts that stand beside messages, by WhatsApp id.
#[derive(Debug, Default)]
struct Contacts<'a>(HashMap<String, Contact<'a>>);

/// Somebody who sends messages.
#[derive(Debug)]
struct Contact<'a> {
    name: Option<String>,
    /// As it was sent.
    raw: &'a str,
}

impl<'a> Contacts<'a> {
    fn read(contacts: &Value<'a>, problems: &mut Problems) -> Contacts<'a> {
        let contacts = contacts.array(CONTACTS_LIMIT, "contacts", problems).unwrap_or_default();
        let mut by_id = HashMap::with_capacity(contacts.len());
        for contact in contacts {
            let mut ignored = Problems::default();
            let Some(mut fields) = contact.object(problems) else { continue };
            let id = fields.take("waId", &mut ignored).and_then(|id| id.number_text(&mut ignored));
            if let Some(id) = id {
                let read = || Contact { name: name_of(&mut fields), raw: contact.raw() };
                by_id.entry(id.into_owned()).or_insert_with(read);
            }
        }
        Contacts(by_id)
    }
}

/// Reads the name of a contact.
fn name_of(contact: &mut Fields<'_>) -> Option<String> {
    let mut ignored = Problems::default();
    let mut profile = contact.take("profile", &mut ignored)?.object(&mut ignored)?;
    let name = profile.take("name", &mut ignored)?.text(None, &mut ignored)?;
    // WhatsApp's own names are short; what is longer is cut, not lost.
    let name: String = name.trim_matches(is_edge).chars().take(255).collect();
    (!name.is_empty()).then_some(name)
}

/// Reads the WhatsApp id of a message's sender, whatever else is wrong with the message.
fn sender_of(message: &Fields<'_>) -> Option<String> {
    Some(message.get("from")?.number_text(&mut Problems::default())?.into_owned())
}

fn read_message(mut fields: Fields<'_>, sender: Option<&Contact<'_>>, context: Context, found: &mut Found<'_>) {
    let mut problems = Problems::default();
    let kind = fields.take("type", &mut problems).and_then(|value| value.text(None, &mut problems));
    match kind.as_deref() {
        Some("order") => found.put(read_cart(fields, sender, problems)),
        Some("text") => {
            let body = fields
                .take("text", &mut problems)
                .and_then(|text| text.object(&mut problems))
                .and_then(|mut text| text.take("body", &mut problems))
                .and_then(|body| Some((body.whole_text(&mut problems)?, body.place)));
            match body {
                Some((body, place)) if is_order_message(&body) => {
                    let id = read_id(&mut fields, &mut problems);
                    let sent_at = read_timestamp(&mut fields, &mut problems);
                    let source = Source { kind: SourceKind::WhatsappText, message_id: id };
                    let reading = Reading { sent_at, zone: context.zone, first_line: 1 };
                    found.take_text(&body, &place.to_string(), reading, &source, problems);
                }
                _ => found.skip_unless(problems),
            }
        }
        Some("interactive") => {
            let mut interactive = fields.take("interactive", &mut problems).and_then(|v| v.object(&mut problems));
            let kind =
                interactive.as_mut().and_then(|fields| fields.take("type", &mut problems)?.text(None, &mut problems));
            if kind.as_deref() == Some("order_details") {
                problems.add(fields.place(), "is an order_details that the shop sent, not an order");
            }
            found.skip_unless(problems);
        }
        _ => found.skip_unless(problems),
    }
}

fn read_id(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<String> {
    fields.has("id").then(|| fields.require_text("id", 500, problems)).flatten()
}

/// Reads a time in seconds since 1970, or in milliseconds where it is that large; a number or a numeric string.
pub fn read_timestamp(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Timestamp> {
    let value = fields.take("timestamp", problems)?;
    let text = value.number_text(problems)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let number = whole.parse::<i64>().ok().filter(|_| all_digits(whole) && all_digits(fraction));
    let millis = number.map(|number| if number >= 1_000_000_000_000 { number } else { number * 1000 });
    let time = millis.and_then(Timestamp::from_millis).filter(|time| time.utc().year() >= FIRST_YEAR);
    if time.is_none() {
        problems.add(&value.place, "must be a time in seconds since 1970");
    }
    time
}

/// Reads a message of type `order`: a cart of the catalogue.
fn read_cart(mut fields: Fields<'_>, sender: Option<&Contact<'_>>, mut problems: Problems) -> ReadOrder {
    let problems = &mut problems;
    let id = fields.require_text("id", 500, problems);
    let before = problems.len();
    let sent_at = read_timestamp(&mut fields, problems);
    if sent_at.is_none() && problems.len() == before {
        fields.require(&["timestamp"], problems);
    }
    let customer = read_sender(&mut fields, sender, problems);
    let mut products = Vec::new();
    let cart = fields.require(&["order"], problems).and_then(|value| value.object(problems));
    let cart = cart.and_then(|cart| read_items(cart, &mut products, problems));
    let source = Source { kind: SourceKind::WhatsappOrder, message_id: id.clone() };
    let reference = id.as_deref().zip(sent_at).map(|(id, sent_at)| reference_of(id, sent_at));
    let label = reference.as_ref().map(ToString::to_string).or(id);
    let order = (|| {
        let (cart, sent_at) = (cart?, sent_at?);
        Some(IncomingOrder {
            reference: Some(reference?),
            order_date: sent_at,
            customer: customer?,
            currency: cart.currency,
            note: cart.note,
            items: cart.items,
            total: cart.total,
            item_count: cart.item_count,
            warnings: Vec::new(),
            source: source.clone(),
        })
    })();
    let problems = std::mem::take(problems);
    ReadOrder {
        label,
        products,
        source,
        order: order.filter(|_| problems.is_empty()).ok_or_else(|| problems.into_vec()),
    }
}

/// Makes the reference of a cart from its message, the same every time.
fn reference_of(message_id: &str, sent_at: Timestamp) -> Reference {
    let hash = Sha256::digest(message_id.as_bytes());
    let seconds = Timestamp::from_millis(sent_at.millis() / 1000 * 1000).unwrap_or(sent_at);
    Reference::made(seconds, u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

fn read_sender(fields: &mut Fields<'_>, sender: Option<&Contact<'_>>, problems: &mut Problems) -> Option<Customer> {
    let value = fields.require(&["from"], problems)?;
    let from = value.number_text(problems)?;
    if from.is_empty() || from.len() > 19 || !from.bytes().all(|b| b.is_ascii_digit()) {
        problems.add(&value.place, "must be the digits of a phone");
        return None;
    }
    let phone = format!("+{from}");
    let name = sender.and_then(|sender| sender.name.clone()).unwrap_or_else(|| phone.clone());
    Some(Customer { name, phone, address: None })
}

struct Cart {
    items: Vec<IncomingItem>,
    total: Money,
    item_count: i64,
    currency: Option<String>,
    note: Option<String>,
}

fn read_items(mut order: Fields<'_>, products: &mut Vec<NamedProduct>, problems: &mut Problems) -> Option<Cart> {
    if !order.has("productItems") && (order.has("token") || order.has("id") || order.has("orderId")) {
        let place = order.place().clone();
        problems.add(&place, "carries only an id and a token: its items must be asked of WhatsApp, or sent as JSON");
        return None;
    }
    // A note that is longer than a note can be is cut, not a reason to lose the cart.
    let note = order.take("text", problems).and_then(|value| value.text(None, problems));
    let note = note.map(|note| note.chars().take(1000).collect());
    let list = order.require(&["productItems"], problems)?;
    let elements = list.array(ITEMS_LIMIT, "items", problems)?;
    if elements.is_empty() {
        problems.add(&list.place, "must have at least one item");
        return None;
    }
    let mut currency: Option<String> = None;
    let items: Vec<_> =
        elements.iter().map(|element| read_cart_item(element, &mut currency, products, problems)).collect();
    let items: Vec<IncomingItem> = items.into_iter().collect::<Option<_>>()?;
    let Some((total, item_count)) = sums(items.iter().map(|item| (item.subtotal, item.quantity))) else {
        problems.add(&list.place, format_args!("sum to more than {} or {QUANTITY_LIMIT} pieces", Money::LIMIT));
        return None;
    };
    Some(Cart { items, total, item_count, currency, note })
}

fn read_cart_item(
    element: &Value<'_>,
    currency: &mut Option<String>,
    products: &mut Vec<NamedProduct>,
    problems: &mut Problems,
) -> Option<IncomingItem> {
    let mut fields = element.object(problems)?;
    if fields.keys().any(|key| key.contains("1000")) {
        problems.add(&element.place, "has an amount in thousandths, as another program keeps it");
        return None;
    }
    let product = fields.require(&["productRetailerId"], problems).and_then(|value| {
        let key = value.number_text(problems)?.trim().to_owned();
        Some(NamedProduct { place: value.place.to_string(), key: ProductKey::BarcodeOrId(key) })
    });
    products.extend(product.clone());
    let quantity = fields
        .require(&["quantity"], problems)
        .and_then(|value| value.whole_number(1, i64::from(QUANTITY_LIMIT), problems))
        .and_then(|quantity| u32::try_from(quantity).ok());
    let unit_price = fields.require(&["itemPrice"], problems).and_then(|value| value.money(problems));
    if let Some(value) = fields.take("currency", problems)
        && let Some(code) = value.text(None, problems)
    {
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            problems.add(&value.place, "must be three capital letters, such as EGP");
        } else if currency.get_or_insert_with(|| code.clone()) != &code {
            let first = currency.as_deref().unwrap_or_default();
            problems.add(&value.place, format_args!("is {}, but another item is in {first}", shorten(&code)));
        }
    }
    let (quantity, unit_price) = (quantity?, unit_price?);
    let Some(subtotal) = unit_price.times(quantity) else {
        problems.add(&element.place, format_args!("{quantity} × {unit_price} is more than {}", Money::LIMIT));
        return None;
    };
    Some(IncomingItem {
        product: product?,
        name: None,
        barcode: None,
        image: None,
        quantity,
        unit_price,
        subtotal,
        size: None,
        color: None,
    })
}
