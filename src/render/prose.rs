//! Text wrapped to a width, for people.

use crate::domain::bidi::{shown, shown_sentence};
use crate::domain::visible::visible;
pub use crate::wrap::{fit, fit_ends, pieces, width_of, wrap};

/// Renders a value beside its label. Longer values go on below, aligned with the first line.
pub fn field(label: &str, label_width: usize, value: &str, width: usize) -> String {
    let lines = wrap(&visible(value), width.saturating_sub(label_width + 1));
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let line = |(label, line): (&str, &String)| format!("{label:<label_width$} {}", shown(line)).trim_end().to_owned();
    labels.zip(&lines).map(|pair| line(pair) + "\n").collect()
}

/// Renders a number of things: `1 order`, `2 orders`.
pub fn counted(count: impl Into<i128>, thing: &str) -> String {
    let count = count.into();
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Renders a sentence that may contain guests' words. Further lines are indented by two more.
pub fn sentence(text: &str, width: usize) -> String {
    let text = visible(text);
    let (indent, words) = text.split_at(text.len() - text.trim_start().len());
    let room = width.saturating_sub(indent.len());
    let lines = if width_of(words) <= room { vec![words.to_owned()] } else { wrap(words, room.saturating_sub(2)) };
    let indents = std::iter::once(String::new()).chain(std::iter::repeat("  ".to_owned()));
    indents.zip(&lines).map(|(more, line)| format!("{indent}{more}{}\n", shown_sentence(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_goes_on_aligned() {
        assert_eq!(
            field("Address", 9, "12 Nile Street\nشارع التحرير", 26),
            "Address   12 Nile\n          \u{2068}Street\\nشارع\u{2069}\n          \u{2068}التحرير\u{2069}\n"
        );
        assert_eq!(sentence("  ! Shirt: price 1.00 is low", 18), "  ! Shirt: price\n    1.00 is low\n");
    }
}
