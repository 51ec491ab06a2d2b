//! WhatsApp Cloud API webhooks: carts of the catalogue, and texts that carry an order message.

use chrono::Datelike;
use sha2::{Digest, Sha256};

use super::json::{Fields, Problems, Value};
use super::order_date::FIRST_YEAR;
use super::order_lines::is_order_message;
use super::order_message::Reading;
use super::order_record::{Context, Found, ReadOrder};
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
pub fn read_webhook(mut fields: Fields<'_>, context: Context, found: &mut Found) {
    let mut problems = Problems::default();
    if let Some(object) = fields.take("object", &mut problems).and_then(|value| value.text(None, &mut problems))
        && object != "whatsapp_business_account"
    {
        let problem = format!("is a webhook of {}, not of WhatsApp", shorten(&object));
        found.orders.push(ReadOrder::refused(vec![problem]));
        return;
    }
    for entry in array(&mut fields, "entry", &mut problems) {
        let Some(mut entry) = entry.object(&mut problems) else { continue };
        for change in array(&mut entry, "changes", &mut problems) {
            if let Some(mut change) = change.object(&mut problems) {
                read_change(&mut change, context, found, &mut problems);
            }
        }
    }
    if fields.has("value") {
        read_change(&mut fields, context, found, &mut problems);
    }
    read_value(&mut fields, context, found, &mut problems);
    if !problems.is_empty() {
        found.orders.push(ReadOrder::refused(problems.into_vec()));
    }
}

fn array<'a>(fields: &mut Fields<'a>, name: &str, problems: &mut Problems) -> Vec<Value<'a>> {
    fields.take(name, problems).and_then(|value| value.array(problems)).unwrap_or_default()
}

fn read_change(change: &mut Fields<'_>, context: Context, found: &mut Found, problems: &mut Problems) {
    let field = change.take("field", problems).and_then(|value| value.text(None, problems));
    let value = change.take("value", problems).and_then(|value| value.object(problems));
    let Some(mut value) = value else { return };
    if field.is_some_and(|field| field != "messages") {
        // The account's own affairs, and echoes of what the shop itself wrote.
        found.skipped += array(&mut value, "messages", problems).len().max(1) as u64;
        return;
    }
    read_value(&mut value, context, found, problems);
}

/// Reads `{contacts, messages, statuses}`.
fn read_value(fields: &mut Fields<'_>, context: Context, found: &mut Found, problems: &mut Problems) {
    found.skipped += array(fields, "statuses", problems).len() as u64;
    let contacts = fields.take("contacts", problems);
    let names = contacts.as_ref().map(|contacts| contact_names(contacts, problems)).unwrap_or_default();
    for message in array(fields, "messages", problems) {
        let before = found.orders.len();
        read_message(&message, &names, context, found);
        // Each message that cannot be taken is kept by itself, with the names of its sender.
        let contacts = contacts.as_ref().map_or("[]", Value::raw);
        for order in &mut found.orders[before..] {
            order.reject = Some(format!(r#"{{"contacts":{contacts},"messages":[{}]}}"#, message.raw()));
        }
    }
}

/// Reads who the senders are: WhatsApp id and name.
fn contact_names(contacts: &Value<'_>, problems: &mut Problems) -> Vec<(String, String)> {
    let contacts = contacts.array(problems).unwrap_or_default();
    contacts
        .iter()
        .filter_map(|contact| {
            let mut ignored = Problems::default();
            let mut fields = contact.object(problems)?;
            let id = fields.take("waId", &mut ignored)?.number_text(&mut ignored)?.into_owned();
            let mut profile = fields.take("profile", &mut ignored)?.object(&mut ignored)?;
            let name = profile.take("name", &mut ignored)?.text(None, &mut ignored)?;
            let name = name.trim_matches(is_edge);
            (!name.is_empty()).then(|| (id, name.to_owned()))
        })
        .collect()
}

fn read_message(message: &Value<'_>, names: &[(String, String)], context: Context, found: &mut Found) {
    let mut problems = Problems::default();
    let Some(mut fields) = message.object(&mut problems) else {
        found.orders.push(ReadOrder::refused(problems.into_vec()));
        return;
    };
    let kind = fields.take("type", &mut problems).and_then(|value| value.text(None, &mut problems));
    match kind.as_deref() {
        Some("order") => found.orders.push(read_cart(fields, names, problems)),
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
                problems.add(&message.place, "is an order_details that the shop sent, not an order");
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
fn read_cart(mut fields: Fields<'_>, names: &[(String, String)], mut problems: Problems) -> ReadOrder {
    let problems = &mut problems;
    let id = fields.require_text("id", 500, problems);
    let before = problems.len();
    let sent_at = read_timestamp(&mut fields, problems);
    if sent_at.is_none() && problems.len() == before {
        fields.require(&["timestamp"], problems);
    }
    let customer = read_sender(&mut fields, names, problems);
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
        reject: None,
    }
}

/// Makes the reference of a cart from its message, the same every time.
fn reference_of(message_id: &str, sent_at: Timestamp) -> Reference {
    let hash = Sha256::digest(message_id.as_bytes());
    let seconds = Timestamp::from_millis(sent_at.millis() / 1000 * 1000).unwrap_or(sent_at);
    Reference::made(seconds, u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

fn read_sender(fields: &mut Fields<'_>, names: &[(String, String)], problems: &mut Problems) -> Option<Customer> {
    let value = fields.require(&["from"], problems)?;
    let from = value.number_text(problems)?;
    if from.is_empty() || from.len() > 19 || !from.bytes().all(|b| b.is_ascii_digit()) {
        problems.add(&value.place, "must be the digits of a phone");
        return None;
    }
    let phone = format!("+{from}");
    let name = names.iter().find(|(id, _)| *id == from).map_or(phone.as_str(), |(_, name)| name);
    // WhatsApp's own names are short; what is longer is cut, not lost.
    let name = name.chars().take(255).collect();
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
    let elements = list.array(problems)?;
    if elements.is_empty() || elements.len() > ITEMS_LIMIT {
        problems.add(&list.place, format_args!("must have 1 to {ITEMS_LIMIT} items, has {}", elements.len()));
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
