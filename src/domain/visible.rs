//! Text from guests made visible: nothing of it steers a terminal, hides, or reorders what is around it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::text::digit_value;

/// Returns `text` for people, on one line, with control, escape, bidi and invisible characters made visible.
///
/// Every text from an order passes through here on its way to a terminal or a mail; JSON and CSV do not.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_hidden(c) && !belongs(before, c, rest.clone().next()) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
        before = Some(c);
    }
    Cow::Owned(shown)
}

/// Returns whether a text has nothing visible.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_hidden(c))
}

/// Returns whether a character would steer a terminal, reorder the text around it, or is invisible: Unicode's
/// `Default_Ignorable_Code_Point`, controls, line separators, annotation marks, and the braille blank.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{2800}')
}

/// Returns whether a hidden character affects the visible ones around it: it joins emoji or letters, or says how the sign
/// before it is drawn.
fn belongs(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (Some(before), after) = (before, after.unwrap_or(' ')) else { return false };
    match c {
        // Persian and Indic words have these between letters, Indic ones also at their end, after a virama.
        '\u{200c}' | '\u{200d}' if joins(before) => joins(after) || is_virama(before),
        '\u{200d}' => (is_emoji(before) || before == '\u{fe0f}') && is_emoji(after),
        // An emoji drawn as text or in colour; keys of a phone (1️⃣) too.
        '\u{fe0e}' | '\u{fe0f}' => is_emoji(before) || after == '\u{20e3}' && "0123456789#*".contains(before),
        // Forms of Mongolian letters.
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        _ => false,
    }
}

/// Returns whether a character belongs to a script whose letters join: Arabic and related scripts, and those of India and
/// nearby.
fn joins(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{7ff}' | '\u{840}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1820}'..='\u{18aa}' | '\u{1b00}'..='\u{1b7f}' | '\u{a840}'..='\u{a9ff}' | '\u{11000}'..='\u{11fff}'
        | '\u{1e900}'..='\u{1e94f}')
        && !is_hidden(c)
        && digit_value(c).is_none()
}

/// Returns whether a character removes the vowel of the Indic letter before it.
fn is_virama(c: char) -> bool {
    matches!(u32::from(c), 0x94d | 0x9cd | 0xa4d | 0xacd | 0xb4d | 0xbcd | 0xc4d | 0xccd | 0xd4d | 0xdca)
}

/// Returns whether a character may be drawn as an emoji, or changes the skin colour of one.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{27bf}'
        | '\u{2900}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_steering_or_invisible_character_is_shown_raw() {
        // Unicode's lists: Cc, Bidi_Control, the line and paragraph separators, Default_Ignorable_Code_Point.
        let ignorable: [std::ops::RangeInclusive<u32>; 17] = [
            0xad..=0xad,
            0x34f..=0x34f,
            0x61c..=0x61c,
            0x115f..=0x1160,
            0x17b4..=0x17b5,
            0x180b..=0x180f,
            0x200b..=0x200f,
            0x202a..=0x202e,
            0x2060..=0x206f,
            0x3164..=0x3164,
            0xfe00..=0xfe0f,
            0xfeff..=0xfeff,
            0xffa0..=0xffa0,
            0xfff0..=0xfff8,
            0x1bca0..=0x1bca3,
            0x1d173..=0x1d17a,
            0xe0000..=0xe0fff,
        ];
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let number = u32::from(c);
            let is_hidden = number < 0x20
                || (0x7f..0xa0).contains(&number)
                || [0x2028, 0x2029, 0xfff9, 0xfffa, 0xfffb, 0x2800].contains(&number)
                || ignorable.iter().any(|range| range.contains(&number));
            assert_eq!(visible(&c.to_string()).contains(c), !is_hidden, "{number:x}");
            assert_eq!(is_blank(&format!(" {c}\u{3164}")), is_hidden || c.is_whitespace(), "{number:x}");
        }
        assert_eq!(visible("a\u{1b}[31m\nb\u{202e}"), "a\\u{1b}[31m\\nb\\u{202e}");
    }

    #[test]
    fn characters_that_affect_their_neighbours_stay() {
        for text in ["كريم ناصر 👔", "👨‍👩‍👧‍👦", "👩🏽‍💻", "❤️‍🔥", "🏳️‍🌈", "☎️ 1️⃣", "می‌خواهم", "क्‍ष", "അവന്‍", "ᠠ᠋"]
        {
            assert_eq!(visible(text), text);
        }
        for (text, shown) in [
            ("a\u{200d}b", "a\\u{200d}b"),
            ("\u{200d}👔", "\\u{200d}👔"),
            ("👔\u{200d}", "👔\\u{200d}"),
            ("أ\u{200c}", "أ\\u{200c}"),
            ("أ\u{200c}\u{200c}ب", "أ\\u{200c}\\u{200c}ب"),
            ("a\u{180b}", "a\\u{180b}"),
            ("a\u{fe0f}", "a\\u{fe0f}"),
            ("1\u{fe0f}2", "1\\u{fe0f}2"),
            ("👔\u{fe0f}\u{fe0f}", "👔\u{fe0f}\\u{fe0f}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn line_ends_and_tabs_are_shown_as_people_write_them() {
        assert_eq!(visible("a\r\n\tb"), "a\\r\\n\\tb");
        assert_eq!(visible("plain"), "plain");
    }
}
