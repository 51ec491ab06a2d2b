//! Searching text in any script, without regard to case, to marks over letters and to forms of one Arabic letter.

use super::fold::fold;
use crate::domain::order::{Customer, OrderSummary};
use crate::domain::phone::{full_number, is_phone_shaped, phone_digits};
use crate::domain::reference::SHORTEST_PART;

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
    /// Prepares a text. `None` if folding leaves nothing of it, such as of a lone tatweel or mark: it matches no order, though a
    /// blank text matches all.
    pub fn of(text: &str, country_code: Option<&str>) -> Option<Needle> {
        let text = text.trim();
        let folded = fold(text);
        if folded.trim().is_empty() && !text.is_empty() {
            return None;
        }
        let digits = phone_digits(text);
        let is_phone = is_phone_shaped(text);
        let number = full_number(text, country_code);
        let is_tracking = folded.len() >= SHORTEST_PART
            && folded.bytes().any(|byte| byte.is_ascii_digit())
            && !folded.contains(char::is_whitespace);
        Some(Needle {
            tracking: is_tracking.then(|| folded.clone()),
            folded,
            number: Some(number).filter(|number| is_phone && *number != digits),
            digits: is_phone.then_some(digits),
        })
    }
}

/// The texts of an order that a search compares, folded: its reference, name, phone and tracking number.
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

/// Returns the places of the orders that have a text in their reference, name, phone or tracking number, as a list with
/// this search finds them.
pub fn search_among(orders: &[SearchedOrder], text: &str, country_code: Option<&str>) -> Vec<usize> {
    let Some(needle) = Needle::of(text, country_code) else { return Vec::new() };
    let has_it = |SearchedOrder { folded, digits }: &SearchedOrder| {
        folded.iter().any(|field| field.contains(&needle.folded))
            || needle.digits.iter().chain(&needle.number).any(|typed| digits.contains(typed))
    };
    (0..orders.len()).filter(|&place| has_it(&orders[place])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(fold(text).contains(&Needle::of(typed, None).unwrap().folded), "{typed} in {text}");
        }
        for (text, typed) in [
            ("100 cotton", "100% "),
            ("cottonXnew", "cotton_new"),
            ("Omar", "Amr"),
            ("が", "か"),
            ("कि", "का"),
            ("Łukasz", "lukasz"),
        ] {
            assert!(!fold(text).contains(&Needle::of(typed, None).unwrap().folded), "{typed} in {text}");
        }
    }

    #[test]
    fn a_text_of_which_folding_leaves_nothing_is_no_needle() {
        for (text, is_needle) in [("ـ", false), (" \u{301} ", false), (" ", true), ("", true), ("-", true)] {
            assert_eq!(Needle::of(text, None).is_some(), is_needle, "{text:?}");
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
            assert_eq!(Needle::of(typed, None).unwrap().digits.as_deref(), digits, "{typed}");
        }
        for (typed, number) in [
            ("0101", Some("20101")),
            ("+20 101", None),
            ("00201", Some("201")),
            ("101", Some("20101")),
            ("LEG-1", None),
        ] {
            assert_eq!(Needle::of(typed, Some("20")).unwrap().number.as_deref(), number, "{typed}");
        }
    }
}
