//! How wide a text is on a terminal, and where it is cut or broken.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Returns how many columns of a terminal a text takes at the most. `unicode-width` counts a lam with an
/// alef, and emoji that are joined or have a skin tone, as one; terminals that do not join them draw each part.
pub fn width_of(text: &str) -> usize {
    // Joins nothing and has no width: what stands beside it is measured by itself.
    const APART: char = '\u{200c}';
    let is_joined = |c: char| matches!(c, '\u{644}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}');
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    if !text.contains(is_joined) {
        return text.width();
    }
    let mut apart = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\u{200d}' => apart.push(APART),
            c if is_joined(c) => apart.extend([APART, c, APART]),
            c => apart.push(c),
        }
    }
    apart.width()
}

/// Cuts a text to a width, with `…` where something was cut.
pub fn fit(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for grapheme in text.graphemes(true) {
        used += width_of(grapheme);
        if used > width {
            break;
        }
        cut.push_str(grapheme);
    }
    cut + "…"
}

/// Cuts a text to a width in its middle: what begins alike often differs at the end.
pub fn fit_ends(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1) / 2;
    let (mut end, mut used) = (text.len(), 0);
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += width_of(grapheme);
        if used > room {
            break;
        }
        end = at;
    }
    fit(&text[..end], width - width_of(&text[end..])) + &text[end..]
}

/// Breaks a text into pieces of a width, wherever that is.
pub fn pieces(text: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = width_of(grapheme);
        if used + wide > width && used > 0 {
            pieces.push(String::new());
            used = 0;
        }
        used += wide;
        pieces.last_mut().into_iter().for_each(|piece| piece.push_str(grapheme));
    }
    pieces
}

/// Breaks a text into lines of a width, at spaces: a word that is longer than a line stays whole.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if width_of(text) <= width {
        return vec![text.to_owned()];
    }
    fill(text.split_whitespace(), width)
}

/// Breaks a sentence into lines of a width, at spaces but not inside a command to type: a terminal that breaks a line
/// itself copies it as one. A command stands last, after a colon.
pub fn wrap_sentence(sentence: &str, width: usize) -> Vec<String> {
    if width_of(sentence) <= width {
        return vec![sentence.to_owned()];
    }
    let mut after_colons = sentence.match_indices(": ").map(|(colon, _)| sentence[colon + 1..].trim_start());
    let command = after_colons.find(|rest| rest.starts_with("orders "));
    let words = &sentence[..sentence.len() - command.map_or(0, str::len)];
    fill(words.split_whitespace().chain(command), width)
}

fn fill<'t>(words: impl Iterator<Item = &'t str>, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in words {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_letters_as_people_see_them() {
        for (text, width, cut) in [
            ("👨‍👩‍👧‍👦 family", 15, "👨‍👩‍👧‍👦 family"),
            ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦 two", 10, "👨‍👩‍👧‍👦…"),
            ("cafe\u{301}s", 5, "cafe\u{301}s"),
            ("cafe\u{301}ssss", 5, "cafe\u{301}…"),
            ("ليلى حسن", 5, "ليلى…"),
        ] {
            assert_eq!(fit(text, width), cut);
        }
    }

    #[test]
    fn a_text_is_cut_in_its_middle() {
        for (text, width, cut) in [
            ("LEG-MLB9ARAB-0001", 17, "LEG-MLB9ARAB-0001"),
            ("LAILA-MLLYVDS0-V1S1", 17, "LAILA-ML…DS0-V1S1"),
            ("LAILA-MLLYVDS0-V1S1", 10, "LAILA…V1S1"),
            ("ليلى حسن عبده", 9, "ليلى…عبده"),
            ("LEG-1", 1, "…"),
        ] {
            assert_eq!(fit_ends(text, width), cut);
            assert!(width_of(cut) <= width);
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

    /// Terminals that join no emoji draw each of them, and a line must not be wider than the terminal on any.
    #[test]
    fn joined_emoji_are_as_wide_as_all_of_them() {
        for (text, width) in [("👨‍👩‍👧‍👦", 8), ("👍🏽", 4), ("👩🏽‍💻x", 7), ("❤️‍🔥", 4), ("می‌خواهم", 7), ("سلام", 4), ("👔", 2)]
        {
            assert_eq!(width_of(text), width, "{text}");
            assert!(width_of(text) >= text.width(), "{text}");
        }
    }

    #[test]
    fn a_command_in_a_sentence_is_not_broken() {
        for (sentence, width, lines) in [
            (
                "LEG-1 not moved to processing; nothing changed",
                40,
                &["LEG-1 not moved to processing; nothing", "changed"][..],
            ),
            (
                "hint: if there are more in the shop:  orders product adjust 'Polo  (red: L)' +1 --note WHY",
                28,
                &["hint: if there are more in", "the shop:", "orders product adjust 'Polo  (red: L)' +1 --note WHY"],
            ),
            (
                "- chat.txt:1: record 1: is a chat; use: orders import",
                40,
                &["- chat.txt:1: record 1: is a chat; use:", "orders import"],
            ),
        ] {
            assert_eq!(wrap_sentence(sentence, width), lines);
        }
    }
}
