//! The lines of the shop's order message: its labels, headings and values.

use crate::domain::limits::excess;
use crate::domain::money::Money;
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::text::{is_edge, is_mark, plain};
use crate::domain::visible::is_blank;

/// The line that makes a text an order message.
pub(in crate::input) const HEADER: &str = "NEW ORDER REQUEST";
/// The line that makes a text the shop's own answer, which is never an order.
const ANSWER_HEADER: &str = "ORDER CONFIRMATION";
/// Headings, which have no value.
pub(in crate::input) const SECTIONS: [&str; 3] = ["CUSTOMER INFO", ITEMS_SECTION, "ORDER SUMMARY"];
/// The heading of the items.
pub(in crate::input) const ITEMS_SECTION: &str = "ORDER ITEMS";

/// Returns whether a line is the header of an order message.
pub fn is_header(line: &str) -> bool {
    is_words(line, HEADER)
}

/// Returns whether a line is the header of the shop's answer.
pub fn is_answer_header(line: &str) -> bool {
    is_words(line, ANSWER_HEADER)
}

/// Returns whether a line has just these words, however it is spaced and decorated.
fn is_words(line: &str, words: &str) -> bool {
    let line = line.replace(is_mark, "");
    words_of(&line).split_whitespace().eq(words.split(' '))
}

/// Returns whether a line is the last one of an order message: its total.
pub fn is_total(line: &str) -> bool {
    matches!(label_of(&clean(line)), Some((Label::Total, _)))
}

/// Returns whether a line begins with a label.
pub(in crate::input) fn is_label(line: &str) -> bool {
    label_of(&clean(line)).is_some()
}

/// What a label introduces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Label {
    Reference,
    Date,
    Name,
    Phone,
    Address,
    Sku,
    Id,
    Image,
    Link,
    Size,
    Color,
    Price,
    Subtotal,
    TotalItems,
    Delivery,
    Total,
}

/// The labels as the web page writes them.
const LABELS: [(&str, Label); 16] = [
    ("Order Ref:", Label::Reference),
    ("Date:", Label::Date),
    ("Name:", Label::Name),
    ("Phone:", Label::Phone),
    ("Address:", Label::Address),
    ("SKU:", Label::Sku),
    ("ID:", Label::Id),
    ("Image:", Label::Image),
    ("Link:", Label::Link),
    ("Size:", Label::Size),
    ("Color:", Label::Color),
    ("Price:", Label::Price),
    ("Subtotal:", Label::Subtotal),
    ("Total Items:", Label::TotalItems),
    ("Delivery:", Label::Delivery),
    ("TOTAL:", Label::Total),
];

pub(in crate::input) fn name_of(label: Label) -> &'static str {
    LABELS.iter().find(|(_, known)| *known == label).map_or("", |(name, _)| name.trim_end_matches(':'))
}

/// Returns a line without its box, with plain spaces.
pub(in crate::input) fn clean(line: &str) -> String {
    let line = plain(line);
    // A quoted message has a `>` before each line.
    let is_box = |c: char| is_edge(c) || matches!(c, '\u{2500}'..='\u{257f}' | '|' | '>');
    line.trim_start_matches(is_box).trim_end_matches(is_edge).to_owned()
}

/// Returns a line without its decoration.
pub(in crate::input) fn words_of(line: &str) -> &str {
    line.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Finds the label at the beginning of a line, after any decoration, and its value.
pub(in crate::input) fn label_of(line: &str) -> Option<(Label, &str)> {
    let start = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    LABELS.iter().find_map(|(name, label)| {
        let value = start.strip_prefix(name)?;
        // Drop the asterisk that ends a bold label.
        let value = value.strip_prefix('*').unwrap_or(value);
        Some((*label, value.trim_matches(is_edge)))
    })
}

/// Reads the line that begins an item: `1. *Polo Shirt*`, whose name may contain asterisks.
pub(in crate::input) fn item_start(line: &str) -> Option<(usize, &str)> {
    let (number, rest) = line.split_once(". *")?;
    let name = rest.trim_end().strip_suffix('*')?;
    let is_number = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, name.trim_matches(is_edge)))
}

/// Reads a text with something to see, of at most `longest` characters.
pub(in crate::input) fn bounded(text: &str, longest: usize) -> Result<String, String> {
    if is_blank(text) {
        return Err("must not be blank".to_owned());
    }
    excess(text, longest).map_or_else(|| Ok(text.to_owned()), Err)
}

/// Strips one pair of asterisks from a bold text.
pub(in crate::input) fn unbold(text: &str) -> &str {
    let inner = text.strip_prefix('*').and_then(|text| text.strip_suffix('*'));
    inner.unwrap_or(text).trim_matches(is_edge)
}

/// Reads an amount after its currency sign: `$49.00`, or bold to its end: `$113.00*`.
pub(in crate::input) fn amount(text: &str) -> Result<Money, String> {
    let text = text.strip_suffix('*').unwrap_or(text).trim_matches(is_edge);
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '.' | ','));
    Money::parse(digits).map_err(|error| error.to_string())
}

/// Reads `$24.50 × 2`.
pub(in crate::input) fn price_and_quantity(text: &str) -> Result<(Money, u32), String> {
    let (price, quantity) =
        text.rsplit_once('×').ok_or_else(|| "must be a price × a quantity, such as $24.50 × 2".to_owned())?;
    let price = amount(price.trim_matches(is_edge))?;
    let quantity = whole(quantity.trim_matches(is_edge))?;
    match u32::try_from(quantity) {
        Ok(quantity) if (1..=QUANTITY_LIMIT).contains(&quantity) => Ok((price, quantity)),
        _ => Err(format!("the quantity must be from 1 to {QUANTITY_LIMIT}")),
    }
}

pub(in crate::input) fn whole(text: &str) -> Result<i64, String> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).ok_or_else(|| "must be a whole number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_found_behind_any_decoration() {
        for (line, expected) in [
            ("*Order Ref:* LEG-1", Some((Label::Reference, "LEG-1"))),
            ("│ Name:    Karim *K* Nasser", Some((Label::Name, "Karim *K* Nasser"))),
            ("> │    📌 SKU: *PL-220*", Some((Label::Sku, "*PL-220*"))),
            ("│ Total Items:  3", Some((Label::TotalItems, "3"))),
            ("│ *TOTAL:       $113.00*", Some((Label::Total, "$113.00*"))),
            ("│ Nickname: x", None),
            ("Thank you!", None),
        ] {
            assert_eq!(label_of(&clean(line)), expected, "{line}");
        }
    }

    #[test]
    fn values_are_read_exactly_or_not_at_all() {
        for (text, hundredths) in [
            ("$49.00", Some(4900)),
            ("$113.00*", Some(11300)),
            ("EGP 7", Some(700)),
            ("$1,149.50", None),
            ("$-1", None),
        ] {
            assert_eq!(amount(text).ok().map(Money::hundredths), hundredths, "{text}");
        }
        let priced = |text| price_and_quantity(text).ok().map(|(price, quantity)| (price.hundredths(), quantity));
        assert_eq!(priced("$24.50 × 2"), Some((2450, 2)));
        for text in ["$24.50", "$24.50 x 2", "$24.50 × 0", "$24.50 × 1.5", "× 2"] {
            assert_eq!(priced(text), None, "{text}");
        }
    }
}
