//! Points in time as people type them, and days in the shop's zone.

use chrono::{Datelike, Duration, NaiveDate, NaiveTime, TimeZone};

use super::time::Timestamp;

/// WhatsApp's first year: no message, and no order, is older.
pub const FIRST_YEAR: i32 = 2009;

/// A point in time as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A time ago: `2d`, `12h`.
    Ago(Duration),
    /// This many days before today, in the shop's calendar: `today`, `yesterday`.
    DaysBack(u8),
    /// A day of the shop's calendar: `2026-02-04`.
    Day(NaiveDate),
    /// An instant: RFC 3339.
    At(Timestamp),
}

/// The forms of a point in time, for messages.
pub const WHEN_FORMS: &str = "2d, 12h, 30m, today, yesterday, 2026-02-04 or 2026-02-04T10:30:00Z";

impl When {
    /// Reads a point in time; `None` if it has none of the forms.
    pub fn parse(text: &str) -> Option<When> {
        let lower = text.trim().to_lowercase();
        match lower.as_str() {
            "today" => return Some(When::DaysBack(0)),
            "yesterday" => return Some(When::DaysBack(1)),
            _ => {}
        }
        if let Some(ago) = parse_age(&lower) {
            return Some(When::Ago(ago));
        }
        let has_four_digit_year = lower.as_bytes().get(4) == Some(&b'-') && lower.len() == 10;
        if has_four_digit_year && let Ok(day) = NaiveDate::parse_from_str(&lower, "%Y-%m-%d") {
            return Some(When::Day(day));
        }
        Timestamp::parse(text.trim()).map(When::At)
    }

    /// Returns the first instant that `--since` includes.
    pub fn start(self, now: Timestamp, zone: &impl TimeZone) -> Timestamp {
        match self.day(now, zone) {
            Ok(day) => day_start(day, zone),
            Err(instant) => instant,
        }
    }

    /// Returns the first instant that `--until` excludes: a day is included whole, an instant with its millisecond.
    pub fn end(self, now: Timestamp, zone: &impl TimeZone) -> Timestamp {
        match self.day(now, zone) {
            Ok(day) => day.succ_opt().map_or(Timestamp::LAST, |next| day_start(next, zone)),
            Err(instant) => Timestamp::from_millis(instant.millis() + 1).unwrap_or(instant),
        }
    }

    /// Returns the day; an instant is the error.
    fn day(self, now: Timestamp, zone: &impl TimeZone) -> Result<NaiveDate, Timestamp> {
        match self {
            When::Ago(age) => Err(before(now, age)),
            When::At(instant) => Err(instant),
            When::Day(day) => Ok(day),
            When::DaysBack(days) => {
                let today = day_of(now, zone);
                Ok(today.checked_sub_days(chrono::Days::new(days.into())).unwrap_or(today))
            }
        }
    }
}

/// Reads a whole number of minutes, hours, days or weeks: `90m`, `12h`, `2d`, `1w`; `None` for anything else.
pub fn parse_age(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let number = &text[..text.len() - unit.len_utf8()];
    let is_number = (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|_| is_number)?;
    match unit.to_ascii_lowercase() {
        'm' => Duration::try_minutes(number),
        'h' => Duration::try_hours(number),
        'd' => Duration::try_days(number),
        'w' => Duration::try_weeks(number),
        _ => None,
    }
}

/// Returns the instant `age` before `now`, but no earlier than [`Timestamp::FIRST`].
pub fn before(now: Timestamp, age: Duration) -> Timestamp {
    Timestamp::from_millis(now.millis().saturating_sub(age.num_milliseconds())).unwrap_or(Timestamp::FIRST)
}

/// Returns the day of an instant in a zone.
pub fn day_of(instant: Timestamp, zone: &impl TimeZone) -> NaiveDate {
    instant.utc().with_timezone(zone).date_naive()
}

/// Returns the first instant of a day in a zone: midnight, or the instant after it where clocks skip midnight.
pub fn day_start(day: NaiveDate, zone: &impl TimeZone) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    // No zone has ever skipped more than a day, and all jumps are of whole minutes.
    let first = (0..=24 * 60).find_map(|minutes| {
        let local = midnight.checked_add_signed(Duration::minutes(minutes))?;
        zone.from_local_datetime(&local).earliest()
    });
    let first = first.and_then(|instant| Timestamp::from_millis(instant.timestamp_millis()));
    // Only a day at either end of time has no such instant.
    first.unwrap_or(if day.year() <= 1 { Timestamp::FIRST } else { Timestamp::LAST })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_point_in_time_has_a_start_and_an_end() {
        let now = at("2026-02-07T23:30:00Z");
        // In Cairo it is already the 8th.
        for (text, start, end) in [
            ("2d", "2026-02-05T23:30:00Z", "2026-02-05T23:30:00.001Z"),
            ("12H", "2026-02-07T11:30:00Z", "2026-02-07T11:30:00.001Z"),
            ("90m", "2026-02-07T22:00:00Z", "2026-02-07T22:00:00.001Z"),
            ("1w", "2026-01-31T23:30:00Z", "2026-01-31T23:30:00.001Z"),
            ("today", "2026-02-07T22:00:00Z", "2026-02-08T22:00:00Z"),
            ("Yesterday", "2026-02-06T22:00:00Z", "2026-02-07T22:00:00Z"),
            ("2026-02-04", "2026-02-03T22:00:00Z", "2026-02-04T22:00:00Z"),
            ("2026-02-04T10:30:00+02:00", "2026-02-04T08:30:00Z", "2026-02-04T08:30:00.001Z"),
        ] {
            let when = When::parse(text).unwrap_or_else(|| panic!("{text} is a time"));
            let bounds = (when.start(now, &Tz::Africa__Cairo), when.end(now, &Tz::Africa__Cairo));
            assert_eq!(bounds, (at(start), at(end)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2",
            "d",
            "-2d",
            "2.5d",
            "2y",
            "tomorrow",
            "04-02-2026",
            "2026-2-4",
            "2026-13-01",
            "2026-02-04 10:30",
            "+2d",
        ] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_its_first_clock_time() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        for (date, zone, expected) in [
            // Clocks in Cairo jump from midnight to one, and in October fall back to it from midnight.
            ("2026-04-24", Tz::Africa__Cairo, "2026-04-23T22:00:00Z"),
            ("2026-04-25", Tz::Africa__Cairo, "2026-04-24T21:00:00Z"),
            ("2026-10-29", Tz::Africa__Cairo, "2026-10-28T21:00:00Z"),
            ("2026-10-30", Tz::Africa__Cairo, "2026-10-29T22:00:00Z"),
            ("2026-03-29", Tz::Europe__Berlin, "2026-03-28T23:00:00Z"),
            ("2026-03-30", Tz::Europe__Berlin, "2026-03-29T22:00:00Z"),
            // Samoa had no 30 December 2011.
            ("2011-12-30", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
            ("2011-12-31", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
        ] {
            assert_eq!(day_start(day(date), &zone), at(expected), "{date} {zone}");
        }
    }

    #[test]
    fn the_ends_of_time_are_handled() {
        let now = at("2026-02-07T08:00:00Z");
        for text in ["0001-01-01", "9999-12-31", "999999999w", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"] {
            let when = When::parse(text).unwrap_or_else(|| panic!("{text} is a time"));
            for zone in [Tz::Asia__Tokyo, Tz::America__Los_Angeles] {
                assert!(when.start(now, &zone) <= when.end(now, &zone), "{text}");
            }
        }
    }
}
