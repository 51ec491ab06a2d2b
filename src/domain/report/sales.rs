//! Sales: orders that hold stock, by order date.

use chrono::{Datelike, Days, Months, NaiveDate, TimeZone};

use super::Sums;
use crate::domain::calendar::{When, day_of, day_start};
use crate::domain::product::ProductId;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

/// How many days the report covers by default.
const DEFAULT_DAYS: u64 = 30;
/// The most periods without a sale that are shown in a row. A longer gap comes from a wrong date and is left out.
const LONGEST_GAP: usize = 366;

/// The time from one instant up to, but not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after it.
    pub before: Timestamp,
}

impl Window {
    /// Makes the window from `since` to `until`, both included. By default it is 30 days long and ends today. `None` if it
    /// would end before it begins.
    pub fn new(since: Option<When>, until: Option<When>, now: Timestamp, zone: &impl TimeZone) -> Option<Window> {
        let before = until.unwrap_or(When::DaysBack(0)).end(now, zone);
        let from = since.map_or_else(|| first_of_default(before, zone), |since| since.start(now, zone));
        Window::between(from, before)
    }

    /// Makes a window; `None` if it would end before it begins.
    pub fn between(from: Timestamp, before: Timestamp) -> Option<Window> {
        (from < before).then_some(Window { from, before })
    }

    /// Returns the last instant inside.
    pub fn last(self) -> Timestamp {
        last_before(self.before)
    }
}

fn last_before(instant: Timestamp) -> Timestamp {
    Timestamp::from_millis(instant.millis() - 1).unwrap_or(instant)
}

fn first_of_default(before: Timestamp, zone: &impl TimeZone) -> Timestamp {
    let last_day = day_of(last_before(before), zone);
    let first_day = last_day.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).unwrap_or(last_day);
    day_start(first_day, zone)
}

/// A unit of the shop's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From midnight to midnight in the shop's zone: 23 or 25 hours when its clocks change.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

impl Span {
    /// Returns the first day of the span that contains this day.
    pub fn first_day(self, day: NaiveDate) -> NaiveDate {
        let days_in = match self {
            Span::Day => 0,
            Span::Week => day.weekday().num_days_from_monday(),
            Span::Month => day.day0(),
        };
        day.checked_sub_days(Days::new(days_in.into())).unwrap_or(day)
    }

    /// Returns the first day of the next span, given the first day of one; `None` at the end of time.
    fn next(self, first_day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Span::Day => first_day.succ_opt(),
            Span::Week => first_day.checked_add_days(Days::new(7)),
            Span::Month => first_day.checked_add_months(Months::new(1)),
        }
    }
}

/// How sales are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SalesGrouping {
    /// By days, weeks or months of the shop's calendar.
    Period(Span),
    /// By product, the best seller first.
    Product,
    /// By the orders' current status.
    Status,
}

impl SalesGrouping {
    /// All groupings, the usual one first.
    pub const ALL: [SalesGrouping; 5] = [
        SalesGrouping::Period(Span::Day),
        SalesGrouping::Period(Span::Week),
        SalesGrouping::Period(Span::Month),
        SalesGrouping::Product,
        SalesGrouping::Status,
    ];

    /// Returns its word, as on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            SalesGrouping::Period(Span::Day) => "day",
            SalesGrouping::Period(Span::Week) => "week",
            SalesGrouping::Period(Span::Month) => "month",
            SalesGrouping::Product => "product",
            SalesGrouping::Status => "status",
        }
    }
}

/// The group of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SalesGroup {
    /// A day, week or month, by its first day.
    Period(Span, NaiveDate),
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

/// What the report needs of an order that holds stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// When it was ordered.
    pub at: Timestamp,
    /// Its current status.
    pub status: Status,
    /// Its pieces and total.
    pub sums: Sums,
}

/// The sales in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sales {
    /// The order dates that are included.
    pub window: Window,
    /// How they are grouped.
    pub by: SalesGrouping,
    /// The groups with their sums. By period, there is a row for every period from the first sale to the end of the window,
    /// or to today if that is earlier.
    pub rows: Vec<(SalesGroup, Sums)>,
    /// Sums over all orders. An order of two products counts once.
    pub totals: Sums,
}

impl Sales {
    /// Starts without a sale.
    pub fn new(window: Window, by: SalesGrouping) -> Sales {
        Sales { window, by, rows: Vec::new(), totals: Sums::default() }
    }

    /// Adds the next sale, in order of date. By product, it is added only to the totals.
    pub fn add(&mut self, sale: &Sale, zone: &impl TimeZone) {
        self.totals.add(&sale.sums);
        let group = match self.by {
            SalesGrouping::Period(span) => SalesGroup::Period(span, span.first_day(day_of(sale.at, zone))),
            SalesGrouping::Status => SalesGroup::Status(sale.status),
            SalesGrouping::Product => return,
        };
        let is_known = |(known, _): &&mut (SalesGroup, Sums)| *known == group;
        match self.rows.iter_mut().rev().take(Status::ALL.len()).find(is_known) {
            Some((_, sums)) => sums.add(&sale.sums),
            None => self.rows.push((group, sale.sums.clone())),
        }
    }

    /// Adds rows for periods without a sale, once all sales are added.
    pub fn finish(&mut self, now: Timestamp, zone: &impl TimeZone) {
        let rows = std::mem::take(&mut self.rows);
        let last_day = day_of(self.window.last().min(now), zone);
        let mut rows = rows.into_iter().peekable();
        while let Some((group, sums)) = rows.next() {
            let shown = self.rows.len() + 1;
            self.rows.push((group.clone(), sums));
            let SalesGroup::Period(span, first_day) = group else { continue };
            let end = match rows.peek() {
                Some((SalesGroup::Period(_, next), _)) => Some(*next),
                _ => span.next(span.first_day(last_day)),
            };
            let empty = std::iter::successors(span.next(first_day), |day| span.next(*day));
            let empty = empty.take_while(|day| end.is_some_and(|end| *day < end));
            self.rows.extend(empty.take(LONGEST_GAP + 1).map(|day| (SalesGroup::Period(span, day), Sums::default())));
            if self.rows.len() - shown > LONGEST_GAP {
                self.rows.truncate(shown);
            }
        }
        if self.by == SalesGrouping::Status {
            self.rows.sort_by_key(|(group, _)| match group {
                SalesGroup::Status(status) => Status::ALL.iter().position(|known| known == status),
                _ => None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn sale(time: Timestamp, hundredths: i64) -> Sale {
        let total = Money::from_hundredths(hundredths);
        Sale { at: time, status: Status::Shipped, sums: Sums { orders: 1, pieces: 2, total, ..Sums::default() } }
    }

    fn sales(window: Window, by: SalesGrouping, sales: &[Sale], now: &str, zone: Tz) -> Sales {
        let mut report = Sales::new(window, by);
        for sale in sales {
            report.add(sale, &zone);
        }
        report.finish(at(now), &zone);
        report
    }

    #[test]
    fn a_window_includes_both_ends_and_is_thirty_days_by_default() {
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
    fn a_sale_counts_in_the_day_week_and_month_of_the_shop() {
        // In Cairo clocks go from midnight to one on the 24th of April; Samoa had no 30 December 2011.
        for (time, zone, day, week, month) in [
            ("2026-04-23T21:59:59.999Z", Tz::Africa__Cairo, "2026-04-23", "2026-04-20", "2026-04-01"),
            ("2026-04-23T22:00:00Z", Tz::Africa__Cairo, "2026-04-24", "2026-04-20", "2026-04-01"),
            ("2026-04-24T20:59:59.999Z", Tz::Africa__Cairo, "2026-04-24", "2026-04-20", "2026-04-01"),
            ("2026-04-24T21:00:00Z", Tz::Africa__Cairo, "2026-04-25", "2026-04-20", "2026-04-01"),
            ("2026-10-29T21:30:00Z", Tz::Africa__Cairo, "2026-10-29", "2026-10-26", "2026-10-01"),
            ("2025-12-31T23:30:00Z", Tz::Europe__Berlin, "2026-01-01", "2025-12-29", "2026-01-01"),
            ("2011-12-30T10:00:00Z", Tz::Pacific__Apia, "2011-12-31", "2011-12-26", "2011-12-01"),
            ("2026-02-28T23:59:59Z", Tz::UTC, "2026-02-28", "2026-02-23", "2026-02-01"),
        ] {
            let window = Window { from: Timestamp::FIRST, before: Timestamp::LAST };
            for (span, expected) in [(Span::Day, day), (Span::Week, week), (Span::Month, month)] {
                let report = sales(window, SalesGrouping::Period(span), &[sale(at(time), 100)], time, zone);
                let days: Vec<_> = report.rows.iter().map(|(group, _)| group.clone()).collect();
                assert_eq!(days, [SalesGroup::Period(span, expected.parse().unwrap())], "{time} {zone}");
            }
        }
    }

    #[test]
    fn periods_without_a_sale_are_shown_up_to_today() {
        let window = Window { from: at("2026-01-01T00:00:00Z"), before: at("2026-03-01T00:00:00Z") };
        let sold = [sale(at("2026-01-30T10:00:00Z"), 100), sale(at("2026-02-02T10:00:00Z"), 200)];
        let totals = |by, sold: &[Sale]| -> Vec<i64> {
            let report = sales(window, by, sold, "2026-02-04T10:00:00Z", Tz::UTC);
            assert_eq!(report.totals.orders, i64::try_from(sold.len()).unwrap());
            report.rows.iter().map(|(_, sums)| sums.total.hundredths()).collect()
        };
        assert_eq!(totals(SalesGrouping::Period(Span::Day), &sold), [100, 0, 0, 200, 0, 0]);
        assert_eq!(totals(SalesGrouping::Period(Span::Week), &sold), [100, 200]);
        assert_eq!(totals(SalesGrouping::Period(Span::Month), &sold), [100, 200]);
        assert_eq!(totals(SalesGrouping::Status, &sold), [300]);
        assert_eq!(totals(SalesGrouping::Product, &sold), [0; 0]);
        assert_eq!(totals(SalesGrouping::Period(Span::Day), &[]), [0; 0]);
        // The rows of statuses stand in the order of an order's life.
        let of = |status| Sale { status, ..sold[0].clone() };
        let statuses = [Status::Shipped, Status::Confirmed, Status::Delivered, Status::Confirmed].map(of);
        let report = sales(window, SalesGrouping::Status, &statuses, "2026-02-04T10:00:00Z", Tz::UTC);
        let groups: Vec<_> = report.rows.iter().map(|(group, sums)| (group.clone(), sums.orders)).collect();
        let group = |status, orders| (SalesGroup::Status(status), orders);
        let expected = [group(Status::Confirmed, 2), group(Status::Shipped, 1), group(Status::Delivered, 1)];
        assert_eq!(groups, expected);
        // By period, they stay in the order of time.
        let report = sales(window, SalesGrouping::Period(Span::Month), &sold, "2026-02-04T10:00:00Z", Tz::UTC);
        assert_eq!(report.rows.len(), 2);
        // Mistyped dates must not fill pages.
        let strange = [sale(at("0001-01-01T00:00:00Z"), 1), sold[0].clone(), sale(at("9999-12-31T23:59:59Z"), 2)];
        assert_eq!(totals(SalesGrouping::Period(Span::Day), &strange), [1, 100, 2]);
    }

    proptest! {
        #[test]
        fn periods_come_in_order_without_a_gap_and_lose_nothing(
            times in proptest::collection::vec(1_700_000_000_000_i64..1_720_000_000_000, 1..50),
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            span in proptest::sample::select(vec![Span::Day, Span::Week, Span::Month]),
        ) {
            let mut times = times;
            times.sort_unstable();
            let sold: Vec<Sale> =
                times.iter().map(|millis| sale(Timestamp::from_millis(*millis).unwrap(), *millis % 1000)).collect();
            let window = Window { from: Timestamp::FIRST, before: Timestamp::LAST };
            let report = sales(window, SalesGrouping::Period(span), &sold, "2024-09-01T00:00:00Z", zone);
            let days: Vec<NaiveDate> = report.rows.iter().map(|(group, _)| match group {
                SalesGroup::Period(_, day) => *day,
                _ => panic!("no period"),
            }).collect();
            prop_assert!(days.windows(2).all(|pair| span.next(pair[0]) == Some(pair[1])));
            let total: i64 = report.rows.iter().map(|(_, sums)| sums.total.hundredths()).sum();
            prop_assert_eq!(total, times.iter().map(|millis| millis % 1000).sum::<i64>());
            prop_assert_eq!(report.totals.total.hundredths(), total);
        }
    }

    #[test]
    fn a_longer_gap_than_any_shop_has_is_not_shown() {
        let gap = |periods: usize| {
            let later = at("2026-01-01T10:00:00Z").millis() + (i64::try_from(periods).unwrap() + 1) * 86_400_000;
            let sold = [sale(at("2026-01-01T10:00:00Z"), 1), sale(Timestamp::from_millis(later).unwrap(), 2)];
            let window = Window { from: Timestamp::FIRST, before: Timestamp::from_millis(later + 1).unwrap() };
            sales(window, SalesGrouping::Period(Span::Day), &sold, "9999-01-01T00:00:00Z", Tz::UTC).rows.len() - 2
        };
        assert_eq!([gap(LONGEST_GAP), gap(LONGEST_GAP + 1)], [LONGEST_GAP, 0]);
    }

    /// They are typed on the command line, and in the JSON that scripts read.
    #[test]
    fn the_words_for_groupings_never_change() {
        assert_eq!(SalesGrouping::ALL.map(SalesGrouping::as_str), ["day", "week", "month", "product", "status"]);
    }
}
