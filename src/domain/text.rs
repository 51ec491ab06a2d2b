//! Text from guests and from the system: comparing it without regard to case and spaces, digits of any keyboard, and cutting it.

use std::borrow::Cow;

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

/// Returns whether a character only says in which direction text runs, or marks its beginning: people neither see nor type it.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Returns whether a character means nothing at the edges of a value: white space and marks.
pub fn is_edge(c: char) -> bool {
    c.is_whitespace() || is_mark(c)
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

/// Cuts a received text to what a message can hold.
pub fn shorten(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Leaves out the user info of every word that looks like an address, mistyped or not: `http://mona:secret@h/LEG`, `http:mona:secret@h`.
pub fn without_user_info(text: &str) -> Cow<'_, str> {
    let user_info = |word: &str| {
        let end = word.rfind('@')?;
        let colon = [":", "//"].into_iter().filter_map(|sign| word[..end].find(sign)).min()?;
        let from = colon + word[colon..].bytes().take_while(|byte| matches!(byte, b':' | b'/')).count();
        (from < end).then_some(from..=end)
    };
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let hide = |word: &str| match user_info(word) {
        Some(hidden) => format!("{}{}", &word[..*hidden.start()], &word[hidden.end() + 1..]),
        None => word.to_owned(),
    };
    Cow::Owned(text.split_inclusive(char::is_whitespace).map(hide).collect())
}

/// Returns the words of an operating system error, without its number and what a library added:
/// `no such file or directory`.
pub fn os_reason(error: &str) -> String {
    let said = error.split(" (os error ").next().unwrap_or(error);
    let mut letters = said.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The problem of a code that a spreadsheet turned into a date.
pub const IS_A_DATE: &str = "is a date: enter what was meant, in a column of text";

/// Returns whether a code looks like a date, as a spreadsheet saves one in a CSV file.
pub fn looks_like_a_date(code: &str) -> bool {
    code.get(..10).is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_info_is_left_out_wherever_an_address_may_be_meant() {
        for (text, shown) in [
            ("no http://mona:a/b@h:1/LEG here", "no http://h:1/LEG here"),
            ("/tmp/http:/mona:a@b@h", "/tmp/http:/h"),
            ("'http:mona:a@h'\n//mona@h", "'http:h'\n//h"),
            ("mona:a@h", "mona:h"),
            ("mona@example.org: no", "mona@example.org: no"),
            ("http://h:1/LEG", "http://h:1/LEG"),
            ("a:@ :@ @: é:é@", "a:@ :@ @: é:"),
        ] {
            assert_eq!(without_user_info(text), shown);
        }
    }

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
    fn a_reason_of_the_system_has_no_number() {
        assert_eq!(os_reason("Permission denied (os error 13) at path \".tmpX\""), "permission denied");
    }
}
