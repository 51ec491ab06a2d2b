//! The date of an order message, as a browser writes it in any language: `Feb 4, 2026 at 12:30 PM`.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};

use crate::domain::calendar::FIRST_YEAR;
use crate::domain::text::{is_edge, is_mark};
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

/// The last year whose milliseconds since 1970 have eight digits in base 36.
const LAST_YEAR: i32 = 2058;
/// The most characters that a date may have.
const LONGEST: usize = 80;

/// How the names of the months begin, in the languages that a shop's customers are likely to use.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "oca", "янв", "يناير"],
    &["feb", "fev", "fév", "şub", "фев", "فبراير"],
    &["mar", "mär", "mrt", "maa", "мар", "مارس"],
    &["apr", "avr", "abr", "nis", "апр", "أبريل", "ابريل", "إبريل"],
    &["may", "mai", "mag", "mei", "maj", "мая", "май", "مايو"],
    &["jun", "juin", "giu", "haz", "июн", "يونيو"],
    &["jul", "juil", "lug", "tem", "июл", "يوليو"],
    &["aug", "aoû", "ago", "ağu", "авг", "أغسطس", "اغسطس"],
    &["sep", "set", "eyl", "сен", "سبتمبر"],
    &["oct", "okt", "ott", "out", "eki", "окт", "أكتوبر", "اكتوبر"],
    &["nov", "kas", "ноя", "نوفمبر"],
    &["dec", "dez", "déc", "dic", "ara", "дек", "ديسمبر"],
];
/// What a browser writes for the hours before noon, and after it.
const MORNING: [&str; 5] = ["am", "ص", "上午", "午前", "오전"];
const AFTERNOON: [&str; 5] = ["pm", "م", "下午", "午後", "오후"];
/// The zeros of the scripts whose digits a browser may write.
const ZEROS: [u32; 7] = ['0' as u32, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];

/// Returns whether the time in a reference can be that of an order.
pub fn is_plausible(time: Timestamp) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&time.utc().year())
}

/// Returns the moments that a date may mean in the shop's zone, the likeliest first: two if day and month are ambiguous,
/// none if it cannot be read.
pub fn read_date(text: &str, zone: Zone) -> Vec<Timestamp> {
    if let Some(time) = Timestamp::parse(text.trim_matches(is_edge)) {
        return vec![time];
    }
    let parts = Parts::of(text);
    let Some(minutes) = parts.minutes() else { return Vec::new() };
    parts.days().into_iter().filter_map(|day| moment(day, minutes, zone)).collect()
}

/// A number, and the text between it and the next one.
#[derive(Debug, Default)]
struct Number {
    value: u32,
    digits: usize,
    gap: String,
}

/// The numbers and words of a date.
#[derive(Debug, Default)]
struct Parts {
    numbers: Vec<Number>,
    words: Vec<String>,
    /// Which number is the hour, if any is.
    hour: Option<usize>,
}

impl Parts {
    fn of(text: &str) -> Parts {
        let mut parts = Parts::default();
        let lower = text.to_lowercase();
        // A zone at the end (`GMT+2`) is the browser's, which in the shop's own country is the shop's.
        let end = ["gmt", "utc"].iter().filter_map(|zone| lower.find(zone)).min().unwrap_or(lower.len());
        let mut was_digit = false;
        for c in lower[..end].chars().filter(|c| !is_mark(*c)).take(LONGEST) {
            if let Some(digit) = digit_of(c) {
                if !was_digit {
                    parts.numbers.push(Number::default());
                }
                if let Some(number) = parts.numbers.last_mut() {
                    number.value = number.value.saturating_mul(10).saturating_add(digit);
                    number.digits += 1;
                }
            } else if let Some(number) = parts.numbers.last_mut() {
                number.gap.push(c);
            }
            was_digit = digit_of(c).is_some();
        }
        // Read `p. m.` as one word.
        let joined = lower[..end]
            .replace(['\u{a0}', '\u{202f}'], " ")
            .replace(". m", "m")
            .replace("a m", "am")
            .replace("p m", "pm");
        let words = joined.replace('.', "");
        parts.words =
            words.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        parts.hour = parts.find_hour();
        parts
    }

    /// Finds the hour, the number before the minutes: `12:30`, `12 h 30`, or `12.30` at the end.
    fn find_hour(&self) -> Option<usize> {
        let pairs = self.numbers.len().saturating_sub(1);
        let gap = |index: &usize| self.numbers[*index].gap.trim();
        let is_clear = |index: &usize| matches!(gap(index), ":" | "h" | "時" | "时" | "시");
        let with_date = if self.month().is_some() { 2 } else { 3 };
        let dotted = || (with_date..pairs).find(|index| gap(index) == ".");
        (0..pairs).find(is_clear).or_else(dotted)
    }

    fn month(&self) -> Option<u32> {
        // A weekday may begin like a month; it stands before the date.
        let month_of = |word: &String| MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)));
        self.words.iter().rev().find_map(month_of).and_then(|index| u32::try_from(index + 1).ok())
    }

    /// Returns the minutes since midnight, 0 if the date has no time.
    fn minutes(&self) -> Option<u32> {
        let Some(at) = self.hour else { return Some(0) };
        let (hour, minute) = (self.numbers[at].value, self.numbers[at + 1].value);
        let has = |marks: &[&str]| {
            self.words.iter().any(|word| {
                marks.iter().any(|mark| word == mark || (!mark.is_ascii() && mark.len() > 2 && word.ends_with(mark)))
            })
        };
        let hour = match (hour, has(&MORNING), has(&AFTERNOON)) {
            (12, true, false) | (24, false, false) => 0,
            (1..=11, true, false) | (12, false, true) | (0..=23, false, false) => hour,
            (1..=11, false, true) => hour + 12,
            _ => return None,
        };
        (minute < 60).then(|| hour * 60 + minute)
    }

    /// Returns the days that the date may mean.
    fn days(&self) -> Vec<NaiveDate> {
        let mut date = Vec::new();
        for (index, number) in self.numbers.iter().enumerate() {
            match self.hour {
                Some(at) if index == at || index == at + 1 => {}
                // The seconds.
                Some(at) if index == at + 2 && matches!(self.numbers[at + 1].gap.trim(), ":" | ".") => {}
                _ => date.push(number),
            }
        }
        let year_of = |number: &Number| match number.digits {
            4 => Some(number.value),
            2 => Some(2000 + number.value),
            _ => None,
        };
        let day = |year: Option<u32>, month: u32, day: u32| {
            let year = i32::try_from(year?).ok().filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year))?;
            NaiveDate::from_ymd_opt(year, month, day)
        };
        let found = match (self.month(), date.as_slice()) {
            (Some(month), [a, b]) if b.digits == 4 => [day(year_of(b), month, a.value), None],
            (Some(month), [a, b]) if a.digits == 4 => [day(year_of(a), month, b.value), None],
            (None, [a, b, c]) if a.digits == 4 => [day(year_of(a), b.value, c.value), None],
            (None, [a, b, c]) => {
                let day_first = day(year_of(c), b.value, a.value);
                let month_first =
                    day(year_of(c), a.value, b.value).filter(|_| a.gap.trim() == "/" && a.value != b.value);
                // Am, pm and slashes are American.
                let is_american = self.words.iter().any(|word| word == "am" || word == "pm");
                if is_american { [month_first, day_first] } else { [day_first, month_first] }
            }
            _ => [None, None],
        };
        found.into_iter().flatten().collect()
    }
}

fn digit_of(c: char) -> Option<u32> {
    let c = u32::from(c);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&c)).map(|zero| c - zero)
}

/// Returns the moment when clocks of the zone show this many minutes since midnight.
fn moment(day: NaiveDate, minutes: u32, zone: Zone) -> Option<Timestamp> {
    let local: NaiveDateTime = day.and_hms_opt(minutes / 60, minutes % 60, 0)?;
    let hour = TimeDelta::hours(1);
    let time = zone.from_local_datetime(&local).earliest().or_else(|| {
        // In the hour that a change of clocks skips: what an unchanged clock would show.
        Some(zone.from_local_datetime(&(local - hour)).earliest()? + hour)
    })?;
    Timestamp::from_millis(time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<String> {
        read_date(text, Zone::parse("Africa/Cairo").unwrap()).into_iter().map(Timestamp::brief).collect()
    }

    #[test]
    fn the_page_date_is_in_the_shop_zone() {
        for (text, expected) in [
            ("Feb 6, 2026, 06:05 PM", "2026-02-06T16:05:00Z"),
            ("Jul 6, 2026, 12:05 AM", "2026-07-05T21:05:00Z"),
            // In the hour that the change of clocks skips, and in the one that it repeats.
            ("Apr 24, 2026, 12:30 AM", "2026-04-23T22:30:00Z"),
            ("Oct 29, 2026, 11:30 PM", "2026-10-29T20:30:00Z"),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    /// What `toLocaleString` writes, by language and options.
    #[test]
    fn every_browser_date_format_is_read() {
        for text in [
            "Feb 6, 2026 at 6:05 PM",
            "Feb 6, 2026 at 6:05\u{202f}PM",
            "Feb 6, 2026, 6:05:09\u{202f}PM",
            "Feb 6, 2026, 18:05",
            "February 6, 2026 at 06:05 PM GMT+2",
            "Friday, February 6, 2026 at 6:05:00 PM",
            "6 Feb 2026, 18:05",
            "6 Feb 2026 at 6:05 pm",
            "6 févr. 2026 à 18:05",
            "6 févr. 2026, 18 h 05",
            "6. Feb. 2026, 18:05",
            "6. februar 2026 kl. 18.05",
            "6 feb 2026, 6:05 p.\u{a0}m.",
            "vie, 6 feb 2026, 18:05:00",
            "mar, 6 feb 2026, 18:05:00",
            "6 de fev. de 2026, 18:05",
            "6 Şub 2026 18:05",
            "6 февр. 2026 г., 18:05",
            "٦ فبراير ٢٠٢٦، ٦:٠٥ م",
            "\u{200f}٦ فبراير ٢٠٢٦ في ٦:٠٥ م",
            "6 فبراير 2026، 06:05 م",
            "2026年2月6日 18:05",
            "2026年2月6日 下午6:05",
            "2026. 2. 6. 오후 6:05",
            "2026-02-06 18:05",
            "2026-02-06, 6:05 p.m.",
            "2026/2/6 18:05:00",
            "06.02.2026, 18:05",
            "6.2.2026 klo 18.05",
            "13/02/2026, 18:05",
            "2/13/2026, 6:05 PM",
            "18:05 6 feb, 2026",
            "2026-02-06T18:05:00+02:00",
            "2026 Feb 6, 18:05",
            "2026年2月6日下午6:05",
            "يوم ٦ فبراير ٢٠٢٦ ١٨:٠٥",
            "06.02.26, 18:05",
            "06.02.2026 18.05.09",
        ] {
            let day = if text.contains("13") { "13" } else { "06" };
            assert_eq!(read(text), [format!("2026-02-{day}T16:05:00Z")], "{text}");
        }
        assert_eq!(read("Feb 6, 2026, 24:05"), ["2026-02-05T22:05:00Z"]);
        assert_eq!(read("Feb 6, 2026"), ["2026-02-05T22:00:00Z"]);
    }

    #[test]
    fn an_ambiguous_date_gives_both_days() {
        assert_eq!(read("06/02/2026, 18:05"), ["2026-02-06T16:05:00Z", "2026-06-02T15:05:00Z"]);
        assert_eq!(read("le 06/02/2026, 18:05"), ["2026-02-06T16:05:00Z", "2026-06-02T15:05:00Z"]);
        assert_eq!(read("2/6/2026, 6:05 AM"), ["2026-02-06T04:05:00Z", "2026-06-02T03:05:00Z"]);
        assert_eq!(read("2/6/2026, 6:05 PM"), ["2026-02-06T16:05:00Z", "2026-06-02T15:05:00Z"]);
    }

    #[test]
    fn other_texts_are_not_dates() {
        for text in [
            "",
            "soon",
            "today",
            "Feb 6, 26, 06:05 PM",
            "Feb 30, 2026, 06:05 PM",
            "Feb 6, 2026, 13:05 PM",
            "Feb 6, 2026, 06:65 PM",
            "Feb 6, 2026, 06:60 PM",
            "06.02.026, 18:05",
            "12 Feb 26, 18:05",
            "Feb 6, 1970, 06:05 PM",
            "Feb 6, 3026, 06:05 PM",
            "6 helmi 2026",
            "1 2 3 4 5 6 7 8",
            "12:30",
            "Feb 6 2026 7, 06:05",
        ] {
            assert_eq!(read(text), [""; 0], "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_causes_a_panic(text in "([0-9]{1,12}|[:./, -]|Feb|PM|[\\p{Arabic}]|.){0,30}") {
            prop_assert!(read_date(&text, Zone::UTC).len() <= 2);
        }
    }
}
