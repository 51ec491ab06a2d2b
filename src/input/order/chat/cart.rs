//! Carts of WhatsApp's catalogue, as the Cloud API sends them.

use sha2::{Digest, Sha256};

use super::conversation::{Contact, Conversation};
use super::timestamp::read_timestamp;
use crate::domain::incoming::{IncomingItem, IncomingOrder, Source, SourceKind, sums_of};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::{Customer, ITEMS_LIMIT, subtotal_of};
use crate::domain::problems::Problems;
use crate::domain::product_name::{NamedProduct, ProductKey};
use crate::domain::reference::Reference;
use crate::domain::terms::Terms;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::input::json::fields::Fields;
use crate::input::json::value::Value;
use crate::input::parsed_order::ParsedOrder;

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
    ParsedOrder { label, products, source, revision: None, order: std::mem::take(problems).refuse_or(order) }
}

/// Derives a cart's reference from its message, always the same one, and a longer one in case the order of another message
/// has the first.
fn references_of(message_id: &str, sent_at: Timestamp) -> (Reference, Reference) {
    let hash = Sha256::digest(message_id.as_bytes());
    let seconds = Timestamp::from_millis(sent_at.millis() / 1000 * 1000).unwrap_or(sent_at);
    let random = hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    let short = Reference::made(Reference::PREFIX, seconds, u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]));
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
                problems
                    .add(place, format_args!("{} hides the phone: ask for it, and put it into from", shorten(&who)));
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
        problems.add(
            &place,
            "carries only an id and a token, no items: fetch them from WhatsApp, or send the order as JSON",
        );
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
    let (total, item_count) = sums_of(&items).map_err(|problem| problems.add(&list.place, problem)).ok()?;
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
        problems.add(&element.place, "has an amount in thousandths: send amounts with two decimals");
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
    let subtotal = subtotal_of(quantity, unit_price).map_err(|problem| problems.add(&element.place, problem)).ok()?;
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::input::samples::{SENT, belt, cart, outcomes, outcomes_of_text, read_one, with};

    /// A cart whose content has these values under these keys.
    fn cart_with<const N: usize>(changes: [(&str, Value); N]) -> Value {
        let mut cart = cart();
        for (key, value) in changes {
            cart["order"][key] = value;
        }
        json!({"messages": [cart]})
    }

    fn cart_of(items: Value) -> Value {
        cart_with([("product_items", items)])
    }

    fn problems(record: &Value) -> Vec<String> {
        read_one(record).order.expect_err("it is refused").into_first()
    }

    #[test]
    fn a_cart_is_an_order_of_its_sender_at_its_time() {
        let shoes = json!({"product_retailer_id": "SHOE-1", "quantity": "3", "item_price": "64.00"});
        let read = read_one(&cart_with([("product_items", json!([belt(), shoes])), ("text", json!("after 6 pm"))]));
        let order = read.order.unwrap();
        assert_eq!((order.order_date.millis(), order.customer.phone.as_str()), (SENT * 1000, "+201055556666"));
        assert_eq!(order.customer.name, "+201055556666", "without a profile, the phone is the name");
        assert_eq!((order.total.hundredths(), order.item_count), (21_075, 4));
        assert_eq!((order.currency.as_deref(), order.note.as_deref()), (Some("EGP"), Some("after 6 pm")));
        let items: Vec<_> = order
            .items
            .iter()
            .map(|item| (&item.product.key, item.quantity, item.unit_price.hundredths(), item.subtotal.hundredths()))
            .collect();
        let key = |key: &str| ProductKey::BarcodeOrId(key.to_owned());
        assert_eq!(items, [(&key("BLT-01"), 1, 1875, 1875), (&key("SHOE-1"), 3, 6400, 19_200)]);
        assert_eq!(read.products, order.items.iter().map(|item| item.product.clone()).collect::<Vec<_>>());
        assert_eq!(order.items[1].product.place, "messages[0].order.product_items[1].product_retailer_id");
    }

    /// The reference is known to the shop's people and in exports: the same message must always get the same one.
    #[test]
    fn a_message_always_gets_the_same_reference() {
        let sent_at = |millis| Timestamp::from_millis(millis).unwrap();
        let (short, longer) = references_of("wamid.C", sent_at(SENT * 1000 + 417));
        assert_eq!((short.as_str(), longer.as_str()), ("LEG-MLHSLKOW-ZOZH", "LEG-MLHSLKOW-YLW3AUXY"));
        assert_eq!(references_of("wamid.C", sent_at(SENT * 1000)), (short, longer));
        let order = read_one(&cart_of(json!([belt()])));
        assert_eq!(order.label.as_deref(), Some("LEG-MLHSLKOW-ZOZH"));
    }

    #[test]
    fn a_cart_without_its_time_or_content_is_refused() {
        for (key, value, expected) in [
            ("timestamp", json!(null), "wamid.C: messages[0].timestamp: is required"),
            ("timestamp", json!("soon"), "wamid.C: messages[0].timestamp: must be a time in seconds since 1970"),
            ("timestamp", json!({"low": 1_770_800_000}), "wamid.C: messages[0].timestamp.high: is required"),
            ("id", json!(null), "no order: messages[0].id: is required"),
            ("id", json!(" "), "no order: messages[0].id: must not be blank"),
        ] {
            assert_eq!(outcomes(&json!({"messages": [with(cart(), key, value)]})), [expected]);
        }
        // A value that is given twice and bad is named once for each.
        let twice = json!({"messages": [cart()]}).to_string().replace("\"type\"", "\"timestamp\":\"soon\",\"type\"");
        let twice = twice.replace(&format!("\"{SENT}\""), "\"soon\"");
        let bad = "messages[0].timestamp: must be a time in seconds since 1970";
        let expected = format!("wamid.C: messages[0].timestamp: is given twice; {bad}");
        assert_eq!(outcomes_of_text(&twice), [expected]);
        for (order, expected) in [
            (json!(null), "order: is required"),
            (json!([]), "order: must be an object, is an array"),
            (json!({}), "order.productItems: is required"),
            (json!({"product_items": 1}), "order.product_items: must be an array, is a number"),
            (json!({"product_items": []}), "order.product_items: must have at least one item"),
        ] {
            assert_eq!(
                problems(&json!({"messages": [with(cart(), "order", order)]})),
                [format!("messages[0].{expected}")]
            );
        }
    }

    #[test]
    fn a_cart_of_a_linked_device_has_only_an_id_and_a_token() {
        let problem = "carries only an id and a token, no items: fetch them from WhatsApp, or send the order as JSON";
        for key in ["token", "id", "order_id"] {
            let message = with(cart(), "order", json!({key: "7"}));
            assert_eq!(problems(&json!({"messages": [message]})), [format!("messages[0].order: {problem}")], "{key}");
            // With its items it is whole.
            assert!(read_one(&cart_with([(key, json!("7"))])).order.is_ok(), "{key}");
        }
    }

    #[test]
    fn each_bad_value_of_an_item_is_named() {
        let items = "messages[0].order.product_items";
        for (item, expected) in [
            (json!(5), "[0]: must be an object, is a number"),
            (with(belt(), "product_retailer_id", json!(null)), "[0].product_retailer_id: is required"),
            (with(belt(), "quantity", 0), "[0].quantity: must be at least 1"),
            (with(belt(), "item_price", "x"), "[0].item_price: must be a number such as 29.99"),
            (with(belt(), "currency", "egp"), "[0].currency: must be three capital letters, such as EGP"),
            (with(belt(), "currency", "EGPS"), "[0].currency: must be three capital letters, such as EGP"),
            (
                with(with(belt(), "quantity", 2_147_483_647), "item_price", 99_999_999),
                "[0]: 2147483647 × 99999999.00 is more than 99999999.99",
            ),
            (with(belt(), "price1000", 18750), "[0]: has an amount in thousandths: send amounts with two decimals"),
        ] {
            assert_eq!(problems(&cart_of(json!([item])))[0], format!("{items}{expected}"), "{item}");
        }
        let dear = with(belt(), "item_price", 60_000_000);
        let sum = format!("{items}: sum to more than 99999999.99 or 2147483647 pieces");
        assert_eq!(problems(&cart_of(json!([dear, dear]))), [sum]);
        let two = json!([belt(), with(belt(), "currency", "USD")]);
        assert_eq!(problems(&cart_of(two)), [format!("{items}[1].currency: is USD, but another item is in EGP")]);
    }

    #[test]
    fn a_long_note_is_cut_and_costs_no_cart() {
        let order = read_one(&cart_with([("text", json!("م".repeat(limits::NOTE + 1)))])).order.unwrap();
        assert_eq!(order.note, Some("م".repeat(limits::NOTE)));
    }

    #[test]
    fn a_sender_has_a_phone_or_is_named() {
        let from = |from: Value, contacts: Value| json!({"contacts": contacts, "messages": [with(with(cart(), "from", from), "from_user_id", "EG.1")]});
        let tarek = json!({"profile": {"name": "Tarek", "username": "tarek.eg"}, "user_id": "EG.1"});
        for (number, phone) in
            [(json!("1"), "+1"), (json!("1234567890123456789"), "+1234567890123456789"), (json!(2010), "+2010")]
        {
            let order = read_one(&from(number, json!([tarek]))).order.unwrap();
            assert_eq!((order.customer.phone.as_str(), order.customer.name.as_str()), (phone, "Tarek"));
        }
        let hides = |who: &str| format!("messages[0].from: {who} hides the phone: ask for it, and put it into from");
        for (number, contacts, expected) in [
            (json!(null), json!([tarek]), hides("Tarek (@tarek.eg)")),
            (json!(""), json!([tarek]), hides("Tarek (@tarek.eg)")),
            (json!("EG.1"), json!([tarek]), hides("Tarek (@tarek.eg)")),
            (json!("+2010"), json!([tarek]), hides("Tarek (@tarek.eg)")),
            (json!("12345678901234567890"), json!([tarek]), hides("Tarek (@tarek.eg)")),
            (json!(null), json!([]), hides("EG.1")),
            (json!(null), json!([{"user_id": "EG.1"}]), hides("EG.1")),
            (json!([]), json!([tarek]), "messages[0].from: must be a number, is an array".to_owned()),
        ] {
            assert_eq!(problems(&from(number, contacts)), [expected]);
        }
        let nobody = |from: Value| problems(&json!({"messages": [with(cart(), "from", from)]}));
        assert_eq!(nobody(json!("x")), ["messages[0].from: must be the digits of a phone"]);
        assert_eq!(nobody(json!(null)), ["messages[0].from: is required"]);
    }
}
