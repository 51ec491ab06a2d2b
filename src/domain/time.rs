//! Instants, stored in UTC at fixed width with milliseconds, so that their text sorts.

use std::fmt;

use chrono::{DateTime, Datelike, Duration, Timelike, Utc};

/// An instant with millisecond precision, in the years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The first instant of the year 0001.
    pub const FIRST: Timestamp = Timestamp(first());
    /// The last millisecond of the year 9999.
    pub const LAST: Timestamp = Timestamp(last());

    /// Returns how long ago an earlier instant was; nothing if it is a later one, as where a clock stepped back.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::milliseconds((self.millis() - earlier.millis()).max(0))
    }

    /// Reads RFC 3339 with a zone; `None` for anything else, and for years outside 0001 to 9999.
    ///
    /// Fractions finer than milliseconds are cut; a leap second becomes the second after it.
    pub fn parse(text: &str) -> Option<Timestamp> {
        DateTime::parse_from_rfc3339(text).ok().and_then(|time| Timestamp::from_millis(time.timestamp_millis()))
    }

    /// Makes an instant from milliseconds since 1970; `None` outside the years 0001 to 9999.
    pub fn from_millis(millis: i64) -> Option<Timestamp> {
        DateTime::from_timestamp_millis(millis).filter(|time| (1..=9999).contains(&time.year())).map(Timestamp)
    }

    /// Returns the milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Returns the instant as chrono's type, for calendars and time zones.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Prints RFC 3339 without zero milliseconds: `2026-02-04T10:30:00Z`, but `2026-02-04T10:30:00.123Z`.
    pub fn brief(self) -> String {
        let mut text = self.to_string();
        if let Some(seconds) = text.strip_suffix(".000Z").map(str::len) {
            text.truncate(seconds);
            text.push('Z');
        }
        text
    }
}

/// The source of the current time.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// Always this time, for tests and examples.
    Fixed(Timestamp),
    /// The clock that this function reads.
    Running(fn() -> DateTime<Utc>),
}

impl Clock {
    /// Returns the current time, clamped to the years 0001 to 9999.
    pub fn now(self) -> Timestamp {
        match self {
            Clock::Fixed(time) => time,
            Clock::Running(read) => {
                let millis = read().timestamp_millis();
                Timestamp::from_millis(millis).unwrap_or(if millis < 0 { Timestamp::FIRST } else { Timestamp::LAST })
            }
        }
    }
}

/// Prints RFC 3339 at fixed width: `2026-02-04T10:30:00.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        // Faster than format!: an import prints several timestamps an order.
        let mut put = |place: std::ops::Range<usize>, mut number: u32| {
            for digit in text[place].iter_mut().rev() {
                *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
        };
        put(0..4, date.year_ce().1);
        put(5..7, date.month());
        put(8..10, date.day());
        put(11..13, time.hour());
        put(14..16, time.minute());
        put(17..19, time.second());
        put(20..23, time.nanosecond() / 1_000_000);
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

const fn first() -> DateTime<Utc> {
    at_millis(-62_135_596_800_000)
}

const fn last() -> DateTime<Utc> {
    at_millis(253_402_300_799_999)
}

const fn at_millis(millis: i64) -> DateTime<Utc> {
    match DateTime::from_timestamp_millis(millis) {
        Some(time) => time,
        None => DateTime::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn instants_are_read_with_their_zone_and_printed_in_utc() {
        for (text, fixed, brief) in [
            ("2026-02-04T10:30:00Z", "2026-02-04T10:30:00.000Z", "2026-02-04T10:30:00Z"),
            ("2026-02-04T10:30:00.123Z", "2026-02-04T10:30:00.123Z", "2026-02-04T10:30:00.123Z"),
            ("2026-02-04T10:30:00.123999Z", "2026-02-04T10:30:00.123Z", "2026-02-04T10:30:00.123Z"),
            ("2026-02-04T12:30:00+02:00", "2026-02-04T10:30:00.000Z", "2026-02-04T10:30:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", "2017-01-01T00:00:00Z"),
        ] {
            let time = Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is a time"));
            assert_eq!((time.to_string().as_str(), time.brief().as_str()), (fixed, brief), "{text}");
        }
    }

    #[test]
    fn a_time_without_zone_or_beyond_four_digit_years_is_refused() {
        for text in
            ["2026-02-04T10:30:00", "2026-02-04", "", "now", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_stays_within_the_years_1_to_9999() {
        let cases: [(fn() -> DateTime<Utc>, Timestamp); 3] = [
            (|| DateTime::<Utc>::MIN_UTC, Timestamp::FIRST),
            (|| DateTime::<Utc>::MAX_UTC, Timestamp::LAST),
            (|| DateTime::UNIX_EPOCH, Timestamp::from_millis(0).unwrap()),
        ];
        for (read, expected) in cases {
            assert_eq!(Clock::Running(read).now(), expected);
        }
        assert_eq!(Clock::Fixed(Timestamp::LAST).now(), Timestamp::LAST);
        assert_eq!(Timestamp::FIRST.to_string(), "0001-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::LAST.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(Timestamp::FIRST.millis() - 1), None);
    }

    proptest! {
        #[test]
        fn text_sorts_as_time(a in -62_135_596_800_000_i64..=253_402_300_799_999, b in -62_135_596_800_000_i64..=253_402_300_799_999) {
            let (a, b) = (Timestamp::from_millis(a).unwrap(), Timestamp::from_millis(b).unwrap());
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(Timestamp::parse(&a.to_string()), Some(a));
            prop_assert_eq!(Timestamp::parse(&a.brief()), Some(a));
        }
    }
}
