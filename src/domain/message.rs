//! What the shop writes to a customer.

use std::fmt::Write as _;

use super::bidi::sent;
use super::confirm::Obstacle;
use super::order::{Order, OrderItem};
use super::settings::Settings;
use super::status::Status;
use super::text::phone_digits;

/// The occasions on which the shop writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// The order came in.
    Received,
    /// It is paid and confirmed.
    Confirmed,
    /// It left the shop.
    Shipped,
    /// The customer has it.
    Delivered,
    /// Nothing comes of it.
    Cancelled,
    /// There is less in stock than was ordered.
    Shortage,
}

impl Template {
    /// All of them, in the order of an order's life.
    pub const ALL: [Template; 6] = [
        Template::Received,
        Template::Confirmed,
        Template::Shipped,
        Template::Delivered,
        Template::Cancelled,
        Template::Shortage,
    ];

    /// Returns the word for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Template::Received => "received",
            Template::Confirmed => "confirmed",
            Template::Shipped => "shipped",
            Template::Delivered => "delivered",
            Template::Cancelled => "cancelled",
            Template::Shortage => "shortage",
        }
    }

    /// Returns the one that is true of an order as it is.
    pub fn fitting(status: Status) -> Template {
        match status {
            Status::Pending => Template::Received,
            Status::Confirmed | Status::Processing => Template::Confirmed,
            Status::Shipped => Template::Shipped,
            Status::Delivered => Template::Delivered,
            Status::Cancelled => Template::Cancelled,
        }
    }
}

/// Composes the text. `obstacles` are the reasons against confirming it, for [`Template::Shortage`].
pub fn compose(template: Template, order: &Order, settings: &Settings, obstacles: &[Obstacle]) -> String {
    let summary = &order.summary;
    let shop = settings.shop_name.as_deref().map(|name| format!(" at {}", sent(name))).unwrap_or_default();
    let (name, reference) = (one_line(&summary.customer.name), &summary.reference);
    match template {
        Template::Received => format!(
            "Hello {name},\n\nthank you for your order {reference}{shop}.\n\n{}\n\nWe confirm it as soon as your payment \
             is verified.",
            items(order, settings)
        ),
        Template::Confirmed => format!(
            "*ORDER CONFIRMATION*\n*Order Reference:* {reference}\n\nHello {name},\n\nyour payment has arrived and your \
             order{shop} is confirmed.\n\n{}\n\nWe write again when it is on its way.",
            items(order, settings)
        ),
        Template::Shipped => format!(
            "Hello {name},\n\nyour order {reference}{shop} is on its way.\n\n{}\n\nThank you!",
            items(order, settings)
        ),
        Template::Delivered => format!(
            "Hello {name},\n\nyour order {reference}{shop} has been delivered.\n\n{}\n\nThank you!",
            items(order, settings)
        ),
        Template::Cancelled => format!(
            "Hello {name},\n\nyour order {reference}{shop} has been cancelled.\n\nIf you did not expect this, please \
             write to us."
        ),
        Template::Shortage => {
            let short: Vec<String> = obstacles.iter().filter_map(Obstacle::for_customer).collect();
            format!(
                "Hello {name},\n\nwe are sorry: of your order {reference}{shop} we cannot send everything.\n\n{}\n\nWould \
                 you like something else in its place?",
                short.join("\n")
            )
        }
    }
}

/// What a guest typed, on one line: a text of several could pass for another message.
fn one_line(text: &str) -> String {
    sent(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// The items and the total, as a customer reads them.
fn items(order: &Order, settings: &Settings) -> String {
    let mut text = String::new();
    for item in &order.items {
        let _ = writeln!(text, "{} × {}: {}", item.quantity, described(item), item.subtotal);
    }
    let currency = order.summary.currency.as_ref().or(settings.currency.as_ref());
    let _ = write!(text, "Total: {}", order.summary.total);
    if let Some(currency) = currency {
        let _ = write!(text, " {currency}");
    }
    text
}

fn described(item: &OrderItem) -> String {
    let choices: Vec<String> =
        [&item.selected_size, &item.selected_color].into_iter().flatten().map(|choice| one_line(choice)).collect();
    let name = one_line(&item.product_name);
    if choices.is_empty() { name } else { format!("{name} ({})", choices.join(", ")) }
}

/// Returns the digits of a phone with its country code, as WhatsApp takes them; `None` for a local number where the
/// country is not known, and where there are no digits.
pub fn international_digits(phone: &str, country_code: Option<&str>) -> Option<String> {
    // `+20 (0)10 …`: the zero is for calls within the country.
    let digits = phone_digits(&phone.replace("(0)", ""));
    let before_digits = phone.split(char::is_numeric).next().unwrap_or_default();
    if before_digits.contains(['+', '＋']) {
        return Some(digits).filter(|digits| is_callable(digits));
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return Some(rest.to_owned()).filter(|digits| is_callable(digits));
    }
    if !is_callable(&digits) {
        return None;
    }
    let code = country_code?;
    if let Some(local) = digits.strip_prefix('0') {
        return Some(format!("{code}{local}"));
    }
    // Long enough to have the country code already, as people copy it from WhatsApp.
    let has_code = digits.starts_with(code) && digits.len() >= 11;
    Some(if has_code { digits } else { format!("{code}{digits}") })
}

/// Tells whether digits can be a phone number with its country code.
fn is_callable(digits: &str) -> bool {
    digits.len() >= 7 && digits.bytes().any(|b| b != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::confirm::decide;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, order};

    #[test]
    fn a_phone_gets_its_country_code_where_it_has_none() {
        for (phone, code, expected) in [
            ("+20 101 234 5678", None, Some("201012345678")),
            ("0020 101 234 5678", None, Some("201012345678")),
            ("0101 234 5678", Some("20"), Some("201012345678")),
            ("101 234 5678", Some("20"), Some("201012345678")),
            ("201012345678", Some("20"), Some("201012345678")),
            ("٠١٠١٢٣٤٥٦٧٨", Some("20"), Some("201012345678")),
            ("0101 234 5678", None, None),
            ("+20 (0)101 234 5678", None, Some("201012345678")),
            ("tel:+20 101 234 5678", None, Some("201012345678")),
            ("000", Some("20"), None),
            ("+0", None, None),
            ("call me", Some("20"), None),
        ] {
            assert_eq!(international_digits(phone, code).as_deref(), expected, "{phone}");
        }
    }

    #[test]
    fn each_occasion_has_its_text() {
        let shirt = product("Shirt", &[("S", 1)]);
        let catalogue = [shirt.clone()].into_iter().collect();
        let order = order(&incoming(&[(&shirt, 2, Some("S"))]), &catalogue, 1, Status::Pending);
        let settings =
            Settings { shop_name: Some("LEGO Mens Wear".into()), currency: Some("EGP".into()), ..Settings::default() };
        let obstacles = decide(std::slice::from_ref(&order), &catalogue, true).unwrap_err();
        let text = |template| compose(template, &order, &settings, &obstacles);
        assert_eq!(
            text(Template::Received),
            "Hello John Doe,\n\nthank you for your order LEG-LXYZ1234-AB5C at LEGO Mens Wear.\n\n\
             2 × Shirt (S): 59.98\nTotal: 59.98 EGP\n\nWe confirm it as soon as your payment is verified."
        );
        assert!(text(Template::Confirmed).starts_with("*ORDER CONFIRMATION*\n*Order Reference:* LEG-LXYZ1234-AB5C\n"));
        assert!(text(Template::Shipped).contains("is on its way"));
        assert!(text(Template::Delivered).contains("has been delivered") && !text(Template::Delivered).contains("way"));
        assert_eq!(
            text(Template::Cancelled),
            "Hello John Doe,\n\nyour order LEG-LXYZ1234-AB5C at LEGO Mens Wear has been cancelled.\n\nIf you did not \
             expect this, please write to us."
        );
        assert!(text(Template::Shortage).contains("\n\nShirt (S): 1 instead of 2\n\n"));
    }
}
