//! The occasions on which the shop writes to a customer.

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

/// What the shop's own words may name in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The customer's name.
    Name,
    /// The order's reference.
    Reference,
    /// The items, a line each.
    Items,
    /// The sum of the items.
    Total,
    /// The fee for delivery.
    Delivery,
    /// The discount.
    Discount,
    /// What the order costs in all.
    GrandTotal,
    /// What was paid.
    Paid,
    /// What is due.
    Due,
    /// Who carries it.
    Courier,
    /// The courier's number.
    Tracking,
    /// The shop's name.
    Shop,
    /// What there is not enough of, a line each.
    Shortage,
}

impl Field {
    /// All of them, as help lists them.
    pub const ALL: [Field; 13] = [
        Field::Name,
        Field::Reference,
        Field::Items,
        Field::Total,
        Field::Delivery,
        Field::Discount,
        Field::GrandTotal,
        Field::Paid,
        Field::Due,
        Field::Courier,
        Field::Tracking,
        Field::Shop,
        Field::Shortage,
    ];

    /// Returns its name, as it stands in braces.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Reference => "reference",
            Field::Items => "items",
            Field::Total => "total",
            Field::Delivery => "delivery",
            Field::Discount => "discount",
            Field::GrandTotal => "grandTotal",
            Field::Paid => "paid",
            Field::Due => "due",
            Field::Courier => "courier",
            Field::Tracking => "tracking",
            Field::Shop => "shop",
            Field::Shortage => "shortage",
        }
    }
}

/// A part of the shop's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// As it stands.
    Text(&'t str),
    /// A name in braces.
    Field(Field),
    /// Braces around anything else, as they stand; or a single brace.
    Unknown(&'t str),
}

/// Splits the shop's own words at their braces.
pub fn parts(words: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = words;
    while let Some(at) = rest.find(BRACES) {
        let (text, from) = rest.split_at(at);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        let close =
            from[1..].find(BRACES).map(|at| at + 1).filter(|at| from.starts_with('{') && from[*at..].starts_with('}'));
        let (braces, after) = from.split_at(close.map_or(1, |at| at + 1));
        let name = braces.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let known = Field::ALL.into_iter().find(|field| Some(field.as_str()) == name);
        parts.push(known.map_or(Part::Unknown(braces), Part::Field));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

const BRACES: [char; 2] = ['{', '}'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_own_words_are_split_at_the_names_in_braces() {
        use Field::{Due, GrandTotal, Name};
        for (words, expected) in [
            ("", &[][..]),
            ("Hello", &[Part::Text("Hello")]),
            ("{name}", &[Part::Field(Name)]),
            ("أهلا {name}، {due}", &[Part::Text("أهلا "), Part::Field(Name), Part::Text("، "), Part::Field(Due)]),
            ("{{grandTotal}}", &[Part::Unknown("{"), Part::Field(GrandTotal), Part::Unknown("}")]),
            ("{ name }{}", &[Part::Unknown("{ name }"), Part::Unknown("{}")]),
            ("{Name} {اسم}", &[Part::Unknown("{Name}"), Part::Text(" "), Part::Unknown("{اسم}")]),
            ("{name_of_shop}!", &[Part::Unknown("{name_of_shop}"), Part::Text("!")]),
            ("} {name", &[Part::Unknown("}"), Part::Text(" "), Part::Unknown("{"), Part::Text("name")]),
        ] {
            assert_eq!(parts(words), expected, "{words}");
        }
    }
}
