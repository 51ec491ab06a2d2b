//! Text from guests: compared without regard to case and spaces, quoted for a shell, and made visible for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;

/// Returns the value of a digit, including Arabic and full-width ones.
pub fn digit_value(c: char) -> Option<u8> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(zero)).ok()
}

/// Returns a number with the digits and signs of ASCII, as a person or a spreadsheet may write it in Arabic.
pub fn plain_number(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| match c {
        '\u{66b}' => '.',
        '\u{66c}' => ',',
        '\u{66a}' => '%',
        c => digit_value(c).map_or(c, |digit| char::from(b'0' + digit)),
    };
    text.chars().map(plain).collect()
}

/// Reads a whole number without a sign, in digits of any keyboard; `None` if it is none.
pub fn whole_number(text: &str) -> Option<u32> {
    let digits = plain_number(text.trim());
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Returns whether a character means nothing at the edges of a value: white space and bidi marks.
pub fn is_edge(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Returns a text in the form that survives a chat: plain spaces, and trimmed lines.
pub fn plain(text: &str) -> String {
    let spaced = text.replace(['\u{a0}', '\u{202f}', '\u{2007}'], " ");
    let lines = spaced.lines().map(|line| line.trim_matches(is_edge)).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns whether two names differ in more than case, spaces and direction marks.
pub fn is_other_name(one: &str, other: &str) -> bool {
    let words = |text: &str| {
        let words: Vec<&str> = text.split(is_edge).filter(|word| !word.is_empty()).collect();
        words.join(" ").to_lowercase()
    };
    one != other && words(one) != words(other)
}

/// Returns the form that all spellings of one size share: trimmed, lower case.
pub fn size_key(size: &str) -> String {
    size.trim().to_lowercase()
}

/// Quotes an argument for the shell, so that it cannot be read as an option either.
pub fn shell_argument(word: &str) -> String {
    let end_of_options = if word.starts_with('-') { "-- " } else { "" };
    format!("{end_of_options}{}", shell_word(word))
}

/// Returns whether bash, zsh and fish all take a word literally anywhere in an argument.
pub fn is_shell_literal(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:+@,".contains(c))
}

/// Cuts a received text to what a message can hold.
pub fn shorten(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Returns the words of an operating system error, without its number and what a library added:
/// `no such file or directory`.
pub fn os_reason(error: &str) -> String {
    let said = error.split(" (os error ").next().unwrap_or(error);
    let mut letters = said.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// What is wrong with a code that a spreadsheet made a date of.
pub const IS_A_DATE: &str = "is a date: enter what was meant, in a column of text";

/// Returns whether a code looks like a date that a spreadsheet made of it, as in a list that was saved as CSV since.
pub fn looks_like_a_date(code: &str) -> bool {
    code.get(..10).is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok())
}

/// Quotes a word for the shell if needed, so that a hint can be pasted whoever chose the word.
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:+=@%".contains(c);
    // zsh replaces =ls at the beginning of a word by the path of ls.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

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
    fn changes_made_by_a_chat_are_ignored() {
        for (text, expected) in [
            ("\u{202b}كريم\u{a0}ناصر\u{202c} ", "كريم ناصر"),
            ("5 Corniche Rd \r\n\n Alexandria\n", "5 Corniche Rd\nAlexandria"),
            ("a b", "a b"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn sizes_match_trimmed_and_without_case() {
        assert_eq!(size_key("  xL "), size_key("XL"));
        assert_eq!(size_key("ÉTÉ"), size_key("été"));
    }

    #[test]
    fn a_word_in_a_hint_can_be_pasted_into_a_shell() {
        for (word, quoted) in [
            ("LEG-1", "LEG-1"),
            ("$(id)", "'$(id)'"),
            ("x;touch${IFS}y", "'x;touch${IFS}y'"),
            ("it's", r"'it'\''s'"),
            ("=ls", "'=ls'"),
            ("a=ls", "a=ls"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), quoted);
            assert_eq!(shell_argument(word), quoted);
        }
        assert_eq!(shell_argument("--accept-prices"), "-- --accept-prices");
        assert_eq!(os_reason("Permission denied (os error 13) at path \".tmpX\""), "permission denied");
    }

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
    fn names_differ_in_more_than_case_spaces_and_marks() {
        for (one, other, is_other) in [
            ("Polo Shirt", "Polo Shirt", false),
            ("Polo Shirt", " polo\u{a0} SHIRT\u{200f}", false),
            ("Polo Shirt", "PoloShirt", true),
            ("Polo Shirt", "Polo", true),
        ] {
            assert_eq!(is_other_name(one, other), is_other, "{one} {other}");
        }
    }

    #[test]
    fn a_long_text_is_cut_in_a_message() {
        let (sixty, more) = ("م".repeat(60), "م".repeat(61));
        assert_eq!(shorten(&sixty), sixty);
        assert_eq!(shorten(&more), format!("{sixty}…"));
    }

    #[test]
    fn every_shell_takes_a_literal_word_as_it_is() {
        for word in ["LEG-1", "a/b.c_d:e+f@g,h", "قميص"] {
            assert!(is_shell_literal(word), "{word}");
        }
        for word in ["", "a b", "a=b", "$x", "~", "a*", "a'b", "a{b}"] {
            assert!(!is_shell_literal(word), "{word}");
        }
    }

    #[test]
    fn line_ends_and_tabs_are_shown_as_people_write_them() {
        assert_eq!(visible("a\r\n\tb"), "a\\r\\n\\tb");
        assert_eq!(visible("plain"), "plain");
    }
}
