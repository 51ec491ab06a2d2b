//! Who carries an order, and its tracking number.

use super::limits::{COURIER, TRACKING};
use super::reference::Reference;
use super::typed_text::{or_none, read_value};

/// How an order travels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shipping {
    /// The courier, 1 to [`COURIER`] characters.
    pub courier: Option<String>,
    /// The courier's number of it, 1 to [`TRACKING`] characters; the order is found by it.
    pub tracking: Option<String>,
}

/// A change of the shipping: `None` keeps a value, `Some(None)` removes it.
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
/// It is too long, nothing of it can be seen, or it is a placeholder.
pub fn read_courier(text: &str) -> Result<Option<String>, String> {
    or_none(text, |text| read_value(text, COURIER))
}

/// Reads a tracking number as typed; an empty one is none.
///
/// # Errors
/// It is too long, has spaces, nothing of it can be seen, or it is a placeholder.
pub fn read_tracking(text: &str) -> Result<Option<String>, String> {
    let number = or_none(text, |text| read_value(text, TRACKING))?;
    match number.as_deref().is_some_and(|number| number.contains(char::is_whitespace)) {
        true => Err("must be one number without spaces".to_owned()),
        false => Ok(number),
    }
}

/// Warns that other orders have the tracking number of an order; `None` if none has. Orders in one parcel share a
/// number.
pub fn shared(order: &Reference, number: &str, others: &[Reference]) -> Option<String> {
    let (first, more) = others.split_first()?;
    let more = if more.is_empty() { "" } else { " and others" };
    Some(format!(
        "{order} has the tracking number {number}, like {first}{more}; if they are not in one parcel, correct it with edit --tracking"
    ))
}

/// Warns that the tracking number of an order is another one's reference.
pub fn names_another(order: &Reference, number: &str) -> String {
    format!(
        "{order} has the tracking number {number}, which is the reference of another order; correct it with edit --tracking"
    )
}

impl Shipping {
    /// Returns the shipping after an edit.
    #[must_use]
    pub fn edited(&self, edit: &ShippingEdit) -> Shipping {
        Shipping {
            courier: edit.courier.clone().unwrap_or_else(|| self.courier.clone()),
            tracking: edit.tracking.clone().unwrap_or_else(|| self.tracking.clone()),
        }
    }

    /// Returns the number that an edit sets; `None` if it is the present one, or none.
    pub fn new_number<'e>(&self, edit: &'e ShippingEdit) -> Option<&'e str> {
        let number = edit.tracking.as_ref()?.as_deref()?;
        let is_same = self.tracking.as_ref().is_some_and(|old| old.eq_ignore_ascii_case(number));
        (!is_same).then_some(number)
    }

    /// Returns the words of the history for courier and tracking; `None` for what is not set.
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
    fn a_shared_number_is_warned_of_once() {
        let order = |name: &str| Reference::parse(name).unwrap();
        let bosta = Shipping { courier: None, tracking: Some("bs-9917".to_owned()) };
        let edit = |number: Option<&str>| ShippingEdit { courier: None, tracking: Some(number.map(str::to_owned)) };
        for (number, new) in [(Some("BS-9917"), None), (Some("9918"), Some("9918")), (None, None)] {
            assert_eq!(bosta.new_number(&edit(number)), new);
        }
        assert_eq!(bosta.new_number(&ShippingEdit::default()), None);
        for (others, words) in [
            (&[][..], None),
            (&[order("LEG-2")], Some("like LEG-2; if")),
            (&[order("LEG-2"), order("LEG-3")], Some("like LEG-2 and others; if")),
        ] {
            let said = shared(&order("LEG-1"), "9917", others);
            assert_eq!(said.is_some(), words.is_some());
            assert!(said.is_none_or(
                |said| said.starts_with("LEG-1 has the tracking number 9917, ") && said.contains(words.unwrap())
            ));
        }
    }

    #[test]
    fn a_tracking_number_that_is_a_reference_gets_a_warning() {
        assert_eq!(
            names_another(&Reference::parse("LEG-1").unwrap(), "LEG-2"),
            "LEG-1 has the tracking number LEG-2, which is the reference of another order; correct it with edit --tracking"
        );
    }

    #[test]
    fn an_edit_keeps_the_shipping_that_it_does_not_name() {
        let bosta = Shipping { courier: Some("Bosta".to_owned()), tracking: Some("9917".to_owned()) };
        assert_eq!(bosta.edited(&ShippingEdit::default()), bosta);
        let edit = ShippingEdit { courier: None, tracking: Some(None) };
        let edited = bosta.edited(&edit);
        assert_eq!(edited, Shipping { tracking: None, ..bosta.clone() });
        assert_eq!(bosta.words(), [Some("courier: Bosta".to_owned()), Some("tracking: 9917".to_owned())]);
        assert_eq!(edited.words()[1], None);
    }
}
