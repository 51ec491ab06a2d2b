//! Phone numbers: the digits of the number in full, however it was typed (SPEC 2, "Phones").

use super::text::phone_digits;

/// The fewest digits of a number that can be called, without and with its country code.
const SHORTEST_NUMBER: usize = 7;

/// Returns the bare digits of the number in full:
///
/// - what follows `+` or `00`; a `(0)` in it is for calls within the country and is left out;
/// - else, with a country code, that code and the number without its leading 0. A number without a leading 0 that begins
///   with the code already, and is as long as a number with its code is, stays as it is: people copy it from WhatsApp.
///   Numbers with a code of three digits have 10 digits or more, others 11: with fewer, the first digits may be the
///   number's own (`91…` in India, `39…` in Italy);
/// - else the digits as they are.
///
/// Arabic digits count. Nothing comes before a number without any digit but 0.
pub fn full_number(phone: &str, country_code: Option<&str>) -> String {
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

/// Returns the digits of the number in full, as WhatsApp takes them; `None` for a local number where the country is not
/// known, and for what is too short to be called.
pub fn callable_number(phone: &str, country_code: Option<&str>) -> Option<String> {
    let typed = phone_digits(phone);
    let is_callable = |digits: &str| digits.len() >= SHORTEST_NUMBER && has_number(digits);
    match international(phone, &typed) {
        Some(digits) => Some(digits).filter(|digits| is_callable(digits)),
        None if country_code.is_some() && is_callable(&typed) => Some(full_number(phone, country_code)),
        None => None,
    }
}

/// Returns what follows `+` or `00`; `None` where the number is typed without either.
fn international(phone: &str, typed: &str) -> Option<String> {
    let has_plus = phone.split(char::is_numeric).next().unwrap_or_default().contains(['+', '＋']);
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
            ("+0020 101 234 5678", None, "201012345678"),
            // The landline of Cairo, whose area is 2.
            ("02 23456789", Some("20"), "20223456789"),
            ("20223456789", Some("20"), "20223456789"),
            // The code's digits may be the number's own.
            ("9123456789", Some("91"), "919123456789"),
            ("3912345678", Some("39"), "393912345678"),
            ("7012345678", Some("7"), "77012345678"),
            ("9613123456", Some("961"), "9613123456"),
            ("966501234567", Some("966"), "966501234567"),
            // Without a country they are as they are.
            ("0101 234 5678", None, "01012345678"),
            ("201012345678", None, "201012345678"),
            // No number, and a part of one as a search has it.
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
    fn a_number_that_can_be_called_has_its_country_code() {
        for (phone, code, expected) in [
            ("+20 101 234 5678", None, Some("201012345678")),
            ("0020 101 234 5678", None, Some("201012345678")),
            ("0101 234 5678", Some("20"), Some("201012345678")),
            ("101 234 5678", Some("20"), Some("201012345678")),
            ("201012345678", Some("20"), Some("201012345678")),
            ("0101 234 5678", None, None),
            ("tel:+20 101 234 5678", None, Some("201012345678")),
            ("000", Some("20"), None),
            ("101 234", Some("20"), None),
            ("+0", None, None),
            ("call me", Some("20"), None),
        ] {
            assert_eq!(callable_number(phone, code).as_deref(), expected, "{phone}");
        }
    }
}
