//! Who carries an order, and by which number it can be followed.

use super::limits::{COURIER, TRACKING};
use super::typed_text::{or_none, read_line};

/// How an order travels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shipping {
    /// The courier, 1 to [`COURIER`] characters.
    pub courier: Option<String>,
    /// The courier's number of it, 1 to [`TRACKING`] characters; the order is found by it.
    pub tracking: Option<String>,
}

/// What somebody in the shop says of the shipping; what is `None` stays as it is, `Some(None)` takes it away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShippingEdit {
    /// The courier.
    pub courier: Option<Option<String>>,
    /// The courier's number.
    pub tracking: Option<Option<String>>,
}

/// Reads a courier as typed; an empty one is none.
///
/// # Errors
/// It is too long, or nothing of it can be seen.
pub fn read_courier(text: &str) -> Result<Option<String>, String> {
    or_none(text, |text| read_line(text, COURIER))
}

/// Reads a tracking number as typed; an empty one is none.
///
/// # Errors
/// It is too long, has spaces, or nothing of it can be seen.
pub fn read_tracking(text: &str) -> Result<Option<String>, String> {
    let number = or_none(text, |text| read_line(text, TRACKING))?;
    match number.as_deref().is_some_and(|number| number.contains(char::is_whitespace)) {
        true => Err("must be one number without spaces".to_owned()),
        false => Ok(number),
    }
}

impl Shipping {
    /// Returns it as the shop says.
    #[must_use]
    pub fn edited(&self, edit: &ShippingEdit) -> Shipping {
        Shipping {
            courier: edit.courier.clone().unwrap_or_else(|| self.courier.clone()),
            tracking: edit.tracking.clone().unwrap_or_else(|| self.tracking.clone()),
        }
    }

    /// Returns what the history tells of each: courier and tracking; nothing of what there is not.
    pub fn words(&self) -> [Option<String>; 2] {
        let words = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}"));
        [words("courier", &self.courier), words("tracking", &self.tracking)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_courier_and_a_tracking_number_are_read() {
        let some = |text: &str| Ok(Some(text.to_owned()));
        for (text, courier, tracking) in [
            (" Bosta ", some("Bosta"), some("Bosta")),
            ("", Ok(None), Ok(None)),
            ("  ", Ok(None), Ok(None)),
            ("9917 22", some("9917 22"), Err("must be one number without spaces")),
            ("99\u{1b}[1m", Err("must not have control characters"), Err("must not have control characters")),
        ] {
            assert_eq!(read_courier(text), courier.map_err(str::to_owned), "{text}");
            assert_eq!(read_tracking(text), tracking.map_err(str::to_owned), "{text}");
        }
        assert!(read_courier(&"م".repeat(COURIER)).is_ok() && read_courier(&"م".repeat(COURIER + 1)).is_err());
        assert!(read_tracking(&"9".repeat(TRACKING)).is_ok() && read_tracking(&"9".repeat(TRACKING + 1)).is_err());
    }

    #[test]
    fn what_is_not_said_of_the_shipping_stays() {
        let bosta = Shipping { courier: Some("Bosta".to_owned()), tracking: Some("9917".to_owned()) };
        assert_eq!(bosta.edited(&ShippingEdit::default()), bosta);
        let edit = ShippingEdit { courier: None, tracking: Some(None) };
        let edited = bosta.edited(&edit);
        assert_eq!(edited, Shipping { tracking: None, ..bosta.clone() });
        assert_eq!(bosta.words(), [Some("courier: Bosta".to_owned()), Some("tracking: 9917".to_owned())]);
        assert_eq!(edited.words()[1], None);
    }
}
