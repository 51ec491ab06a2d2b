//! What somebody types: it is refused with what to type, or it is read, within its bounds, and read again as the same.

use std::fmt::Debug;

use orders::domain::item_spec::{ItemSpec, quantity};
use orders::domain::limits;
use orders::domain::money::Money;
use orders::domain::order::QUANTITY_LIMIT;
use orders::domain::own_words::{Part, parts};
use orders::domain::payment::{Method, read_receipt};
use orders::domain::phone::{callable_number, full_number, read_phone, written_number};
use orders::domain::settings::SettingKey;
use orders::domain::shipping::{read_courier, read_tracking};
use orders::domain::terms::{Discount, Fee};
use orders::domain::visible::visible;
use orders::input::setting::read_setting;
use orders::input::username::read_username;

use super::hold_shown;

/// Reads a text as each thing that somebody types, and holds everything that must hold for it.
///
/// # Panics
/// Something does not hold.
pub fn typed(bytes: &[u8]) {
    // Arguments that are no text are refused before they are read.
    let Ok(text) = str::from_utf8(bytes) else { return };
    hold_shown(text);
    assert_eq!(visible(&visible(text)), visible(text), "what is visible stays so");
    hold_items(text);
    hold_money(text);
    hold_phone(text);
    hold_words(text);
    same_again(text, read_receipt, limits::RECEIPT);
    same_again(text, read_username, 150);
    same_again(text, |text| Ok(read_courier(text)?.unwrap_or_default()), limits::COURIER);
    same_again(text, |text| Ok(read_tracking(text)?.unwrap_or_default()), limits::TRACKING);
    same_again(text, |text| Method::parse(text).map(|method| method.to_string()), Method::LIMIT);
    for key in SettingKey::ALL {
        same_again(text, |text| Ok(read_setting(key, text)?.unwrap_or_default()), limits::WORDS);
    }
}

/// A reader refuses a text, or takes one of at most `longest` characters, of which it makes the same.
fn same_again(text: &str, read: impl Fn(&str) -> Result<String, String>, longest: usize) {
    let Some(taken) = said(read(text)) else { return };
    assert!(taken.chars().count() <= longest && !taken.contains('\0'), "{taken:?}");
    assert_eq!(read(&taken), Ok(taken));
}

/// Returns what was read; what is refused has a reason.
fn said<T: Debug>(read: Result<T, String>) -> Option<T> {
    read.map_err(|problem| {
        assert!(!problem.trim().is_empty());
        hold_shown(&problem);
    })
    .ok()
}

/// An item that is accepted prints as an item that is read as the same, also where the product has signs in its name.
fn hold_items(text: &str) {
    let wholes = text.match_indices(['/', '*', '@']).map(|(end, _)| &text[..end]).chain(["", text]);
    for whole in wholes.take(20) {
        let whole = whole.trim();
        let Some(item) = said(ItemSpec::read(text, |product| product == whole)) else { continue };
        assert!((1..=QUANTITY_LIMIT).contains(&item.quantity), "{item:?}");
        assert!(!item.product.trim().is_empty(), "{item:?}");
        let choices = [&item.size, &item.color].into_iter().flatten();
        choices.for_each(|choice| {
            assert!((1..=limits::CHOICE).contains(&choice.chars().count()) && choice.trim() == choice, "{item:?}");
        });
        let printed = item.to_string();
        let again = ItemSpec::read(&printed, |product| product == item.product);
        assert_eq!(again.as_ref(), Ok(&item), "{printed}");
        // What is size and what is color is told by the product; no letter of it is lost.
        let chosen =
            |item: &ItemSpec| [&item.size, &item.color].map(|choice| choice.clone().unwrap_or_default()).concat();
        let letters =
            |item: &ItemSpec| chosen(item).chars().filter(|c| *c != '/' && !c.is_whitespace()).collect::<String>();
        let told = item.clone().with_size_of(|size| size.len() % 2 == 0);
        assert_eq!(letters(&told), letters(&item), "{told:?}");
    }
    if let Some(number) = said(quantity(text)) {
        assert!((1..=QUANTITY_LIMIT).contains(&number));
        assert_eq!(quantity(&number.to_string()), Ok(number));
    }
}

/// An amount is within the limit, and exact. A percentage is no more than the whole.
fn hold_money(text: &str) {
    if let Some(amount) = said(Money::parse_typed(text)) {
        assert!(Money::ZERO <= amount && amount <= Money::LIMIT, "{amount}");
        assert_eq!(Money::parse(&amount.to_string()).ok(), Some(amount));
        assert_eq!(Money::from_hundredths(amount.hundredths()), amount);
        assert_eq!(Fee::read(&amount.to_string()), Ok(Fee(Some(amount))));
    }
    said(Fee::read(text));
    if let Some(discount) = said(Discount::read(text)) {
        let total = Money::LIMIT;
        assert!(discount.of(total) <= total, "{discount:?}");
    }
}

/// A full number is digits alone, whatever was typed. Written in full it is read as the same in every country.
fn hold_phone(text: &str) {
    same_again(text, read_phone, limits::PHONE);
    for country in [None, Some("20"), Some("1"), Some("380")] {
        let number = full_number(text, country);
        assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
        for other in [None, Some("20"), Some("1"), Some("380")] {
            assert_eq!(full_number(&written_number(&number), other), number, "in {other:?}");
        }
        if let Ok(callable) = callable_number(text, country) {
            assert_eq!(callable, number);
            assert!((7..=15).contains(&number.len()), "{number}");
        }
    }
}

/// The shop's own words are their parts.
fn hold_words(text: &str) {
    let parts = parts(text).into_iter().map(|part| match part {
        Part::Text(text) | Part::Unknown(text) => text.to_owned(),
        Part::Field(field) => format!("{{{}}}", field.as_str()),
    });
    assert_eq!(parts.collect::<String>(), text);
}
