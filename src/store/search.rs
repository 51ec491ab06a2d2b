//! Searching text in any script, without regard to case, to marks over letters and to forms of one Arabic letter.

use std::sync::OnceLock;

use memchr::memmem::Finder;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::FromSqlError;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use crate::domain::order::{Customer, OrderSummary};
use crate::domain::phone::{full_number, is_phone_shaped, phone_digits, read_phone};
use crate::domain::reference::SHORTEST_PART;
use crate::domain::text::size_key;

/// A text to search for, prepared for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    /// The text, folded.
    pub folded: String,
    /// Its digits, where it looks like a part of a phone number.
    pub digits: Option<String>,
    /// The digits of the full number that it may begin, where they differ.
    pub number: Option<String>,
    /// The folded text, where it looks like a part of a tracking number.
    pub tracking: Option<String>,
}

impl Needle {
    pub fn of(text: &str, country_code: Option<&str>) -> Needle {
        let text = text.trim();
        let digits = phone_digits(text);
        let is_phone = is_phone_shaped(text);
        let number = full_number(text, country_code);
        let folded = fold(text);
        let is_tracking = folded.len() >= SHORTEST_PART
            && folded.bytes().any(|byte| byte.is_ascii_digit())
            && !folded.contains(char::is_whitespace);
        Needle {
            tracking: is_tracking.then(|| folded.clone()),
            folded,
            number: Some(number).filter(|number| is_phone && *number != digits),
            digits: is_phone.then_some(digits),
        }
    }

    /// Returns whether folding leaves nothing of a text that is not blank, such as a lone tatweel or mark. It is in no order, though a
    /// blank text is in all of them.
    pub fn is_of_nothing(&self, text: &str) -> bool {
        !text.trim().is_empty() && self.folded.trim().is_empty()
    }
}

/// What of an order is searched at once, ready to be compared: its reference, name, phone and tracking number.
#[derive(Debug, Clone)]
pub struct SearchedOrder {
    folded: [String; 4],
    digits: String,
}

impl SearchedOrder {
    /// Folds the texts of an order.
    pub fn of(order: &OrderSummary, country_code: Option<&str>) -> SearchedOrder {
        let Customer { name, phone, .. } = &order.customer;
        let tracking = order.shipping.tracking.as_deref().unwrap_or_default();
        SearchedOrder {
            folded: [order.reference.as_str(), name, phone, tracking].map(fold),
            digits: full_number(phone, country_code),
        }
    }
}

/// Finds those of some orders that have a text in their reference, name, phone or tracking number, as a list with this search would, and
/// returns their places.
pub fn search_among(orders: &[SearchedOrder], text: &str, country_code: Option<&str>) -> Vec<usize> {
    let needle = Needle::of(text, country_code);
    if needle.is_of_nothing(text) {
        return Vec::new();
    }
    let has_it = |SearchedOrder { folded, digits }: &SearchedOrder| {
        folded.iter().any(|field| field.contains(&needle.folded))
            || needle.digits.iter().chain(&needle.number).any(|typed| digits.contains(typed))
    };
    (0..orders.len()).filter(|&place| has_it(&orders[place])).collect()
}

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

/// Below this code point letters fold one by one: those of Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic.
const BY_THEMSELVES: usize = 0x700;

/// Returns a letter folded; `None` for what may change the letter before it, and what is looked up too rarely. A search
/// folds the names of all orders, and folding whole texts takes far longer.
fn folded_letter(letter: char) -> Option<&'static str> {
    static FOLDED: [OnceLock<Option<Box<str>>>; BY_THEMSELVES] = [const { OnceLock::new() }; BY_THEMSELVES];
    let fold = || {
        let stays = is_combining_mark(letter) && !is_dropped(letter);
        (!stays).then(|| fold_whole(letter.encode_utf8(&mut [0; 4])).into_boxed_str())
    };
    FOLDED.get(letter as usize)?.get_or_init(fold).as_deref()
}

fn fold_whole(text: &str) -> String {
    // By way of upper case, as ß and ss, σ and ς have the same.
    let letters = text.nfkd().filter(|letter| !is_dropped(*letter));
    let folded: String = letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).map(one_form).collect();
    // Once more, as the other case of a letter may have marks of its own.
    folded.nfkd().filter(|letter| !is_dropped(*letter)).nfkc().collect()
}

/// Returns whether a character makes no difference: tatweel, and marks that stand over, under or through a letter. Of those
/// that make another letter or syllable, Unicode's combining class is another.
fn is_dropped(letter: char) -> bool {
    const TATWEEL: char = '\u{640}';
    // Strokes; Hebrew, Arabic and Syriac vowels; whatever is placed by where it stands.
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

/// Makes SQLite know `is_found_in(needle, text, …)`, whether one of the texts contains a needle that is folded already,
/// and `full_number(phone, country code)`.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("is_found_in", -1, flags, |context| {
        // The same for every row of a statement.
        let needle =
            context.get_or_create_aux(0, |needle| Ok::<_, FromSqlError>(Finder::new(needle.as_str()?).into_owned()))?;
        let is_found = |index| {
            let text = context.get_raw(index).as_str();
            text.is_ok_and(|text| needle.find(fold(text).as_bytes()).is_some())
        };
        Ok((1..context.len()).any(is_found))
    })?;
    connection.create_scalar_function("full_number", 2, flags, |context| {
        let text = |index| context.get_raw(index).as_str_or_null();
        Ok(text(0).ok().flatten().map(|phone| full_number(phone, text(1).ok().flatten())))
    })?;
    connection.create_scalar_function("phone_problem", 1, flags, |context| {
        Ok(context.get_raw(0).as_str().map_or(None, |phone| read_phone(phone).err()))
    })?;
    connection.create_scalar_function("size_key", 1, flags, |context| Ok(size_key(context.get_raw(0).as_str()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn letters_are_folded_by_themselves_as_in_a_whole_text(text in "[a-zA-Z 0-9\u{80}-\u{7ff}İıßſŉアｱか\u{3099}\u{300}-\u{308}]{0,12}") {
            prop_assert_eq!(fold(&text), fold_whole(&text), "{:?}", text);
        }
    }

    #[test]
    fn one_text_is_found_in_another_spelling_of_it() {
        for (text, typed) in [
            ("Classic T-Shirt", "t-SHIRT"),
            ("ليلى حسن", "حسن"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσεύς".replace('ύ', "υ").as_str()),
            ("Straße", "STRASSE"),
            ("José", "jose\u{301}"),
            ("Ελένη", "ΕΛΈΝΗ"),
            ("Ирина", "ирИНА"),
            ("Ｔｏｋｙｏ", "tokyo"),
            ("陈大文", "大文"),
            ("İstanbul", "ISTANBUL"),
            ("100% cotton_new", "100% COTTON_"),
            ("ﺱﻼﻣ", "سلام"),
            ("أحمد", "احمد"),
            ("احمد", "أحمد"),
            ("إسراء آمال", "اسراء امال"),
            ("ٱلله", "الله"),
            ("مؤمن هانئ", "مومن هاني"),
            ("مُحَمَّد", "محمد"),
            ("محـــمد", "محمد"),
            ("مصطفى", "مصطفي"),
            ("علی", "على"),
            ("فاطمة", "فاطمه"),
            ("کریم", "كريم"),
            ("José Núñez", "jose nunez"),
            ("Jose", "JOSÉ"),
            ("Çağla", "cagla"),
            ("Ελένη", "ελενη"),
            ("Андрей", "андреи"),
            ("Nguyễn", "nguyen"),
        ] {
            assert!(fold(text).contains(&Needle::of(typed, None).folded), "{typed} in {text}");
        }
        for (text, typed) in [
            ("100 cotton", "100% "),
            ("cottonXnew", "cotton_new"),
            ("Omar", "Amr"),
            ("が", "か"),
            ("कि", "का"),
            ("Łukasz", "lukasz"),
        ] {
            assert!(!fold(text).contains(&Needle::of(typed, None).folded), "{typed} in {text}");
        }
    }

    #[test]
    fn only_what_looks_like_a_phone_is_looked_for_in_phones() {
        for (typed, digits) in [
            ("+20 (101) 111-22", Some("2010111122")),
            ("٠١٠١", Some("0101")),
            ("LEG-1", None),
            ("-", None),
            ("", None),
            ("12a", None),
        ] {
            assert_eq!(Needle::of(typed, None).digits.as_deref(), digits, "{typed}");
        }
        for (typed, number) in [
            ("0101", Some("20101")),
            ("+20 101", None),
            ("00201", Some("201")),
            ("101", Some("20101")),
            ("LEG-1", None),
        ] {
            assert_eq!(Needle::of(typed, Some("20")).number.as_deref(), number, "{typed}");
        }
    }
}
