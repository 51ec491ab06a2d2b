//! What was sold: orders that hold stock, by the time of the order.

use chrono::{Datelike, Days, Months, NaiveDate, TimeZone};

use super::Sums;
use crate::domain::calendar::{When, day_of, day_start};
use crate::domain::product::ProductId;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

/// How many days the report covers unless it is asked for others.
const DEFAULT_DAYS: u64 = 30;

/// A stretch of time: from an instant up to, but without, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant in it.
    pub from: Timestamp,
    /// The first instant after it.
    pub before: Timestamp,
}

impl Window {
    /// Makes the window between two points in time, each taken in; without the one or the other it is 30 days long or
    /// ends with today. `None` where it would end before it begins.
    pub fn new(since: Option<When>, until: Option<When>, now: Timestamp, zone: &impl TimeZone) -> Option<Window> {
        let before = until.unwrap_or(When::DaysBack(0)).end(now, zone);
        let from = since.map_or_else(|| first_of_default(before, zone), |since| since.start(now, zone));
        (from < before).then_some(Window { from, before })
    }

    /// Returns the part of it in which a report by periods has rows: from the first sale on, and not into the future
    /// unless there are sales in it.
    #[must_use]
    pub fn between(self, first_sale: Timestamp, last_sale: Timestamp, now: Timestamp, zone: &impl TimeZone) -> Window {
        let today = When::DaysBack(0).end(now, zone);
        let end = today.max(When::At(last_sale).end(now, zone));
        Window { from: self.from.max(first_sale), before: self.before.min(end) }
    }

    /// Returns the last instant in it.
    pub fn last(self) -> Timestamp {
        Timestamp::from_millis(self.before.millis() - 1).unwrap_or(self.before)
    }
}

fn first_of_default(before: Timestamp, zone: &impl TimeZone) -> Timestamp {
    let last_day = day_of(Timestamp::from_millis(before.millis() - 1).unwrap_or(before), zone);
    let first_day = last_day.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).unwrap_or(last_day);
    day_start(first_day, zone)
}

/// How long a stretch of the shop's calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From midnight to midnight, as the shop's clocks have it: 23 or 25 hours when they change.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

impl Span {
    fn first_day(self, day: NaiveDate) -> NaiveDate {
        let days_in = match self {
            Span::Day => 0,
            Span::Week => day.weekday().num_days_from_monday(),
            Span::Month => day.day0(),
        };
        day.checked_sub_days(Days::new(days_in.into())).unwrap_or(day)
    }

    fn next(self, first_day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Span::Day => first_day.succ_opt(),
            Span::Week => first_day.checked_add_days(Days::new(7)),
            Span::Month => first_day.checked_add_months(Months::new(1)),
        }
    }
}

/// A day, week or month, as far as a window takes it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first day, which names it.
    pub first_day: NaiveDate,
    /// The part of it that is in the window.
    pub window: Window,
}

/// Cuts a window into the days, weeks or months of a zone.
pub fn periods(window: Window, span: Span, zone: &impl TimeZone) -> Vec<Period> {
    let mut periods = Vec::new();
    let mut first_day = span.first_day(day_of(window.from, zone));
    let mut from = window.from;
    while from < window.before {
        let next = span.next(first_day);
        let end = next.map_or(window.before, |next| day_start(next, zone).min(window.before));
        // A day that a zone skipped has no instant.
        if from < end {
            periods.push(Period { first_day, window: Window { from, before: end } });
        }
        let Some(next) = next else { break };
        (first_day, from) = (next, end);
    }
    periods
}

/// What sales are added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// By days, weeks or months of the shop's calendar.
    Period(Span),
    /// By product, the best seller first.
    Product,
    /// By the status that the orders have now.
    Status,
}

/// What one row of the report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// A day, week or month, by its first day.
    Period(NaiveDate),
    /// A product, by its name in the catalogue.
    Product {
        /// The id.
        id: ProductId,
        /// The name.
        name: String,
        /// The barcode.
        barcode: Option<String>,
    },
    /// A status.
    Status(Status),
}

/// The sales in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sales {
    /// When the orders were made.
    pub window: Window,
    /// What they are added up by.
    pub by: Grouping,
    /// The groups, each with what it adds up to. Between the first sale and the end of the window no period is missing.
    pub rows: Vec<(Group, Sums)>,
    /// What all orders add up to. An order of two products is one order.
    pub totals: Sums,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_window_takes_in_both_its_ends_and_is_thirty_days_unless_told() {
        let now = at("2026-02-07T08:00:00Z");
        let day = |text: &str| When::parse(text);
        for (since, until, from, before) in [
            (None, None, "2026-01-08T22:00:00Z", "2026-02-07T22:00:00Z"),
            (day("2026-02-01"), None, "2026-01-31T22:00:00Z", "2026-02-07T22:00:00Z"),
            (None, day("2026-01-31"), "2026-01-01T22:00:00Z", "2026-01-31T22:00:00Z"),
            (day("yesterday"), day("yesterday"), "2026-02-05T22:00:00Z", "2026-02-06T22:00:00Z"),
            // Thirty days of the calendar, in one of which the clocks were put forward.
            (None, day("2026-04-30"), "2026-03-31T22:00:00Z", "2026-04-30T21:00:00Z"),
        ] {
            let window = Window::new(since, until, now, &Tz::Africa__Cairo);
            assert_eq!(window, Some(Window { from: at(from), before: at(before) }), "{since:?} {until:?}");
        }
        assert_eq!(Window::new(day("today"), day("yesterday"), now, &Tz::Africa__Cairo), None);
    }

    #[test]
    fn a_window_is_cut_into_the_days_weeks_and_months_of_the_shop() {
        let cut = |from: &str, before: &str, span, zone: Tz| -> Vec<String> {
            let window = Window { from: at(from), before: at(before) };
            let hours = |period: &Period| (period.window.before.millis() - period.window.from.millis()) / 3_600_000;
            periods(window, span, &zone).iter().map(|p| format!("{} {}h", p.first_day, hours(p))).collect()
        };
        // In Cairo clocks go from midnight to one, and back to eleven at the next midnight.
        assert_eq!(
            cut("2026-04-22T22:00:00Z", "2026-04-25T21:00:00Z", Span::Day, Tz::Africa__Cairo),
            ["2026-04-23 24h", "2026-04-24 23h", "2026-04-25 24h"]
        );
        assert_eq!(
            cut("2026-10-28T21:00:00Z", "2026-10-30T22:00:00Z", Span::Day, Tz::Africa__Cairo),
            ["2026-10-29 25h", "2026-10-30 24h"]
        );
        assert_eq!(
            cut("2026-03-25T12:00:00Z", "2026-04-02T00:00:00Z", Span::Week, Tz::Europe__Berlin),
            ["2026-03-23 106h", "2026-03-30 74h"]
        );
        assert_eq!(
            cut("2026-01-15T00:00:00Z", "2026-03-02T00:00:00Z", Span::Month, Tz::UTC),
            ["2026-01-01 408h", "2026-02-01 672h", "2026-03-01 24h"]
        );
        // Samoa had no 30 December 2011.
        assert_eq!(
            cut("2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", Span::Day, Tz::Pacific__Apia),
            ["2011-12-29 24h", "2011-12-31 24h"]
        );
    }

    proptest! {
        #[test]
        fn periods_cover_a_window_without_gap_or_overlap(
            from in 0_i64..4_000_000_000_000,
            length in 1_i64..100_000_000_000,
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            span in proptest::sample::select(vec![Span::Day, Span::Week, Span::Month]),
        ) {
            let window = Window {
                from: Timestamp::from_millis(from).unwrap(),
                before: Timestamp::from_millis(from + length).unwrap(),
            };
            let periods = periods(window, span, &zone);
            prop_assert_eq!(periods.first().map(|period| period.window.from), Some(window.from));
            prop_assert_eq!(periods.last().map(|period| period.window.before), Some(window.before));
            for pair in periods.windows(2) {
                prop_assert_eq!(pair[0].window.before, pair[1].window.from);
                prop_assert!(pair[0].first_day < pair[1].first_day);
            }
            for period in &periods {
                prop_assert_eq!(span.first_day(day_of(period.window.from, &zone)), period.first_day);
                prop_assert_eq!(span.first_day(day_of(period.window.last(), &zone)), period.first_day);
            }
        }
    }
}
