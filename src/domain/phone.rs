//! Phone numbers: the digits of the full number, however it is typed (SPEC 2, "Phones").

use super::limits::{PHONE, excess};
use super::text::{digit_value, is_edge};
use super::typed_text::read_line;
use super::visible::is_blank;

/// The fewest digits of a number that can be called, without and with its country code.
const SHORTEST_NUMBER: usize = 7;
/// The most digits of a number with its country code (E.164).
const LONGEST_NUMBER: usize = 15;
/// So many digits in a row are a whole number: digits after a gap belong to another one.
const WHOLE_NUMBER: usize = 10;
/// The signs before a number with its country code.
const PLUS: [char; 2] = ['+', '＋'];

/// Returns the bare digits of a phone number as typed; Arabic and full-width digits become ASCII.
pub fn phone_digits(phone: &str) -> String {
    let mut digits = String::with_capacity(phone.len());
    digits.extend(phone.chars().filter_map(digit_value).map(|value| char::from(b'0' + value)));
    digits
}

/// Says why an order cannot have a phone. A guest's is kept as it came, even without a digit or in two lines: their order
/// counts. What comes in and what `check` accepts follow this one rule.
pub fn phone_problem(phone: &str) -> Option<String> {
    if is_blank(phone) { Some("must not be blank".to_owned()) } else { excess(phone, PHONE) }
}

/// Reads a phone number that staff type: 1 to 20 characters, with at least one digit.
///
/// # Errors
/// What is wrong with it.
pub fn read_phone(text: &str) -> Result<String, String> {
    let phone = read_line(text, PHONE)?;
    if phone.chars().any(|c| digit_value(c).is_some()) { Ok(phone) } else { Err("must have a digit".to_owned()) }
}

/// Returns whether a text has digits, and nothing that a phone number cannot have.
pub fn is_phone_shaped(text: &str) -> bool {
    let text = text.trim();
    text.chars().any(|c| digit_value(c).is_some())
        && text.chars().all(|c| digit_value(c).is_some() || " +-()./\u{a0}".contains(c))
}

/// Returns whether a text is a phone number that can be called.
pub fn is_callable_number(text: &str) -> bool {
    is_phone_shaped(text) && phone_digits(text).len() >= SHORTEST_NUMBER
}

/// Returns a phone up to the end of its first number. Digits after it belong to an extension (`ext 5`, `#2`) or another
/// number (`010…/011…`). No number ends before its seventh digit: until there, `tel:` and area codes are part of it.
fn first_number(phone: &str) -> &str {
    let (mut digits, mut together, mut is_whole) = (0, 0, false);
    for (at, c) in phone.char_indices() {
        if digit_value(c).is_some() {
            if is_whole {
                return &phone[..at];
            }
            digits += 1;
            together += 1;
        } else {
            is_whole |= together >= WHOLE_NUMBER;
            together = 0;
            if digits >= SHORTEST_NUMBER && !is_spacing(c) {
                return &phone[..at];
            }
        }
    }
    phone
}

/// Returns whether a character only groups the digits of a number.
fn is_spacing(c: char) -> bool {
    is_edge(c) || matches!(c, '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Returns whether a phone is exactly one number: no word, no extension, no second number.
fn is_one_number(phone: &str) -> bool {
    let mut has_digit = false;
    let is_of_number = |c: char| {
        let is_first = !has_digit;
        has_digit |= digit_value(c).is_some();
        digit_value(c).is_some() || is_spacing(c) || c == '/' || is_first && PLUS.contains(&c)
    };
    let phone = phone.trim_matches(is_edge);
    phone.strip_prefix("tel:").unwrap_or(phone).chars().all(is_of_number) && first_number(phone) == phone
}

/// Returns the bare digits of the full number:
///
/// - the digits after `+` or `00`; a `(0)` among them is for domestic calls and is left out;
/// - else, with a country code, that code and the number without its leading 0. A number without a leading 0 that already
///   begins with the code, and is long enough to include it, stays as it is: people copy it from WhatsApp. Long enough is 10
///   digits for codes of three digits, else 11: in a shorter number the first digits may be its own (`91…` in India, `39…` in
///   Italy);
/// - else the digits as they are.
///
/// Arabic and full-width digits count. A number with no digit but 0 gets no country code. Of several numbers the first
/// counts, without its extension.
pub fn full_number(phone: &str, country_code: Option<&str>) -> String {
    let phone = first_number(phone);
    let typed = phone_digits(phone);
    if let Some(rest) = international(phone, &typed) {
        return rest;
    }
    match country_code {
        Some(code) if has_number(&typed) => match typed.strip_prefix('0') {
            Some(local) => format!("{code}{local}"),
            None if has_code(&typed, code) => typed,
            None => format!("{code}{typed}"),
        },
        _ => typed,
    }
}

/// Writes a number in full so that it is read as this number, whatever the country code.
pub fn written_number(number: &str) -> String {
    // Behind a plus, `00` would be read as another one.
    let plus = if number.starts_with("00") && has_number(number) { "00" } else { "+" };
    format!("{plus}{number}")
}

/// Why a phone cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCallable {
    /// It is not a number, too short or too long, or several numbers: a link to a stranger is worse than none.
    NotOneNumber,
    /// It is a local number, and the country is unknown.
    NoCountryCode,
}

/// Returns the digits of the full number, as WhatsApp takes them.
pub fn callable_number(phone: &str, country_code: Option<&str>) -> Result<String, NotCallable> {
    let (typed, digits) = (phone_digits(phone), full_number(phone, country_code));
    let is_long_enough = typed.len().min(digits.len()) >= SHORTEST_NUMBER && digits.len() <= LONGEST_NUMBER;
    if !is_one_number(phone) || !is_long_enough || !has_number(&typed) {
        return Err(NotCallable::NotOneNumber);
    }
    if country_code.is_none() && international(phone, &typed).is_none() {
        return Err(NotCallable::NoCountryCode);
    }
    Ok(digits)
}

/// Returns the digits after `+` or `00`; `None` if the number is typed without either.
fn international(phone: &str, typed: &str) -> Option<String> {
    let has_plus = phone.split(char::is_numeric).next().unwrap_or_default().contains(PLUS);
    if !has_plus && !typed.starts_with("00") {
        return None;
    }
    let digits = phone_digits(&phone.replace("(0)", ""));
    let digits = digits.strip_prefix("00").unwrap_or(&digits).to_owned();
    Some(digits).filter(|digits| has_number(digits))
}

fn has_code(digits: &str, code: &str) -> bool {
    digits.starts_with(code) && digits.len() >= if code.len() < 3 { 11 } else { 10 }
}

fn has_number(digits: &str) -> bool {
    digits.bytes().any(|digit| digit != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_keeps_only_its_digits() {
        for (phone, digits) in [
            ("+20 (12) 345-678", "2012345678"),
            ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
            ("۰۹۱۲", "0912"),
            ("０１０", "010"),
            ("call me", ""),
        ] {
            assert_eq!(phone_digits(phone), digits, "{phone}");
        }
    }

    #[test]
    fn a_phone_without_a_digit_is_refused() {
        for (phone, read) in [
            (" +20 12 ", Ok("+20 12")),
            ("٠١٢", Ok("٠١٢")),
            ("call me", Err("must have a digit")),
            (" ", Err("must not be blank")),
            ("12345678901234567890", Ok("12345678901234567890")),
            ("123456789012345678901", Err("must have at most 20 characters, has 21")),
        ] {
            assert_eq!(read_phone(phone), read.map(str::to_owned).map_err(str::to_owned), "{phone}");
        }
    }

    #[test]
    fn every_spelling_of_a_number_has_the_same_digits() {
        for (phone, code, expected) in [
            ("01012345678", Some("20"), "201012345678"),
            ("+20 101 234 5678", Some("20"), "201012345678"),
            ("201012345678", Some("20"), "201012345678"),
            ("0020 (101) 234-5678", Some("20"), "201012345678"),
            ("1012345678", Some("20"), "201012345678"),
            ("٠١٠١٢٣٤٥٦٧٨", Some("20"), "201012345678"),
            ("۲۰۱۰۱۲۳۴۵۶۷۸", Some("20"), "201012345678"),
            ("+٢٠١٠١٢٣٤٥٦٧٨", None, "201012345678"),
            ("+20 (0)101 234 5678", None, "201012345678"),
            ("0020 (0)101 234 5678", None, "201012345678"),
            ("tel:+20 101 234 5678", Some("966"), "201012345678"),
            ("０１０１２３４５６７８", Some("20"), "201012345678"),
            ("＋２０ １０１ ２３４ ５６７８", None, "201012345678"),
            // The first number counts.
            ("01012345678 ext 5", Some("20"), "201012345678"),
            ("01012345678/01099", Some("20"), "201012345678"),
            ("01012345678 01099", Some("20"), "201012345678"),
            ("+20 1012345678#2", None, "201012345678"),
            ("+20 101 234 5678 +966", None, "201012345678"),
            ("0151/12345678", Some("49"), "4915112345678"),
            ("+0020 101 234 5678", None, "201012345678"),
            // The landline of Cairo, whose area is 2.
            ("02 23456789", Some("20"), "20223456789"),
            ("20223456789", Some("20"), "20223456789"),
            // The first digits may be the number's own.
            ("9123456789", Some("91"), "919123456789"),
            ("3912345678", Some("39"), "393912345678"),
            ("7012345678", Some("7"), "77012345678"),
            ("9613123456", Some("961"), "9613123456"),
            ("966501234567", Some("966"), "966501234567"),
            // Without a country, the digits stay as they are.
            ("0101 234 5678", None, "01012345678"),
            ("201012345678", None, "201012345678"),
            // Not a number, and a part of one as in a search.
            ("call me", Some("20"), ""),
            ("0", Some("20"), "0"),
            ("000", Some("20"), "000"),
            ("+0", None, "0"),
            ("0101", Some("20"), "20101"),
        ] {
            assert_eq!(full_number(phone, code), expected, "{phone} {code:?}");
        }
    }

    #[test]
    fn a_number_in_full_is_read_as_it_is_written() {
        for number in ["201012345678", "01012345678", "966501234567", "1", "1234567890", "0002000", "00", ""] {
            for code in [None, Some("20"), Some("1")] {
                assert_eq!(full_number(&written_number(number), code), number, "{code:?}");
            }
        }
    }

    #[test]
    fn a_callable_number_has_its_country_code() {
        for (phone, code, expected) in [
            ("+20 101 234 5678", None, Some("201012345678")),
            ("0020 101 234 5678", None, Some("201012345678")),
            ("0101 234 5678", Some("20"), Some("201012345678")),
            ("101 234 5678", Some("20"), Some("201012345678")),
            ("201012345678", Some("20"), Some("201012345678")),
            ("0101 234 5678", None, None),
            ("tel:+20 101 234 5678", None, Some("201012345678")),
            ("\u{202a}+20 101\u{2011}234\u{2013}5678\u{202c}", None, Some("201012345678")),
            ("+20 (0)101 234 5678", None, Some("201012345678")),
            ("0151/12345678", Some("49"), Some("4915112345678")),
            ("０１０１２３４５６７８", Some("20"), Some("201012345678")),
            // None of these is exactly one number.
            ("01012345678 ext 5", Some("20"), None),
            ("01012345678 x5", Some("20"), None),
            ("01012345678/01099", Some("20"), None),
            ("01012345678 01099", Some("20"), None),
            ("+20 1012345678#2", None, None),
            ("+20 101 234 5678 +966", None, None),
            ("Flat 7, 01012345678", Some("20"), None),
            ("7, 01012345678", Some("20"), None),
            ("01012345678 محمد", Some("20"), None),
            ("+1234567890123456", None, None),
            ("+123456789012345", None, Some("123456789012345")),
            ("000", Some("20"), None),
            ("101 234", Some("20"), None),
            ("+0", None, None),
            ("+20 +101 234 5678", None, None),
            ("2+01012345678", Some("20"), None),
            ("call me", Some("20"), None),
        ] {
            assert_eq!(callable_number(phone, code).ok().as_deref(), expected, "{phone}");
        }
    }

    #[test]
    fn a_text_is_shaped_like_a_phone_if_it_has_digits_and_nothing_strange() {
        for (text, is_shaped, is_callable) in [
            (" +20 (101) 234-5678 ", true, true),
            ("0101.234/5678", true, true),
            ("٠١٠١\u{a0}٢٣٤", true, true),
            ("1234567", true, true),
            ("123456", true, false),
            ("+-()", false, false),
            ("", false, false),
            ("0101 234 5678 x", false, false),
            ("LEG-1234567", false, false),
        ] {
            assert_eq!((is_phone_shaped(text), is_callable_number(text)), (is_shaped, is_callable), "{text}");
        }
    }
}
