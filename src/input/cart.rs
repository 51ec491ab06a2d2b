//! Carts of WhatsApp's catalogue, as the Cloud API sends them.

use sha2::{Digest, Sha256};

use super::conversation::{Contact, Conversation};
use super::json::Value;
use super::json_fields::Fields;
use super::parsed_order::ParsedOrder;
use super::timestamp::read_timestamp;
use crate::domain::incoming::{IncomingItem, IncomingOrder, Source, SourceKind};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::{Customer, ITEMS_LIMIT, QUANTITY_LIMIT, sums};
use crate::domain::problems::Problems;
use crate::domain::product::{NamedProduct, ProductKey};
use crate::domain::reference::Reference;
use crate::domain::terms::Terms;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;

/// Reads a message of type `order`: a cart of the catalogue.
pub fn read_cart(mut fields: Fields<'_>, conversation: &Conversation<'_>, mut problems: Problems) -> ParsedOrder {
    let problems = &mut problems;
    let id = fields.require_text("id", limits::MESSAGE_ID, problems);
    let before = problems.len();
    let sent_at = read_timestamp(&mut fields, "timestamp", problems);
    if sent_at.is_none() && problems.len() == before {
        fields.require(&["timestamp"], problems);
    }
    let customer = read_sender(&mut fields, conversation, problems);
    let mut products = Vec::new();
    let cart = fields.require(&["order"], problems).and_then(|value| value.object(problems));
    let cart = cart.and_then(|cart| read_items(cart, &mut products, problems));
    let source = Source { kind: SourceKind::WhatsappOrder, message_id: id.clone() };
    let references = id.as_deref().zip(sent_at).map(|(id, sent_at)| references_of(id, sent_at));
    let (reference, longer_reference) = references.unzip();
    let label = reference.as_ref().map(ToString::to_string).or(id);
    let order = (|| {
        let (cart, sent_at) = (cart?, sent_at?);
        Some(IncomingOrder {
            reference: Some(reference?),
            longer_reference,
            order_date: sent_at,
            customer: customer?,
            currency: cart.currency,
            note: cart.note,
            items: cart.items,
            total: cart.total,
            item_count: cart.item_count,
            terms: Terms::default(),
            warnings: Vec::new(),
            source: source.clone(),
        })
    })();
    let problems = std::mem::take(problems);
    ParsedOrder {
        label,
        products,
        source,
        revision: None,
        order: order.filter(|_| problems.is_empty()).ok_or(problems),
    }
}

/// Derives a cart's reference from its message, always the same one, and a longer one for when another message's order has
/// the first.
fn references_of(message_id: &str, sent_at: Timestamp) -> (Reference, Reference) {
    let hash = Sha256::digest(message_id.as_bytes());
    let seconds = Timestamp::from_millis(sent_at.millis() / 1000 * 1000).unwrap_or(sent_at);
    let random = hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    let short = Reference::made(seconds, u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]));
    (short, Reference::made_longer(seconds, random))
}

fn read_sender(fields: &mut Fields<'_>, conversation: &Conversation<'_>, problems: &mut Problems) -> Option<Customer> {
    let user_id = fields.take("fromUserId", problems).and_then(|value| value.text(None, problems));
    let from = fields.take("from", problems);
    let number = from.as_ref().map(|value| value.number_text(problems).ok_or(())).transpose().ok()?;
    let contact = conversation.contact([number.as_deref(), user_id.as_deref()]);
    let is_phone = |text: &str| (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let Some(number) = number.as_deref().filter(|number| is_phone(number)) else {
        let hidden = contact.map(Contact::to_string).filter(|who| !who.is_empty()).or(user_id);
        match (from, hidden) {
            (Some(value), None) => problems.add(&value.place, "must be the digits of a phone"),
            (_, Some(who)) => {
                let place = fields.place_of_key("from");
                problems.add(place, format_args!("{} hides the phone: ask for it, put it in from", shorten(&who)));
            }
            (None, None) => drop(fields.require(&["from"], problems)),
        }
        return None;
    };
    let phone = format!("+{number}");
    let name = contact.and_then(|contact| contact.name.clone()).unwrap_or_else(|| phone.clone());
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
    // Cut an overlong note: it is no reason to lose the cart.
    let note = order.take("text", problems).and_then(|value| value.text(None, problems));
    let note = note.map(|note| note.chars().take(limits::NOTE).collect());
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
    let quantity = fields.require(&["quantity"], problems).and_then(|value| value.quantity(problems));
    let unit_price = fields.require(&["itemPrice"], problems).and_then(|value| value.money(problems));
    if let Some(value) = fields.take("currency", problems)
        && let Some(code) = value.currency(problems)
    {
        let first = currency.get_or_insert_with(|| code.clone());
        if *first != code {
            problems.add(&value.place, format_args!("is {code}, but another item is in {first}"));
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
        is_price_agreed: false,
        subtotal,
        size: None,
        color: None,
    })
}
