//! Times in messages: seconds or milliseconds since 1970.

use chrono::Datelike as _;

use super::json_fields::Fields;
use crate::domain::calendar::FIRST_YEAR;
use crate::domain::problems::Problems;
use crate::domain::time::Timestamp;

/// Reads a time in seconds since 1970, or in milliseconds if it is that large: a number, a numeric string, or the two
/// halves in which JavaScript keeps a long number.
pub fn read_timestamp(fields: &mut Fields<'_>, key: &str, problems: &mut Problems) -> Option<Timestamp> {
    let value = fields.take(key, problems)?;
    let number = if value.is_object() {
        let mut halves = value.object(problems)?;
        let mut half =
            |key| halves.take(key, problems)?.whole_number(i64::from(i32::MIN), i64::from(u32::MAX), problems);
        let (low, high) = (half("low")?, half("high")?);
        u32::try_from(low & 0xffff_ffff).ok().map(|low| (high << 32) | i64::from(low))
    } else {
        let text = value.number_text(problems)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        whole.parse::<i64>().ok().filter(|_| all_digits(whole) && all_digits(fraction))
    };
    let millis =
        number.and_then(|number| if number >= 1_000_000_000_000 { Some(number) } else { number.checked_mul(1000) });
    let time = millis.and_then(Timestamp::from_millis).filter(|time| time.utc().year() >= FIRST_YEAR);
    if time.is_none() {
        problems.add(&value.place, "must be a time in seconds since 1970");
    }
    time
}
