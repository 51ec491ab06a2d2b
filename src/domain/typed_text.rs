//! Texts that somebody types or enters in a cell: trimmed, with something to see, and bounded.

use super::limits::excess;
use super::visible::is_blank;

/// Words in capitals that hints print in place of a value, with what each stands for. A note that says WHY does no harm, and is
/// none of them.
const PLACEHOLDERS: [(&str, &str); 5] = [
    ("COURIER", "the courier"),
    ("METHOD", "how the money moves, such as cash"),
    ("NUMBER", "the courier's number"),
    ("RECEIPT", "the receipt"),
    ("REF", "a reference"),
];

/// Says what to type in place of a word that was copied from a hint as it stands; `None` for every other text.
pub fn placeholder(text: &str) -> Option<String> {
    let (word, meaning) = PLACEHOLDERS.iter().find(|(word, _)| *word == text.trim())?;
    Some(format!("{word} stands for {meaning}: type that"))
}

/// Reads a text that may have several lines, such as a note: 1 to `longest` characters.
///
/// # Errors
/// Nothing of it can be seen, or it is too long.
pub fn read_text(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    if is_blank(text) {
        return Err("must not be blank".to_owned());
    }
    if text.contains('\0') {
        return Err("must not have control characters".to_owned());
    }
    excess(text, longest).map_or_else(|| Ok(text.to_owned()), Err)
}

/// Reads a text of one line, such as a name or a number: 1 to `longest` characters.
///
/// # Errors
/// Nothing of it can be seen, it has control characters, or it is too long.
pub fn read_line(text: &str, longest: usize) -> Result<String, String> {
    let line = read_text(text, longest)?;
    match line.contains(char::is_control) {
        true => Err("must not have control characters".to_owned()),
        false => Ok(line),
    }
}

/// Reads a line, as [`read_line`] does, in whose place hints print a word in capitals.
///
/// # Errors
/// It is no such line, or that word.
pub fn read_value(text: &str, longest: usize) -> Result<String, String> {
    placeholder(text).map_or_else(|| read_line(text, longest), Err)
}

/// Reads a text that may be empty, which removes the value.
///
/// # Errors
/// It is not empty, and `read` refuses it.
pub fn or_none(text: &str, read: impl FnOnce(&str) -> Result<String, String>) -> Result<Option<String>, String> {
    if text.trim().is_empty() { Ok(None) } else { read(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_text_can_be_seen_and_is_bounded() {
        let some = |text: &str| Ok(text.to_owned());
        let refused = |problem: &str| Err(problem.to_owned());
        let (blank, controls) = ("must not be blank", "must not have control characters");
        for (typed, text, line) in [
            (" Bosta ", some("Bosta"), some("Bosta")),
            ("5 قصر", some("5 قصر"), some("5 قصر")),
            ("", refused(blank), refused(blank)),
            ("\u{200b}", refused(blank), refused(blank)),
            (" \u{202e}\t", refused(blank), refused(blank)),
            ("5 Nile\nX", some("5 Nile\nX"), refused(controls)),
            ("9\u{1b}[1m", some("9\u{1b}[1m"), refused(controls)),
            ("a\0b", refused(controls), refused(controls)),
            (
                "ممممممممممم",
                refused("must have at most 10 characters, has 11"),
                refused("must have at most 10 characters, has 11"),
            ),
        ] {
            assert_eq!((read_text(typed, 10), read_line(typed, 10)), (text, line), "{typed:?}");
        }
    }

    #[test]
    fn a_word_copied_from_a_hint_is_no_value() {
        assert_eq!(read_value(" NUMBER", 10), Err("NUMBER stands for the courier's number: type that".to_owned()));
        assert_eq!(read_value("number", 10), Ok("number".to_owned()));
        assert_eq!(read_line("NUMBER", 10), Ok("NUMBER".to_owned()));
    }

    #[test]
    fn an_empty_text_removes_and_an_invisible_one_is_refused() {
        let read = |text| or_none(text, |text| read_line(text, 10));
        assert_eq!(["", "  ", "a"].map(read), [Ok(None), Ok(None), Ok(Some("a".to_owned()))]);
        assert!(read("\u{200b}").is_err());
    }
}
