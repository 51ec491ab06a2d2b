//! Limits for every format: how long the texts of orders and products may be, in characters, and how many sizes and
//! pictures a product may have.
//!
//! Only incoming texts are checked: files of earlier versions may hold longer ones.

/// The name of a customer or product.
pub const NAME: usize = 255;
/// A phone as typed.
pub const PHONE: usize = 20;
/// An address.
pub const ADDRESS: usize = 2000;
/// A barcode (SKU).
pub const BARCODE: usize = 100;
/// The URL or path of a picture.
pub const IMAGE: usize = 2048;
/// How many pictures a product has.
pub const IMAGES: usize = 100;
/// A size or color.
pub const CHOICE: usize = 50;
/// How many sizes a product has.
pub const SIZES: usize = 1000;
/// A note.
pub const NOTE: usize = 1000;
/// The receipt of a payment.
pub const RECEIPT: usize = 100;
/// The reference of a delivery.
pub const DELIVERY: usize = 100;
/// WhatsApp's id of a message.
pub const MESSAGE_ID: usize = 500;
/// A courier.
pub const COURIER: usize = 50;
/// A courier's number of an order.
pub const TRACKING: usize = 100;
/// The shop's name.
pub const SHOP_NAME: usize = 100;
/// The shop's own words for a message.
pub const WORDS: usize = 2000;
/// What the references of typed orders begin with.
pub const REFERENCE_PREFIX: usize = 20;

/// Returns the problem of a text that has too many characters.
pub fn excess(text: &str, longest: usize) -> Option<String> {
    // No text has more characters than bytes.
    if text.len() <= longest {
        return None;
    }
    let length = text.chars().count();
    (length > longest).then(|| format!("must have at most {longest} characters, has {length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        for (text, problem) in [
            ("", None),
            ("abc", None),
            ("ممم", None),
            ("abcd", Some("must have at most 3 characters, has 4")),
            ("مممم", Some("must have at most 3 characters, has 4")),
        ] {
            assert_eq!(excess(text, 3).as_deref(), problem, "{text}");
        }
    }
}
