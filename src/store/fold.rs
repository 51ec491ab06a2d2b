//! Folding text: all spellings of a text become equal.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Folds a text, so that different spellings of it become equal. These make no difference:
///
/// - case (ß is ss, ς is σ), widths, ligatures and presentation forms;
/// - marks over and under letters: é is e, й is и, ά is α; so أ إ آ are ا, ؤ is و, ئ is ي, and harakat do not count;
/// - forms of one Arabic letter: ٱ is ا, ى and ی are ي, ة is ه, ک is ك; and tatweel does not count.
///
/// Signs that make another letter or syllable stay: those of Indic scripts, of Thai, and the voicing of kana.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            folded.push(letter.to_ascii_lowercase());
            continue;
        }
        match folded_letter(letter) {
            Some(letter) => folded.push_str(letter),
            None => return fold_whole(text),
        }
    }
    folded
}

/// The letters below this code point fold one by one: those of Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic.
const BY_THEMSELVES: usize = 0x700;

/// Returns a letter folded; `None` for a mark that may change the letter before it, and for letters of rarer scripts. A
/// search folds the names of all orders, and folding whole texts takes far longer.
fn folded_letter(letter: char) -> Option<&'static str> {
    static FOLDED: [OnceLock<Option<Box<str>>>; BY_THEMSELVES] = [const { OnceLock::new() }; BY_THEMSELVES];
    let fold = || {
        let stays = is_combining_mark(letter) && !is_dropped(letter);
        (!stays).then(|| fold_whole(letter.encode_utf8(&mut [0; 4])).into_boxed_str())
    };
    FOLDED.get(letter as usize)?.get_or_init(fold).as_deref()
}

fn fold_whole(text: &str) -> String {
    // Through upper case, which ß and ss share, and so do σ and ς.
    let letters = text.nfkd().filter(|letter| !is_dropped(*letter));
    let folded: String = letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).map(one_form).collect();
    // Once more, as the other case of a letter may have marks of its own.
    folded.nfkd().filter(|letter| !is_dropped(*letter)).nfkc().collect()
}

/// Returns whether a character makes no difference: tatweel, and marks that stand over, under or through a letter.
/// Marks that make another letter or syllable have other combining classes.
fn is_dropped(letter: char) -> bool {
    const TATWEEL: char = '\u{640}';
    // Strokes; Hebrew, Arabic and Syriac vowels; marks that are classed by their position.
    letter == TATWEEL || matches!(canonical_combining_class(letter), 1 | 10..=36 | 200..)
}

/// Returns the form of an Arabic letter that stands for all of its forms.
fn one_form(letter: char) -> char {
    match letter {
        'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_letter_folds_alone_as_in_a_whole_text(text in "[a-zA-Z 0-9\u{80}-\u{7ff}İıßſŉアｱか\u{3099}\u{300}-\u{308}]{0,12}") {
            prop_assert_eq!(fold(&text), fold_whole(&text), "{:?}", text);
        }
    }
}
