//! Carts and orders anywhere in a JSON text: the search before anything is skipped.
//!
//! [`super::strings`] does the same for order messages.

use std::borrow::Cow;

use memchr::{memchr, memchr3, memmem};

use super::strings::{NESTING_LIMIT, STRING_LIMIT, end_of_string, is_json_text};

/// What to say of the cart that WhatsApp gives to linked devices.
pub const ONLY_TOKEN: &str = "is an order message that carries only an id and a token, no items: fetch them from WhatsApp, or send the order as JSON";
/// Every spelling of a searched key contains one of these; so does a key with escapes.
const PARTS_OF_KEYS: [&str; 8] = ["tems", "TEMS", "rderM", "rder_m", "RDER_M", "oken", "OKEN", "\\u"];

/// An object that is an order by its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderSign {
    /// The address of the object, or of the string that holds it, to find its place.
    pub address: usize,
    /// Its kind.
    pub kind: SignKind,
}

/// What an object is, by its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignKind {
    /// A cart of the catalogue.
    Cart,
    /// A cart with only an id and a token.
    Token,
    /// An order as the web page posts it.
    Order,
    /// A text too long to be searched.
    LongText,
}

impl SignKind {
    /// Says what was found and what to do, if nothing read it.
    pub fn overlooked(self) -> &'static str {
        match self {
            SignKind::Cart => {
                "holds a cart in a place where carts are not read: import its message by itself, of type order, as {\"messages\":[…]}"
            }
            SignKind::Token => ONLY_TOKEN,
            SignKind::Order => "holds an order in a place where orders are not read: import it by itself",
            SignKind::LongText => "is too long to be searched for orders: import what it holds",
        }
    }
}

/// Passes on the objects of a JSON text that are orders by their keys, including those in JSON texts inside strings.
pub fn each_order_sign(json: &str, take: &mut dyn FnMut(OrderSign)) {
    search(json, None, 0, take);
}

/// Returns how many objects of a JSON text are orders by their keys.
pub fn count_order_signs(json: &str) -> usize {
    let mut count = 0;
    each_order_sign(json, &mut |_| count += 1);
    count
}

/// Returns whether a text may hold one of the searched keys. Few texts do, so this saves most searches.
fn may_hold(json: &str) -> bool {
    PARTS_OF_KEYS.iter().any(|part| memmem::find(json.as_bytes(), part.as_bytes()).is_some())
}

/// An object whose end was not reached yet.
struct Open {
    address: usize,
    keys: Keys,
    /// Whether an object in it is an order.
    holds_sign: bool,
}

/// Which of the searched keys an object has with a value.
#[derive(Default)]
struct Keys {
    product_items: bool,
    order_message: bool,
    order_id: bool,
    token: bool,
    items: bool,
    customer: bool,
}

impl Keys {
    fn note(&mut self, key: &str) {
        let has = match key.len() {
            // Every searched key is shorter.
            25.. => return,
            _ => key.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect::<String>(),
        };
        match has.as_str() {
            "productitems" => self.product_items = true,
            "ordermessage" => self.order_message = true,
            "orderid" => self.order_id = true,
            "token" => self.token = true,
            "items" => self.items = true,
            "orderreference" | "customername" | "customerphone" => self.customer = true,
            _ => {}
        }
    }

    fn kind(&self, holds_sign: bool) -> Option<SignKind> {
        if self.product_items {
            Some(SignKind::Cart)
        } else if (self.order_id && self.token) || (self.order_message && !holds_sign) {
            Some(SignKind::Token)
        } else {
            (self.items && self.customer).then_some(SignKind::Order)
        }
    }
}

/// Searches a JSON text, which is in the string at `outer` if given.
fn search(json: &str, outer: Option<usize>, depth: usize, take: &mut dyn FnMut(OrderSign)) {
    if !may_hold(json) {
        return;
    }
    let bytes = json.as_bytes();
    let (mut open, mut next) = (Vec::<Open>::new(), 0);
    while let Some(found) = bytes.get(next..).and_then(|rest| memchr3(b'{', b'}', b'"', rest)) {
        let at = next + found;
        next = at + 1;
        match bytes[at] {
            b'{' => open.push(Open { address: json.as_ptr().addr() + at, keys: Keys::default(), holds_sign: false }),
            b'}' => {
                let Some(Open { address, keys, holds_sign }) = open.pop() else { return };
                let kind = keys.kind(holds_sign);
                if let Some(kind) = kind {
                    take(OrderSign { address: outer.unwrap_or(address), kind });
                }
                if let Some(around) = open.last_mut() {
                    around.holds_sign |= kind.is_some() || holds_sign;
                }
            }
            _ => {
                let Some(end) = end_of_string(bytes, at) else { return };
                next = end;
                let string = &json[at..end];
                match value_after(&bytes[end..]) {
                    Some(value) => {
                        if let Some(object) = open.last_mut().filter(|_| !is_nothing(value)) {
                            object.keys.note(&unquoted(string));
                        }
                    }
                    None if depth < NESTING_LIMIT && memchr(b'{', string.as_bytes()).is_some() && may_hold(string) => {
                        let address = outer.unwrap_or(string.as_ptr().addr());
                        if string.len() > STRING_LIMIT {
                            take(OrderSign { address, kind: SignKind::LongText });
                            continue;
                        }
                        let text = unquoted(string);
                        if is_json_text(&text) {
                            search(&text, Some(address), depth + 1, take);
                        }
                    }
                    None => {}
                }
            }
        }
    }
}

/// Returns what follows a key and its colon; `None` after a string that is no key.
fn value_after(rest: &[u8]) -> Option<&[u8]> {
    rest.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start)
}

/// Returns whether a value is `null` or empty.
fn is_nothing(value: &[u8]) -> bool {
    let is_empty = |open: u8, close: u8| {
        value.strip_prefix(&[open]).is_some_and(|rest| rest.trim_ascii_start().starts_with(&[close]))
    };
    value.starts_with(b"null") || value.starts_with(b"\"\"") || is_empty(b'[', b']') || is_empty(b'{', b'}')
}

/// Returns the text of a JSON string; an empty one if it is invalid.
fn unquoted(string: &str) -> Cow<'_, str> {
    match memchr(b'\\', string.as_bytes()) {
        None => Cow::Borrowed(&string[1..string.len() - 1]),
        Some(_) => serde_json::from_str::<String>(string).unwrap_or_default().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn carts_and_orders_are_found_anywhere() {
        let cart = json!({"catalog_id": "7", "product_items": [{"quantity": 1}]});
        let inner = json!({"a": [cart]}).to_string();
        for (json, expected) in [
            (json!({"a": {"b": [1, cart]}}), vec![SignKind::Cart]),
            (json!([{"productItems": [1]}, cart]), vec![SignKind::Cart; 2]),
            (json!({"a": inner}), vec![SignKind::Cart]),
            (json!({"a": json!({"b": inner}).to_string()}), vec![SignKind::Cart]),
            (json!({"message": {"orderMessage": {"itemCount": 2}}}), vec![SignKind::Token]),
            (json!({"message": {"orderMessage": {"orderId": "1", "token": "t"}}}), vec![SignKind::Token]),
            (json!({"a": format!("{{\"items\":\"{}\"}}", "x".repeat(STRING_LIMIT))}), vec![SignKind::LongText]),
            (json!({"_data": {"type": "order", "orderId": "1", "token": "t"}}), vec![SignKind::Token]),
            (json!({"order_id": 1, "token": "t"}), vec![SignKind::Token]),
            (json!({"items": [1], "customer_phone": "1"}), vec![SignKind::Order]),
            // Similar keys, or keys without a value.
            (json!({"productItems": null, "orderMessage": {}, "orderId": "", "token": "t"}), vec![]),
            (json!({"product_items": []}), vec![]),
            (json!({"token": "t", "a": {"orderId": "1"}}), vec![]),
            (json!({"items": [{"customerPhone": "1"}]}), vec![]),
            (json!({"text": "product_items and orderMessage"}), vec![]),
            (json!(["product_items", "{\"product_items\""]), vec![]),
        ] {
            let json = json.to_string();
            let mut found = Vec::new();
            each_order_sign(&json, &mut |sign| found.push(sign.kind));
            assert_eq!(found, expected, "{json}");
        }
        // Texts in texts are searched to a limit, and none that is longer than any message.
        let nested = |depth: usize| (0..depth).fold(json!([cart]), |inner, _| json!([inner.to_string()])).to_string();
        assert_eq!([NESTING_LIMIT, NESTING_LIMIT + 1].map(|depth| count_order_signs(&nested(depth))), [1, 0]);
        let long = |length: usize| format!("[\"{{ items{}\"]", "x".repeat(length - "\"{ items\"".len()));
        assert_eq!([STRING_LIMIT, STRING_LIMIT + 1].map(|length| count_order_signs(&long(length))), [0, 1]);
        // A key as another program may spell it.
        assert_eq!(count_order_signs(r#"{"\u0070roduct_items" : [1]}"#), 1);
        assert_eq!(count_order_signs(r#"{"PRODUCT_ITEMS":[1]}"#), 1);
    }

    proptest! {
        #[test]
        fn no_text_causes_a_panic(text in "([\"\\\\{}:\\[]|product_items|\\\\u0070|token|null|.){0,40}") {
            let _ = count_order_signs(&text);
        }
    }
}
