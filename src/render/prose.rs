//! Text in lines of a width: how wide it is, and where it is cut or broken.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::bidi::{shown, shown_sentence};
use crate::domain::text::visible;

/// Returns how many columns of a terminal a text takes. What measures takes a lam and an alef for one letter, and
/// terminals draw two.
pub(super) fn width_of(text: &str) -> usize {
    const LAM: char = '\u{644}';
    const LAM_APART: &str = "\u{644}\u{200c}";
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    if text.contains(LAM) { text.replace(LAM, LAM_APART).width() } else { text.width() }
}

/// Cuts a text to a width, with `…` where something was cut.
pub fn fit(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > width {
            break;
        }
        cut.push_str(grapheme);
    }
    cut + "…"
}

/// Breaks a text into lines of a width, at spaces: a word that is longer than a line stays whole.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    if width_of(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split_whitespace() {
        let wide = width_of(word);
        if !line.is_empty() && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
        }
        if line.is_empty() {
            used = wide;
        } else {
            line.push(' ');
            used += 1 + wide;
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Renders a value beside its label. What has no room goes on below, in line with it.
pub fn field(label: &str, label_width: usize, value: &str, width: usize) -> String {
    let lines = wrap(&visible(value), width.saturating_sub(label_width + 1));
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let line = |(label, line): (&str, &String)| format!("{label:<label_width$} {}", shown(line)).trim_end().to_owned();
    labels.zip(&lines).map(|pair| line(pair) + "\n").collect()
}

/// Renders a sentence that may name what guests wrote. What has no room goes on below, indented by two more.
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
    fn a_text_is_cut_between_letters_as_people_see_them() {
        for (text, width, cut) in [
            ("👨‍👩‍👧‍👦 family", 9, "👨‍👩‍👧‍👦 family"),
            ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦 two", 4, "👨‍👩‍👧‍👦…"),
            ("cafe\u{301}s", 5, "cafe\u{301}s"),
            ("cafe\u{301}ssss", 5, "cafe\u{301}…"),
            ("ليلى حسن", 5, "ليلى…"),
        ] {
            assert_eq!(fit(text, width), cut);
        }
    }

    #[test]
    fn lines_break_at_spaces_only() {
        for (text, width, lines) in [
            ("came back torn", 20, &["came back torn"][..]),
            ("came  back torn", 10, &["came back", "torn"]),
            ("https://shop.example/a is it", 8, &["https://shop.example/a", "is it"]),
            ("شارع التحرير القاهرة", 12, &["شارع التحرير", "القاهرة"]),
            ("", 5, &[""]),
        ] {
            assert_eq!(wrap(text, width), lines);
        }
    }

    #[test]
    fn what_has_no_room_goes_on_in_line() {
        assert_eq!(
            field("Address", 9, "12 Nile Street\nشارع التحرير", 26),
            "Address   12 Nile\n          \u{2068}Street\\nشارع\u{2069}\n          \u{2068}التحرير\u{2069}\n"
        );
        assert_eq!(sentence("  ! Shirt: price 1.00 is low", 18), "  ! Shirt: price\n    1.00 is low\n");
    }
}
