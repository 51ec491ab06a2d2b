//! Isolates right-to-left values, so that their left-to-right neighbours keep their places.
//!
//! A terminal or a chat that follows the Unicode bidirectional algorithm would draw `أحمد  59.98  2026-02-04` with the date
//! on the left: a number takes the direction of the letters before it. An isolate stops that. Other terminals draw nothing
//! for it, as it has no width.

use std::borrow::Cow;

use super::text::is_mark;
use super::visible::visible;

/// Starts an isolate whose direction is that of its first letter (U+2068).
const ISOLATE: char = '\u{2068}';
/// Ends an isolate (U+2069).
const END: char = '\u{2069}';

/// Returns a value for people: made visible, and isolated if it runs from right to left. Isolates in the value itself are
/// escaped.
pub fn shown(value: &str) -> Cow<'_, str> {
    isolate(visible(value))
}

/// Separates a sentence from the command at its end.
pub const BEFORE_COMMAND: &str = ":  ";

/// Returns a sentence for people: made visible, with its right-to-left words isolated. A command at its end has no isolates: they
/// would be copied with it.
pub fn shown_sentence(sentence: &str) -> Cow<'_, str> {
    let command = sentence.find(&format!("{BEFORE_COMMAND}orders ")).map(|end| end + BEFORE_COMMAND.len());
    match command.map(|start| sentence.split_at(start)) {
        Some((words, command)) => Cow::Owned(format!("{}{}", isolate_words(visible(words)), visible(command))),
        None => isolate_words(visible(sentence)),
    }
}

/// Isolates a value that holds right-to-left characters. All others stay bare, so that a reference can be copied from the
/// screen.
pub fn isolate(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.chars().any(is_right_to_left) { Cow::Owned(format!("{ISOLATE}{value}{END}")) } else { value }
}

/// Isolates every run of right-to-left words in a sentence.
fn isolate_words(sentence: Cow<'_, str>) -> Cow<'_, str> {
    if !sentence.chars().any(is_right_to_left) {
        return sentence;
    }
    let mut isolated = String::with_capacity(sentence.len() + 12);
    let mut rest = &*sentence;
    while let Some(start) = rest.find(is_right_to_left) {
        let (before, run) = rest.split_at(start);
        let reach = run.find(|c| !is_right_to_left(c) && !continues_run(c)).unwrap_or(run.len());
        let last = run[..reach].char_indices().rfind(|&(_, c)| is_right_to_left(c));
        let end = last.map_or(reach, |(offset, c)| offset + c.len_utf8());
        let end = end + numbers_at(&run[end..]);
        isolated.push_str(before);
        isolated.push(ISOLATE);
        isolated.push_str(&run[..end]);
        isolated.push(END);
        rest = &run[end..];
    }
    isolated.push_str(rest);
    Cow::Owned(isolated)
}

/// Returns the length of the plain numbers after right-to-left words, as in a name that ends with one. A number with a
/// sign, a point or a colon is a value of its own.
fn numbers_at(text: &str) -> usize {
    let mut end = 0;
    while let Some(word) = text[end..].strip_prefix(' ') {
        let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
        let after = &word[digits..];
        let is_whole = after.is_empty()
            || after.starts_with([' ', ',', ';', ')', '?', '!', '"', '\''])
            || after.starts_with([':', '.']) && !after[1..].starts_with(|c: char| c.is_ascii_digit());
        if digits == 0 || !is_whole {
            break;
        }
        end += 1 + digits;
    }
    end
}

/// Returns whether a run of right-to-left words may continue after this character. Signs that separate values in our
/// sentences end it.
fn continues_run(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_digit() || "-.'/&+".contains(c) || !c.is_ascii() && !c.is_alphanumeric()
}

/// Returns a value for a message to a customer: on one line, as several could pass for another message; without its own
/// direction marks, which could end our isolate or turn the text after it; and isolated if it runs from right to left.
pub fn sent(value: &str) -> String {
    let bare = value.replace(is_mark, "");
    let line = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    isolate(line.into()).into_owned()
}

/// Makes a message with [`sent`] values visible, and leaves our isolates as they are.
pub fn shown_text(text: &str) -> String {
    let is_ours = |c| c == ISOLATE || c == END;
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_ours) {
        let words = piece.trim_end_matches(is_ours);
        shown.push_str(&visible(words));
        shown.push_str(&piece[words.len()..]);
    }
    shown
}

/// Returns whether a character runs from right to left or is a digit of those scripts, which turns its neighbours too
/// (Unicode's classes R, AL and AN).
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
pub(crate) mod tests {
    use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

    use super::*;

    /// Returns a line as the Unicode algorithm draws it, without isolates.
    pub(crate) fn drawn(line: &str) -> String {
        let info = BidiInfo::new(line, None);
        let visual = info.paragraphs.iter().map(|paragraph| info.reorder_line(paragraph, paragraph.range.clone()));
        visual.collect::<String>().replace([ISOLATE, END], "")
    }

    /// Returns right-to-left words as they are drawn.
    pub(crate) fn turned(words: &str) -> String {
        words.chars().rev().collect()
    }

    #[test]
    fn all_right_to_left_characters_are_known() {
        for c in ('\0'..=char::MAX).filter(|&c| visible(c.encode_utf8(&mut [0; 4])).contains(c)) {
            let turns = matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN);
            // The ranges also hold marks and signs, which stand only among such letters.
            assert!(!turns || is_right_to_left(c), "U+{:04X} is {:?}", u32::from(c), bidi_class(c));
        }
        assert!(!"LEG-1 59.98 é 陈 × → … 👔".chars().any(is_right_to_left));
    }

    #[test]
    fn a_command_at_the_end_of_a_sentence_has_no_isolates() {
        for (sentence, shown) in [
            (
                "to get قميص:  orders product adjust قم-1 +1 --size كبير",
                "to get \u{2068}قميص\u{2069}:  orders product adjust قم-1 +1 --size كبير",
            ),
            ("of قميص: orders are many", "of \u{2068}قميص\u{2069}: orders are many"),
            ("see:  orders show 'a\u{1b}'", "see:  orders show 'a\\u{1b}'"),
        ] {
            assert_eq!(shown_sentence(sentence), shown);
        }
    }

    #[test]
    fn values_keep_their_places_in_a_line() {
        let bare = "أحمد  59.98  2026-02-04  ٠١٠  ٢٢٢";
        assert!(!drawn(bare).starts_with(&turned("أحمد")), "the test sees nothing: {}", drawn(bare));
        let line = ["أحمد", "59.98", "2026-02-04", "٠١٠", "٢٢٢"].map(shown).join("  ");
        assert_eq!(drawn(&line), format!("{}  59.98  2026-02-04  ٠١٠  ٢٢٢", turned("أحمد")));
        assert_eq!(shown("LEG-1"), "LEG-1");
        // The end of an isolate in a guest's value does not end ours.
        assert_eq!(shown("أ\u{2069}"), "\u{2068}أ\\u{2069}\u{2069}");
        assert_eq!(sent("أ\u{2069}\u{202e}"), "\u{2068}أ\u{2069}");
        assert_eq!(sent(" L\u{200f}\n\n*ORDER\u{2028}CONFIRMATION*\t"), "L *ORDER CONFIRMATION*");
        assert_eq!(shown_text("Hello \u{2068}أحمد\u{2069},\u{1b}"), "Hello \u{2068}أحمد\u{2069},\\u{1b}");
    }

    #[test]
    fn values_keep_their_places_in_a_sentence() {
        for (sentence, expected) in [
            ("LEG-1: أحمد حسن, 2026-02-04 10:30", "LEG-1: «أحمد حسن», 2026-02-04 10:30"),
            ("بنطلون 32 جينز (L): available: 1, required: 2", "«بنطلون 32 جينز» (L): available: 1, required: 2"),
            ("no account عمر, nor علي", "no account «عمر», nor «علي»"),
            ("Move LEG-1 سارة محمود 7 to processing?", "Move LEG-1 «سارة محمود 7» to processing?"),
            ("LEG-1: سارة 7, 2 pieces", "LEG-1: «سارة 7», 2 pieces"),
            ("stock of قميص +2", "stock of «قميص» +2"),
            ("قميص 59.98", "«قميص» 59.98"),
            ("قميص 32: stock 3 → 1", "«قميص 32»: stock 3 → 1"),
            ("ملابس - رجال & نساء", "«ملابس - رجال & نساء»"),
            ("قميص… جينز", "«قميص… جينز»"),
            ("قميص × جينز", "«قميص × جينز»"),
            ("قميص é جينز", "«قميص» é «جينز»"),
            ("قميص x جينز", "«قميص» x «جينز»"),
            ("قميص، جينز", "«قميص، جينز»"),
            ("nothing", "nothing"),
        ] {
            let isolated = shown_sentence(sentence).replace(ISOLATE, "«").replace(END, "»");
            assert_eq!(isolated, expected);
        }
        let line = drawn(&shown_sentence("LEG-1: أحمد, 2026-02-04 10:30"));
        assert_eq!(line, format!("LEG-1: {}, 2026-02-04 10:30", turned("أحمد")));
    }
}
