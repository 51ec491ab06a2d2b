//! The value of a setting, as typed.

use crate::domain::limits::{ADDRESS, NOTE, REFERENCE_PREFIX, SHOP_NAME, WORDS};
use crate::domain::money::is_currency;
use crate::domain::own_words::{Field, Part, parts};
use crate::domain::phone::read_phone;
use crate::domain::settings::SettingKey;
use crate::domain::text::{plain_number, shorten, whole_number};
use crate::domain::typed_text::{read_line, read_text};
use crate::domain::zone::Zone;

/// Checks the value for a setting and returns it as stored; an empty one clears the setting.
///
/// # Errors
/// What the value must be.
pub fn read_setting(key: SettingKey, value: &str) -> Result<Option<String>, String> {
    let value = match key {
        SettingKey::ShopAddress | SettingKey::InvoiceNote | SettingKey::OwnWords(_) => &*with_line_ends(value),
        _ => value,
    };
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let valid = match key {
        SettingKey::ShopName => read_line(value, SHOP_NAME)?,
        SettingKey::ShopPhone => read_phone(value)?,
        SettingKey::ShopAddress => read_text(value, ADDRESS)?,
        SettingKey::InvoiceNote => read_text(value, NOTE)?,
        SettingKey::ReferencePrefix => prefix(value)?,
        SettingKey::OwnWords(_) => words(value)?,
        SettingKey::Currency => {
            let code = value.to_ascii_uppercase();
            if !is_currency(&code) {
                return Err("must be three letters, such as EGP".to_owned());
            }
            code
        }
        SettingKey::CountryCode => {
            let digits = &*plain_number(value.trim_start_matches('+'));
            if !(1..=3).contains(&digits.len())
                || !digits.bytes().all(|b| b.is_ascii_digit())
                || digits.starts_with('0')
            {
                return Err("must be one to three digits, such as 20".to_owned());
            }
            digits.to_owned()
        }
        SettingKey::TimeZone => match Zone::parse(value) {
            Some(zone) => zone.name().to_owned(),
            None => return Err("must be a time zone, such as Africa/Cairo".to_owned()),
        },
        SettingKey::LowStock => match whole_number(value) {
            Some(number) if number < 1_000_000 => number.to_string(),
            _ => return Err("must be a whole number from 0 to 999999".to_owned()),
        },
    };
    Ok(Some(valid))
}

/// Returns a text of which all lines end with a newline. Where nobody can type one, they end with a typed `\n`.
fn with_line_ends(value: &str) -> String {
    value.replace("\\n", "\n").replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads what references begin with.
fn prefix(value: &str) -> Result<String, String> {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_plain && value.len() <= REFERENCE_PREFIX {
        true => Ok(value.to_owned()),
        false => Err(format!("must be up to {REFERENCE_PREFIX} letters from a to z or digits, such as LEG")),
    }
}

/// Reads the shop's own words for a message.
fn words(value: &str) -> Result<String, String> {
    let words = read_text(value, WORDS)?;
    let unknown = parts(&words).into_iter().find_map(|part| match part {
        Part::Unknown(braces) => Some(braces),
        Part::Text(_) | Part::Field(_) => None,
    });
    match unknown {
        None => Ok(words),
        Some(brace @ ("{" | "}")) => {
            Err(format!("has a single {brace}: braces stand only around a name, such as {{name}}"))
        }
        Some(braces) => {
            let known = Field::ALL.map(|field| format!("{{{}}}", field.as_str())).join(" ");
            Err(format!("has {}, which is not known: the names are {known}", shorten(braces)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::occasion::Occasion;
    use SettingKey::{
        CountryCode, Currency, InvoiceNote, LowStock, OwnWords, ReferencePrefix, ShopAddress, ShopName, ShopPhone,
        TimeZone,
    };

    #[test]
    fn settings_are_checked() {
        let long = "x".repeat(101);
        let cases: [(SettingKey, &str, Option<Option<&str>>); 47] = [
            (ShopName, " LEGO Mens Wear ", Some(Some("LEGO Mens Wear"))),
            (ShopName, "", Some(None)),
            (ShopName, &long, None),
            (ShopName, &long[1..], Some(Some(&long[1..]))),
            (ShopName, "a\0b", None),
            (ShopName, "a\nb", None),
            (Currency, "egp", Some(Some("EGP"))),
            (Currency, "EG", None),
            (Currency, "EGPS", None),
            (Currency, "E£P", None),
            (CountryCode, "+20", Some(Some("20"))),
            (CountryCode, "٢٠", Some(Some("20"))),
            (CountryCode, "966", Some(Some("966"))),
            (CountryCode, "020", None),
            (CountryCode, "2012", None),
            (CountryCode, "eg", None),
            (TimeZone, "Africa/Cairo", Some(Some("Africa/Cairo"))),
            (TimeZone, "UTC", Some(Some("UTC"))),
            (TimeZone, "Cairo", None),
            (LowStock, "0", Some(Some("0"))),
            (LowStock, "٣", Some(Some("3"))),
            (LowStock, "-1", None),
            (LowStock, "1.5", None),
            (LowStock, "999999", Some(Some("999999"))),
            (LowStock, "1000000", None),
            (ShopPhone, "010 1234", Some(Some("010 1234"))),
            (ShopPhone, "call us", None),
            (ShopAddress, "12 Nile Street\nCairo", Some(Some("12 Nile Street\nCairo"))),
            (InvoiceNote, "14 days", Some(Some("14 days"))),
            (InvoiceNote, "a\0b", None),
            (ShopAddress, "12 Nile Street\\nCairo\r\nEgypt", Some(Some("12 Nile Street\nCairo\nEgypt"))),
            (ShopAddress, "\\n", Some(None)),
            (InvoiceNote, "14 days\r\\n", Some(Some("14 days"))),
            (ShopName, "\u{200b}", None),
            (ReferencePrefix, "SHOP2", Some(Some("SHOP2"))),
            (ReferencePrefix, "MY-SHOP", None),
            (ReferencePrefix, "متجر", None),
            (ReferencePrefix, &long[..21], None),
            (OwnWords(Occasion::Received), "شكرا {name}", Some(Some("شكرا {name}"))),
            (OwnWords(Occasion::Received), "{ }", None),
            (OwnWords(Occasion::Received), "{name_of_shop}", None),
            (OwnWords(Occasion::Received), "{shop name}", None),
            (OwnWords(Occasion::Received), "{ name }", None),
            (OwnWords(Occasion::Received), "{}", None),
            (OwnWords(Occasion::Received), "{name", None),
            (OwnWords(Occasion::Received), "name}", None),
            (OwnWords(Occasion::Shipped), "{tracking} {Total}", None),
        ];
        for (key, value, expected) in cases {
            let kept = read_setting(key, value).ok();
            assert_eq!(kept.as_ref().map(Option::as_deref), expected, "{} {value}", key.as_str());
            // What is kept is read as the same.
            let kept = kept.flatten().unwrap_or_default();
            assert_eq!(read_setting(key, &kept).unwrap().unwrap_or_default(), kept);
        }
    }
}
