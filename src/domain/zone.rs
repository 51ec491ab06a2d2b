//! Time zones by name, for chrono.

use std::fmt;

use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use jiff::civil::DateTime;
use jiff::tz::{self, AmbiguousOffset};

/// A time zone of the IANA database, which is built into the program.
///
/// The copy is one block of bytes, of which a run reads only its own zone. A table of all zones would slow every start.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Zone(&'static tz::TimeZone);

static UTC: tz::TimeZone = tz::TimeZone::UTC;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(&UTC);

    /// Finds a zone by its name, such as `Africa/Cairo`, in any case; `None` if there is none.
    pub fn parse(name: &str) -> Option<Zone> {
        let found = tz::TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
        // A run uses one or two zones until its end.
        Some(Zone(Box::leak(Box::new(found))))
    }

    /// Returns the names of all zones.
    pub fn names() -> impl Iterator<Item = String> {
        tz::db().available().map(|name| name.to_string())
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The offset of a zone at some moment. It prints as the zone's abbreviation at that moment: `EET`.
#[derive(Debug, Clone, Copy)]
pub struct ZoneOffset {
    zone: Zone,
    ahead: FixedOffset,
    utc: NaiveDateTime,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.ahead
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = instant(self.utc);
        f.pad(self.zone.0.to_offset_info(at).abbreviation())
    }
}

impl Zone {
    fn offset(self, ahead: tz::Offset, utc: NaiveDateTime) -> ZoneOffset {
        ZoneOffset { zone: self, ahead: fixed(ahead), utc }
    }

    /// Returns the offset of clocks that show `local` and are `ahead` of UTC.
    fn local_offset(self, local: NaiveDateTime, ahead: tz::Offset) -> ZoneOffset {
        self.offset(ahead, local - fixed(ahead))
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Zone {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        match self.0.to_ambiguous_timestamp(civil(*local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.local_offset(*local, offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.local_offset(*local, before), self.local_offset(*local, after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        self.offset(self.0.to_offset(instant(*utc)), *utc)
    }
}

/// Converts an offset to chrono's type. The fallback is unreachable: no zone is a day ahead of UTC.
fn fixed(ahead: tz::Offset) -> FixedOffset {
    FixedOffset::east_opt(ahead.seconds()).unwrap_or(FixedOffset::east_opt(0).expect("zero is an offset"))
}

/// Converts a time to jiff's type, clamped to the years that it has.
fn instant(utc: NaiveDateTime) -> jiff::Timestamp {
    let seconds = utc.and_utc().timestamp();
    let bounds = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    jiff::Timestamp::from_second(seconds.clamp(bounds.0, bounds.1)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn civil(local: NaiveDateTime) -> DateTime {
    tz::Offset::UTC.to_datetime(instant(local))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_zone_is_found_by_its_name() {
        for (name, found) in [
            ("Africa/Cairo", Some("Africa/Cairo")),
            ("africa/cairo", Some("Africa/Cairo")),
            ("UTC", Some("UTC")),
            ("Cairo", None),
            ("", None),
            ("Etc/Unknown", None),
            ("../../etc/passwd", None),
        ] {
            assert_eq!(Zone::parse(name).map(Zone::name), found, "{name}");
        }
    }

    #[test]
    fn every_zone_has_a_name_to_choose_it_by() {
        let names: Vec<String> = Zone::names().collect();
        assert!(names.len() > 300 && names.contains(&"Africa/Cairo".to_owned()), "{names:?}");
    }

    #[test]
    fn a_moment_prints_with_the_abbreviation_of_its_offset() {
        let zone = Zone::parse("Africa/Cairo").unwrap();
        // Clocks go from midnight to one on the 24th of April.
        for (local, expected) in [("2026-04-23T23:30:00", "EET"), ("2026-04-24T01:30:00", "EEST")] {
            let local: NaiveDateTime = local.parse().unwrap();
            assert_eq!(zone.from_local_datetime(&local).unwrap().offset().to_string(), expected, "{local}");
        }
    }

    proptest! {
        /// chrono-tz has its own copy of the database. The two agree on the years 2005 to 2023, and differ on older ones.
        #[test]
        fn clocks_agree_with_another_copy_of_the_database(
            other in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            seconds in 1_104_537_600_i64..1_700_000_000,
        ) {
            let utc = chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            let Some(zone) = Zone::parse(other.name()) else { return Err(TestCaseError::fail(other.name())) };
            let (ours, theirs) = (zone.from_utc_datetime(&utc), other.from_utc_datetime(&utc));
            prop_assert_eq!(ours.naive_local(), theirs.naive_local(), "{} {}", other, utc);
            prop_assert_eq!(ours.offset().to_string(), theirs.offset().to_string(), "{} {}", other, utc);
            // Local times map to the same moments.
            let local = ours.naive_local();
            let moments = |local: MappedLocalTime<NaiveDateTime>| (local.earliest(), local.latest());
            prop_assert_eq!(
                moments(zone.from_local_datetime(&local).map(|time| time.naive_utc())),
                moments(other.from_local_datetime(&local).map(|time| time.naive_utc())),
                "{} {}", other, local
            );
        }
    }
}
