//! The shop's own words for messages, with names in braces that are filled in.

use super::occasion::Occasion;

/// The shop's own words for messages, with names in braces such as `{total}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnWords([Option<String>; 6]);

impl OwnWords {
    /// Returns the words for an occasion, if the shop has its own.
    pub fn of(&self, occasion: Occasion) -> Option<&str> {
        self.0[occasion as usize].as_deref()
    }

    /// Sets the words for an occasion.
    pub fn set(&mut self, occasion: Occasion, words: String) {
        self.0[occasion as usize] = Some(words);
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
    /// Anything else in braces, or a single brace.
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
