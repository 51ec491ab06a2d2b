//! Times in messages: seconds or milliseconds since 1970.

use chrono::Datelike as _;

use crate::domain::calendar::FIRST_YEAR;
use crate::domain::problems::Problems;
use crate::domain::time::Timestamp;
use crate::input::json::fields::Fields;

/// Reads a time in seconds since 1970, or in milliseconds if it is that large: a number, a numeric string, or the two
/// halves in which JavaScript keeps a long number.
pub fn read_timestamp(fields: &mut Fields<'_>, key: &str, problems: &mut Problems) -> Option<Timestamp> {
    let value = fields.take(key, problems)?;
    let number = if value.is_object() {
        let mut halves = value.object(problems)?;
        let mut half =
            |key| halves.require(&[key], problems)?.whole_number(i64::from(i32::MIN), i64::from(u32::MAX), problems);
        let (low, high) = (half("low"), half("high"));
        let (low, high) = (low?, high?);
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::input::json::fields::parse_object;

    fn read(time: &Value) -> Result<String, Vec<String>> {
        let (record, mut problems) = (json!({"timestamp": time}).to_string(), Problems::default());
        let mut fields = parse_object(record.as_bytes(), &mut problems).unwrap().unwrap();
        let read = read_timestamp(&mut fields, "timestamp", &mut problems);
        read.map(|time| time.to_string()).ok_or_else(|| problems.into_first())
    }

    #[test]
    fn a_time_is_seconds_or_milliseconds_however_it_is_written() {
        for (time, expected) in [
            (json!(1_770_800_000), "2026-02-11T08:53:20.000Z"),
            (json!(1_230_768_000), "2009-01-01T00:00:00.000Z"),
            (json!("1770800000"), "2026-02-11T08:53:20.000Z"),
            (json!(1_770_800_000.75), "2026-02-11T08:53:20.000Z"),
            (json!(1_770_800_000_417_i64), "2026-02-11T08:53:20.417Z"),
            (json!({"low": 1_770_800_000, "high": 0, "unsigned": true}), "2026-02-11T08:53:20.000Z"),
            // JavaScript keeps a long number as two halves of 32 bits, and may take the lower one for a signed one.
            (json!({"low": 1_273_474_465, "high": 412}), "2026-02-11T08:53:20.417Z"),
            (json!({"low": -1, "high": 411}), "2026-01-27T15:08:45.951Z"),
        ] {
            assert_eq!(read(&time).as_deref(), Ok(expected), "{time}");
        }
    }

    #[test]
    fn other_values_are_no_times() {
        for time in [
            json!("soon"),
            json!("1770800000."),
            json!(".5"),
            json!("1770800000.x"),
            json!("-5"),
            json!(1_230_767_999),
            json!(""),
        ] {
            assert_eq!(read(&time), Err(vec!["timestamp: must be a time in seconds since 1970".to_owned()]), "{time}");
        }
        assert_eq!(read(&json!([1])), Err(vec!["timestamp: must be a number, is an array".to_owned()]));
        let halves = |problems: [&str; 2]| Err(problems.map(|problem| format!("timestamp.{problem}")).to_vec());
        assert_eq!(read(&json!({"low": "x"})), halves(["low: must be a whole number", "high: is required"]));
        assert_eq!(read(&json!({})), halves(["low: is required", "high: is required"]));
        assert_eq!(read(&json!(null)), Err(vec![]));
    }
}
