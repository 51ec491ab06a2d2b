//! A time in a cell: as a person writes it, or as a spreadsheet counts days.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use rust_decimal::Decimal;

use crate::domain::calendar::day_start;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

/// Returns the time that a spreadsheet shows for a number of days.
fn time_of_days(days: Decimal) -> Option<NaiveDateTime> {
    const MILLIS_OF_DAY: i64 = 24 * 60 * 60 * 1000;
    // Spreadsheets count 29 February 1900, which did not exist: days before it are counted from a day later.
    let start = if days < Decimal::from(60) { 31 } else { 30 };
    let millis = days.checked_mul(Decimal::from(MILLIS_OF_DAY))?.round();
    let epoch = NaiveDate::from_ymd_opt(1899, 12, start)?.and_hms_opt(0, 0, 0)?;
    epoch.checked_add_signed(TimeDelta::try_milliseconds(i64::try_from(millis).ok()?)?)
}

/// Returns a number of days as a person reads it: a day, with a time of day unless that is midnight. Less than a day is a time
/// of day.
pub fn show_days(text: &str) -> Option<String> {
    let days: Decimal = text.parse().ok()?;
    let time = time_of_days(days)?;
    let form = match () {
        () if (Decimal::ZERO..Decimal::ONE).contains(&days) => "%H:%M:%S%.f",
        () if time.time() == NaiveTime::MIN => "%Y-%m-%d",
        () => "%Y-%m-%d %H:%M:%S%.f",
    };
    Some(time.format(form).to_string())
}

/// Reads a number of days as a spreadsheet counts them, from the end of 1899 on. Those of our century have five digits, so no
/// year and no count of seconds is mistaken for one.
fn read_days(text: &str) -> Option<NaiveDateTime> {
    let days: Decimal = text.parse().ok()?;
    if (Decimal::from(36_526)..Decimal::from(100_000)).contains(&days) { time_of_days(days) } else { None }
}

/// Reads a time: RFC 3339, or a day, or a day and a time of day in the shop's zone.
pub fn read_time(text: &str, zone: Zone) -> Result<Timestamp, String> {
    const FORMS: &str = "must be a time such as 2026-02-04, 2026-02-04 10:30 or 2026-02-04T10:30:00Z";
    if let Some(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    let is_dated = text.as_bytes().get(4) == Some(&b'-');
    if is_dated && let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(day_start(day, &zone));
    }
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let local = forms.iter().filter(|_| is_dated).find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local.or_else(|| read_days(text));
    let time = local.and_then(|local| zone.from_local_datetime(&local).earliest());
    time.and_then(|time| Timestamp::from_millis(time.timestamp_millis())).ok_or_else(|| FORMS.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_the_shops() {
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        for (text, expected) in [
            ("2026-02-04", Some("2026-02-03T22:00:00Z")),
            ("2026-02-04 10:30", Some("2026-02-04T08:30:00Z")),
            ("2026-02-04 10:30:15.5", Some("2026-02-04T08:30:15.500Z")),
            ("2026-02-04T10:30:00", Some("2026-02-04T08:30:00Z")),
            ("2026-02-04T10:30:00+04:00", Some("2026-02-04T06:30:00Z")),
            // Clocks in Cairo skip this hour.
            ("2026-04-24 00:30", None),
            ("04/02/2026", None),
            ("yesterday", None),
            ("26-02-04", None),
        ] {
            let time = read_time(text, cairo).ok();
            assert_eq!(time.map(Timestamp::brief).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn days_are_shown_as_a_spreadsheet_shows_them() {
        for (days, shown) in [
            ("46154", Some("2026-05-12")),
            ("46154.4375", Some("2026-05-12 10:30:00")),
            ("46057.437501424", Some("2026-02-04 10:30:00.123")),
            ("5", Some("1900-01-05")),
            ("59", Some("1900-02-28")),
            ("61", Some("1900-03-01")),
            ("0", Some("00:00:00")),
            ("0.4375", Some("10:30:00")),
            ("-1", Some("1899-12-30")),
            ("999999999", None),
            ("1.5E+20", None),
            ("x", None),
        ] {
            assert_eq!(show_days(days).as_deref(), shown, "{days}");
        }
    }

    #[test]
    fn a_spreadsheet_keeps_times_as_days() {
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        for (text, time) in [
            ("46057", Some("2026-02-03T22:00:00Z")),
            ("46057.4375", Some("2026-02-04T08:30:00Z")),
            ("46057.437511574", Some("2026-02-04T08:30:01Z")),
            ("46057.437511575", Some("2026-02-04T08:30:01Z")),
            ("46057.437501424", Some("2026-02-04T08:30:00.123Z")),
            ("2026-02-04 10:30", Some("2026-02-04T08:30:00Z")),
            ("2026", None),
            ("1770163200", None),
        ] {
            assert_eq!(read_time(text, cairo).ok(), time.and_then(Timestamp::parse), "{text}");
        }
    }
}
