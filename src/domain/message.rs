//! The messages that the shop sends to customers.

use std::fmt::Write as _;

use super::bidi::sent;
use super::obstacle::Obstacle;
use super::order::{Order, OrderItem};
use super::settings::Settings;
use super::status::Status;

/// The occasions for a message.
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
    /// It is cancelled.
    Cancelled,
    /// There is not enough stock of the order.
    Shortage,
}

impl Template {
    /// All templates, in the order of an order's life.
    pub const ALL: [Template; 6] = [
        Template::Received,
        Template::Confirmed,
        Template::Shipped,
        Template::Delivered,
        Template::Cancelled,
        Template::Shortage,
    ];

    /// Returns its word on the command line.
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

    /// Returns whether the message is true for an order in this status.
    pub fn is_true_of(self, status: Status) -> bool {
        self == Template::fitting(status) || (self == Template::Shortage && status == Status::Pending)
    }

    /// Returns the template that is true for this status.
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

/// Writes the message. `obstacles` are the reasons why the order cannot be confirmed, for [`Template::Shortage`].
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

/// Puts a guest's text on one line: several lines could pass for another message.
fn one_line(text: &str) -> String {
    sent(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// Lists the items and the total for a customer.
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
    let name = one_line(item.shop_name());
    if choices.is_empty() { name } else { format!("{name} ({})", choices.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::confirm::decide;
    use crate::domain::product::tests::product;
    use crate::domain::receive::tests::{incoming, order};

    #[test]
    fn each_template_has_its_text() {
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
