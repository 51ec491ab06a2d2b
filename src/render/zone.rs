//! Times in the shop's zone.

use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

/// Formats a time to the minute in the zone: `2026-02-04 12:30`.
pub fn minute(time: Timestamp, zone: Zone) -> String {
    time.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// Formats the day of a time in the zone: `2026-02-04`.
pub fn day(time: Timestamp, zone: Zone) -> String {
    time.utc().with_timezone(&zone).format("%Y-%m-%d").to_string()
}

/// Formats a time to the minute with the zone's abbreviation: `2026-02-04 12:30 EET`.
pub fn minute_with_zone(time: Timestamp, zone: Zone) -> String {
    time.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_the_shop_zone() {
        let time = Timestamp::parse("2026-02-04T22:30:00Z").unwrap();
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        assert_eq!(minute(time, cairo), "2026-02-05 00:30");
        assert_eq!(minute_with_zone(time, cairo), "2026-02-05 00:30 EET");
        assert_eq!(minute_with_zone(time, Zone::UTC), "2026-02-04 22:30 UTC");
    }
}
