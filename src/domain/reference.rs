//! Order references: `LEG-LXYZ1234-AB5C`.

use std::fmt;

use uuid::Uuid;

use super::time::Timestamp;

/// An order's reference: 1 to 50 printable ASCII characters without spaces, unique without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

/// The shortest part of a reference that can be searched for.
pub const SHORTEST_PART: usize = 4;

/// How many characters of a name are enough to look for it: Ali has three.
pub const SHORTEST_NAME: usize = 3;

impl Reference {
    /// Reads a reference; `None` if it is empty, longer than 50, or not printable ASCII.
    pub fn parse(text: &str) -> Option<Reference> {
        let valid = (1..=50).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        valid.then(|| Reference(text.to_owned()))
    }

    /// Reads a reference that somebody gives an order.
    ///
    /// # Errors
    /// As [`parse`](Reference::parse); the error says what it must be.
    pub fn read(text: &str) -> Result<Reference, String> {
        Reference::parse(text).ok_or_else(|| "must be 1 to 50 printable ASCII characters without spaces".to_owned())
    }

    /// What references begin with unless the shop says otherwise.
    pub const PREFIX: &str = "LEG";

    /// Makes a reference as the web page does: `LEG-{base36 of unix ms}-{4 base36}`. A prefix has up to
    /// [`REFERENCE_PREFIX`](super::limits::REFERENCE_PREFIX) characters.
    pub fn made(prefix: &str, at: Timestamp, random: u32) -> Reference {
        Reference::with_suffix(prefix, at, u64::from(random), 4)
    }

    /// Makes a reference four characters longer, for when the other one is taken.
    pub fn made_longer(at: Timestamp, random: u64) -> Reference {
        Reference::with_suffix(Reference::PREFIX, at, random, 8)
    }

    fn with_suffix(prefix: &str, at: Timestamp, random: u64, length: u32) -> Reference {
        let millis = u64::try_from(at.millis()).unwrap_or_default();
        let (suffix, width) = (base36(random % 36_u64.pow(length)), length as usize);
        Reference(format!("{prefix}-{}-{suffix:0>width$}", base36(millis)))
    }

    /// Returns when a reference of the web page was made; `None` for any other reference.
    pub fn made_at(&self) -> Option<Timestamp> {
        let (_, rest) = self.0.split_once('-')?;
        let (digits, _) = rest.split_once('-')?;
        let is_plain = digits.bytes().all(|b| b.is_ascii_alphanumeric());
        let millis = i64::from_str_radix(digits, 36).ok().filter(|_| is_plain)?;
        Timestamp::from_millis(millis)
    }

    /// Says why a new order cannot have this reference: commands would take it for something else.
    pub fn problem_as_new(&self) -> Option<&'static str> {
        if self.0.starts_with('-') {
            return Some("must not begin with -");
        }
        Uuid::try_parse(&self.0).is_ok().then_some("a reference cannot be an order's id")
    }

    /// Returns the text as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a reference could be a name: letters and no digit. Made references almost always have digits, so a
/// guest's name does not collide with them.
pub fn is_name_shaped(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_numeric)
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(number % 36) as usize]);
        number /= 36;
        if number == 0 {
            return digits.iter().rev().map(|&digit| char::from(digit)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_printable_ascii_without_spaces() {
        let fifty = "x".repeat(50);
        for (text, valid) in [
            ("LEG-LXYZ1234-AB5C", true),
            ("1", true),
            (fifty.as_str(), true),
            (&format!("{fifty}x"), false),
            ("", false),
            ("LEG 1", false),
            ("LEG-é", false),
            ("LEG\u{7f}", false),
            ("LEG\n", false),
        ] {
            assert_eq!(Reference::parse(text).is_some(), valid, "{text:?}");
        }
    }

    #[test]
    fn a_made_reference_carries_its_time_in_base36() {
        let at = Timestamp::parse("2026-02-06T16:05:00Z").unwrap();
        assert_eq!(Reference::made("LEG", at, 0).as_str(), "LEG-MLB2TFXC-0000");
        assert_eq!(Reference::made("LEG", at, 36 + 35).as_str(), "LEG-MLB2TFXC-001Z");
        assert_eq!(Reference::made("LEG", at, u32::MAX).as_str().len(), 17);
        assert_eq!(Reference::made_longer(at, u64::from(u32::MAX) + 1).as_str(), "LEG-MLB2TFXC-01Z141Z4");
        assert_eq!(Reference::made("SHOP", at, 7).made_at(), Some(at));
        for text in ["LEG-1", "LEG", "LEG--1", "LEG-ZZZZZZZZZZZZZZZ-1", "LEG-+1-2"] {
            assert_eq!(Reference::parse(text).unwrap().made_at(), None, "{text}");
        }
    }

    #[test]
    fn a_reference_of_letters_alone_could_be_a_name() {
        for (text, is_name) in [
            ("mona", true),
            ("Mona-Sara", true),
            ("أحمد", true),
            ("mona1", false),
            ("LEG-1", false),
            ("منى٢", false),
            ("123", false),
            ("-", false),
            ("", false),
        ] {
            assert_eq!(is_name_shaped(text), is_name, "{text}");
        }
    }
}
