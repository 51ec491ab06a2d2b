//! Papers: slips for the packer, and invoices for customers.
//!
//! | file | what it makes |
//! |---|---|
//! | `slip`, `invoice` | a paper as text, as HTML, and as a body |
//! | `html` | the page around them, for screens and printers; what stands on top of every paper |
//! | `qr` | the QR code of a reference |

pub mod html;
pub mod invoice;
mod qr;
pub mod slip;

use qr::Symbol;

use super::RenderStyle;
use super::paint::{ink, paint};
use super::prose::wrap;
use crate::domain::bidi::shown;
use crate::domain::money::Balance;
use crate::domain::order::OrderSummary;
use crate::domain::settings::Settings;
use crate::domain::text::is_edge;
use crate::domain::visible::visible;

/// The most lines of an address: as many as the window of an envelope shows.
const ADDRESS_LINES: usize = 6;
/// The most lines of a customer's words.
const WORDS_LINES: usize = 20;

/// Returns the lines of a text that people wrote, without blank ones. More than `most` lines are joined into one: a
/// guest may send any number.
fn lines_of(text: &str, most: usize) -> Vec<String> {
    let lines = text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
    let lines: Vec<_> = lines.map(|line| line.trim_matches(is_edge)).filter(|line| !line.is_empty()).collect();
    match lines.len() > most {
        true => vec![visible(&lines.join(", ")).into_owned()],
        false => lines.into_iter().map(|line| visible(line).into_owned()).collect(),
    }
}

/// Returns the lines of a customer's address.
fn address_lines(summary: &OrderSummary) -> Vec<String> {
    summary.customer.address.as_deref().map(|address| lines_of(address, ADDRESS_LINES)).unwrap_or_default()
}

/// Returns the lines of the shop's address and phone.
fn shop_lines(settings: &Settings) -> Vec<String> {
    let address = settings.shop_address.as_deref().map(|address| lines_of(address, ADDRESS_LINES)).unwrap_or_default();
    address.into_iter().chain(settings.shop_phone.as_deref().map(|phone| visible(phone).into_owned())).collect()
}

/// Wraps visible lines to a width, and isolates those that run from right to left.
fn wrapped(lines: &[String], width: usize) -> impl Iterator<Item = String> {
    lines.iter().flat_map(move |line| wrap(line, width)).map(|line| shown(&line).into_owned())
}

/// The least room for the address beside the code in a text, in columns.
const ADDRESS_WIDTH: usize = 33;
/// The columns between them.
const GAP: usize = 2;

/// Renders the customer beside the code of the reference. `below` adds text below the customer, in that width. A narrow
/// text has no code.
fn address_beside_code(summary: &OrderSummary, style: RenderStyle<'_>, below: impl FnOnce(usize) -> String) -> String {
    let code = Symbol::of(&summary.reference).filter(|code| code.columns() + GAP + ADDRESS_WIDTH <= style.width);
    let width = style.width.saturating_sub(code.as_ref().map_or(0, |code| code.columns() + GAP));
    let one_line = |text: &str| visible(text).into_owned();
    let mut who = vec![one_line(&summary.customer.name)];
    who.extend(address_lines(summary));
    who.push(one_line(&summary.customer.phone));
    let mut lines: Vec<String> = wrapped(&who, width).collect();
    lines.extend(below(width).lines().map(str::to_owned));
    let blocks = code.map(|code| code.lines()).unwrap_or_default();
    let blank = blocks.first().map_or(0, |block| block.chars().count());
    let line = |place: usize| {
        let words = lines.get(place).map(String::as_str).unwrap_or_default();
        let block = blocks.get(place).map(|block| paint(block, ink(), style.color));
        let block = block.unwrap_or_else(|| " ".repeat(blank));
        let gap = if blocks.is_empty() || words.is_empty() { 0 } else { GAP };
        format!("{block}{:gap$}{words}", "").trim_end().to_owned() + "\n"
    };
    let text: String = (0..blocks.len().max(lines.len())).map(line).collect();
    text.trim_end().to_owned() + "\n"
}

/// Renders amounts in the currency of an order, or else the shop's.
#[derive(Clone, Copy)]
struct Amounts<'a>(Option<&'a str>);

impl<'a> Amounts<'a> {
    fn of(summary: &'a OrderSummary, settings: &'a Settings) -> Amounts<'a> {
        Amounts(summary.currency.as_deref().or(settings.currency.as_deref()))
    }

    fn show(self, amount: impl Into<Balance>) -> String {
        let currency = self.0.map(|currency| format!(" {currency}")).unwrap_or_default();
        format!("{}{currency}", amount.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_lines_unless_there_are_too_many() {
        for (text, most, lines) in [
            ("", 3, &[][..]),
            (" 12 Nile St \r\n\n Cairo\u{2028}Egypt ", 3, &["12 Nile St", "Cairo", "Egypt"]),
            ("a\nb\nc\nd", 3, &["a, b, c, d"]),
            ("شارع \u{202e}12", 3, &["شارع \\u{202e}12"]),
        ] {
            assert_eq!(lines_of(text, most), lines, "{text:?}");
        }
    }
}
