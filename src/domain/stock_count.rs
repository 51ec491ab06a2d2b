//! Counting what lies on the shelf while the shop sells.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::Duration;

use super::product::{Product, ProductId, StockKey, StockLine};
use super::refusal::{Conflict, Refusal};
use super::remedy::Remedy;
use super::shelf::{Reserved, Shelf, ShelfChange};
use super::status::Status;
use super::stock_correction::{Correction, StockChange, correct};
use super::time::Timestamp;

/// How far the time of a count sheet may be from what it shows: spreadsheets cut times to the minute, and the clocks of two
/// machines differ a little.
const TOLERANCE: Duration = Duration::minutes(2);

/// One line of a count sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    /// The product.
    pub id: ProductId,
    /// Its barcode, if it has one.
    pub barcode: Option<String>,
    /// Its name.
    pub product: String,
    /// The size, if it has sizes.
    pub size: Option<String>,
    /// How many pieces lie on the shelf.
    pub shelf: i64,
    /// When that was.
    pub as_of: Timestamp,
}

impl SheetLine {
    /// Returns what people type for the product: the barcode, else the id.
    pub fn sku(&self) -> String {
        self.barcode.clone().unwrap_or_else(|| self.id.to_string())
    }
}

/// Returns the lines of a product on a count sheet. `reserved` are the pieces of each line that are reserved for
/// orders. `later_moves` has the lines that moved later than `now`, as happens when a clock steps back.
pub fn sheet_lines(
    product: &Product,
    reserved: &HashMap<StockKey, i64>,
    later_moves: &HashMap<StockKey, Timestamp>,
    now: Timestamp,
) -> Vec<SheetLine> {
    let line = |line: &StockLine| {
        let key = StockKey::of(product.id, &*line.size_key);
        SheetLine {
            id: product.id,
            barcode: product.barcode.clone(),
            product: product.name.clone(),
            size: Some(line.size.clone()).filter(|size| !size.is_empty()),
            shelf: line.on_hand + reserved.get(&key).copied().unwrap_or_default(),
            // A move later than now is on the sheet already.
            as_of: later_moves.get(&key).copied().map_or(now, |last| last.max(now)),
        }
    };
    product.lines().map(line).collect()
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many pieces.
    pub pieces: i64,
    /// Which pieces.
    pub basis: Basis,
}

/// Which pieces were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Those that are reserved for nobody: the stock on hand.
    OnHand,
    /// All that lie on the shelf.
    Shelf,
    /// All that lay on the shelf at an earlier time.
    ShelfAt {
        /// The time.
        time: Timestamp,
        /// The number on the count sheet, if it had one.
        printed: Option<i64>,
    },
}

impl Basis {
    /// Returns the earlier time that was counted, if any.
    pub fn time(self) -> Option<Timestamp> {
        match self {
            Basis::OnHand | Basis::Shelf => None,
            Basis::ShelfAt { time, .. } => Some(time),
        }
    }

    /// Returns since when the changes of the shelf must be known to decide such a count.
    pub fn known_since(self) -> Option<Timestamp> {
        self.time().and_then(|time| Timestamp::from_millis(time.millis() - TOLERANCE.num_milliseconds()))
    }
}

/// A count of a sheet that differs from what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountDifference {
    /// What people type for the product.
    pub sku: String,
    /// Its name.
    pub product: String,
    /// The size, if it has sizes.
    pub size: Option<String>,
    /// The count.
    pub line: CountedLine,
}

/// A decided count of one product and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLine {
    /// What was counted.
    pub counted: Counted,
    /// How many should have been there.
    pub expected: i64,
    /// What has come and gone since then.
    pub moved: i64,
    /// Whether a count for that time or a later one is on record.
    pub was_counted: bool,
    /// What is reserved for orders.
    pub reserved: Vec<Reserved>,
    /// What it changes.
    pub change: StockChange,
}

impl CountedLine {
    /// Returns how many pieces more than expected there were; below zero, fewer.
    pub fn difference(&self) -> i64 {
        self.counted.pieces - self.expected
    }

    /// Returns whether it says nothing new: the same was counted before.
    pub fn is_known(&self) -> bool {
        self.was_counted && self.difference() == 0
    }

    /// Returns the date of its movement, if it is written now. A count is dated after its sheet, so that the order of
    /// the two is known under any clock.
    pub fn dated(&self, now: Timestamp) -> Timestamp {
        let after_sheet = self.counted.basis.time().and_then(|time| Timestamp::from_millis(time.millis() + 1));
        after_sheet.map_or(now, |after| after.max(now))
    }

    /// Warns of a count for an earlier time that fits what lies there now.
    pub fn warning(&self) -> Option<String> {
        if self.moved == 0 || self.difference() != self.moved {
            return None;
        }
        let (count, went) = (self.moved.abs(), if self.moved < 0 { "went" } else { "came" });
        Some(format!(
            "{}: {count} {went} since asOf, but the {} counted are what lies there now: if you counted later, put that time into asOf",
            self.change.label, self.counted.pieces
        ))
    }
}

impl Shelf {
    /// Returns whether a count sheet of this time comes from the future. If a clock was set back, the last movement may be later
    /// than `now`; a sheet may then be as late.
    pub fn is_ahead(&self, time: Timestamp, now: Timestamp) -> bool {
        time.utc() - self.last_moved.map_or(now, |last| last.max(now)).utc() > TOLERANCE
    }

    /// Returns when its first stock was recorded, if a count sheet of this time is older: that stock was counted later.
    pub fn began_after(&self, time: Timestamp) -> Option<Timestamp> {
        self.began.filter(|began| began.utc() - time.utc() > TOLERANCE)
    }

    /// Returns the time of the last count that was for a later time than this one. It knows more of what lies there.
    pub fn later_count(&self, basis: Basis) -> Option<Timestamp> {
        const MINUTE: i64 = 60_000;
        let time = basis.time()?.millis();
        // A spreadsheet may have cut the time to its minute.
        let least = if time % MINUTE == 0 { time + MINUTE } else { time + 1 };
        self.changes.iter().filter_map(|change| change.count_of).filter(|of| of.millis() >= least).max()
    }

    /// Returns how many pieces may have lain there around a time, by what is known now.
    fn pieces_around(&self, time: Timestamp) -> RangeInclusive<i64> {
        let is_near = |change: &ShelfChange| !change.is_count() && (change.at.utc() - time.utc()).abs() <= TOLERANCE;
        let at_time = self.pieces() - self.moved_after(time);
        let before = at_time - self.sum(|change| is_near(change) && change.at <= time);
        before + self.sum(|change| is_near(change) && change.delta < 0)
            ..=before + self.sum(|change| is_near(change) && change.delta > 0)
    }

    /// Returns how many pieces should have been counted.
    ///
    /// # Errors
    /// The number on the count sheet is impossible; the error is the number that lay there.
    fn expected(&self, basis: Basis) -> Result<i64, i64> {
        let (time, printed) = match basis {
            Basis::OnHand => return Ok(self.on_hand),
            Basis::Shelf => return Ok(self.pieces()),
            Basis::ShelfAt { time, printed } => (time, printed),
        };
        let known = self.pieces() - self.moved_after(time);
        let Some(printed) = printed else { return Ok(known) };
        // Counts since then corrected the number on the sheet too: so a sheet that is entered again changes nothing.
        let corrected = printed + self.sum(|change| change.is_count() && change.at > time);
        if self.pieces_around(time).contains(&corrected) { Ok(corrected) } else { Err(known) }
    }
}

/// Decides a count of `product` in `size`. Only with `may_start_size` it may be a size that the product does not have yet.
pub fn count(
    product: &Product,
    size: Option<&str>,
    shelf: Shelf,
    counted: Counted,
    may_start_size: bool,
) -> Result<CountedLine, Refusal> {
    let expected = shelf.expected(counted.basis).map_err(|known| {
        Refusal::invalid(format!(
            "shelf: {known} lay there at asOf by the records: print a new sheet, or leave shelf blank"
        ))
    })?;
    let after = shelf.on_hand + counted.pieces - expected;
    let moved = match counted.basis {
        Basis::OnHand | Basis::Shelf => 0,
        Basis::ShelfAt { .. } => shelf.pieces() - expected,
    };
    // A wrong size is named before a wrong number.
    let change = correct(product, size, Correction::Count(after.max(0)), may_start_size)?;
    if after < 0 {
        return Err(too_few(&change.label, after, counted, &shelf));
    }
    let was_counted = counted.basis.time().is_some_and(|time| {
        shelf.changes.iter().any(|change| change.count_of.is_some_and(|count_of| count_of >= time))
    });
    Ok(CountedLine { counted, expected, moved, was_counted, reserved: shelf.reserved, change })
}

/// Refuses a count of fewer pieces than orders hold.
fn too_few(label: &str, after: i64, counted: Counted, shelf: &Shelf) -> Refusal {
    let (pieces, reserved, missing) = (counted.pieces, shelf.reserved_pieces(), -after);
    let message = match shelf.reserved.is_empty() {
        true => format!(
            "{label}: {pieces} counted, {missing} fewer than went since asOf: if you counted later, put that time into asOf"
        ),
        false => {
            format!("{label}: {pieces} counted, but {reserved} are reserved for {}: {missing} too few", shelf.names())
        }
    };
    let refusal = Refusal::conflict(Conflict::Step, message);
    let newest = shelf.reserved.last().map(|reserved| reserved.reference.clone());
    newest
        .into_iter()
        .fold(refusal, |refusal, reference| refusal.remedy(Remedy::StepBack { reference, to: Status::Pending }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::reference::Reference;
    use crate::domain::refusal::RefusalKind;
    use crate::domain::shelf::tests::{at, moved, reserved};

    fn corrected(minute: i64, delta: i64) -> ShelfChange {
        ShelfChange { count_of: Some(at(minute)), ..moved(minute, delta) }
    }

    /// A shelf with 5 on hand and 2 reserved for LEG-1.
    fn shelf(changes: &[ShelfChange]) -> Shelf {
        Shelf { on_hand: 5, reserved: vec![reserved("LEG-1", 2)], changes: changes.to_vec(), ..Shelf::default() }
    }

    fn counted(pieces: i64, basis: Basis) -> Counted {
        Counted { pieces, basis }
    }

    fn on_sheet(pieces: i64, minute: i64, printed: Option<i64>) -> Counted {
        counted(pieces, Basis::ShelfAt { time: at(minute), printed })
    }

    #[test]
    fn the_expected_number_is_what_lay_there_by_the_records() {
        let cases: [(&[ShelfChange], Counted, Result<i64, i64>); 19] = [
            (&[], counted(0, Basis::OnHand), Ok(5)),
            (&[], counted(0, Basis::Shelf), Ok(7)),
            (&[moved(-60, -3), corrected(-50, 1)], counted(0, Basis::Shelf), Ok(7)),
            (&[], on_sheet(0, 0, None), Ok(7)),
            (&[], on_sheet(0, 0, Some(7)), Ok(7)),
            // What went after the sheet lay there then; what went before did not.
            (&[moved(30, -3)], on_sheet(0, 0, None), Ok(10)),
            (&[moved(30, -3)], on_sheet(0, 0, Some(10)), Ok(10)),
            (&[moved(-30, -3)], on_sheet(0, 0, Some(7)), Ok(7)),
            (&[moved(30, -3), moved(40, 4)], on_sheet(0, 0, Some(6)), Ok(6)),
            // The number on the sheet tells whether a move at its very time came before or after it.
            (&[moved(0, -3)], on_sheet(0, 0, Some(10)), Ok(10)),
            (&[moved(0, -3)], on_sheet(0, 0, Some(7)), Ok(7)),
            (&[moved(1, -3), moved(-1, 2)], on_sheet(0, 0, Some(8)), Ok(8)),
            (&[moved(1, 4)], on_sheet(0, 0, Some(7)), Ok(7)),
            (&[moved(1, 4)], on_sheet(0, 0, Some(8)), Err(3)),
            // The printed number is impossible.
            (&[moved(30, -3)], on_sheet(0, 0, Some(9)), Err(10)),
            (&[moved(3, -3)], on_sheet(0, 0, Some(7)), Err(10)),
            // A count corrects what the sheet says too, unless it came before the sheet.
            (&[corrected(30, -1)], on_sheet(0, 0, Some(8)), Ok(7)),
            (&[corrected(-30, -1)], on_sheet(0, 0, Some(7)), Ok(7)),
            (&[corrected(0, -1)], on_sheet(0, 0, Some(8)), Err(7)),
        ];
        for (changes, counted, expected) in cases {
            assert_eq!(shelf(changes).expected(counted.basis), expected, "{changes:?} {counted:?}");
        }
    }

    /// A spreadsheet cuts the time of a sheet to its minute, which may lie before the stock was recorded.
    #[test]
    fn the_first_stock_of_a_line_is_no_delivery() {
        // Five lay there at first, and three went later.
        let changes = vec![moved(0, 5), moved(20, -3)];
        let first = Shelf { on_hand: 2, began: Some(at(0)), changes, ..Shelf::default() };
        let came = Shelf { began: None, ..first.clone() };
        for (time, is_older, expected, where_it_came) in [
            (-120, true, 5, 0),
            (-3, true, 5, 0),
            (-2, false, 5, 0),
            (-1, false, 5, 0),
            (0, false, 5, 5),
            (20, false, 2, 2),
        ] {
            let basis = Basis::ShelfAt { time: at(time), printed: None };
            assert_eq!(
                (first.began_after(at(time)).is_some(), first.expected(basis)),
                (is_older, Ok(expected)),
                "{time}"
            );
            assert_eq!((came.began_after(at(time)), came.expected(basis)), (None, Ok(where_it_came)), "{time}");
        }
    }

    #[test]
    fn a_sheet_may_be_as_late_as_what_it_shows() {
        for (last_moved, time, is_ahead) in
            [(None, 2, false), (None, 3, true), (Some(-60), 3, true), (Some(60), 62, false), (Some(60), 63, true)]
        {
            let shelf = Shelf { last_moved: last_moved.map(at), ..shelf(&[]) };
            assert_eq!(shelf.is_ahead(at(time), at(0)), is_ahead, "{last_moved:?} {time}");
        }
    }

    #[test]
    fn a_count_corrects_stock_by_the_difference() {
        let shirt = product("Shirt", &[("S", 1), ("L", 5)]);
        for (changes, counted, stock) in [
            (vec![], counted(7, Basis::OnHand), (5, 7)),
            (vec![], counted(7, Basis::Shelf), (5, 5)),
            (vec![], counted(6, Basis::Shelf), (5, 4)),
            (vec![], counted(2, Basis::Shelf), (5, 0)),
            // Ten lay there, nine were counted, three went since.
            (vec![moved(30, -3)], on_sheet(9, 0, Some(10)), (5, 4)),
            (vec![moved(30, -3)], on_sheet(10, 0, Some(10)), (5, 5)),
            (vec![moved(30, -3)], on_sheet(12, 0, None), (5, 7)),
            // The same sheet entered again: the count before it was written.
            (vec![moved(30, -3), corrected(40, -1)], on_sheet(9, 0, Some(11)), (5, 4)),
            (vec![moved(30, -3), corrected(40, -1)], on_sheet(10, 0, Some(11)), (5, 5)),
        ] {
            let line = count(&shirt, Some("l"), shelf(&changes), counted, false).unwrap();
            assert_eq!((line.change.before, line.change.after), stock, "{changes:?} {counted:?}");
            assert_eq!(line.difference(), stock.1 - stock.0);
            assert_eq!(line.change.movement.delta, line.difference());
            assert_eq!(line.reserved, [reserved("LEG-1", 2)]);
            assert_eq!(line.is_known(), changes.len() == 2 && line.difference() == 0);
        }
    }

    #[test]
    fn a_count_of_a_later_time_knows_more() {
        let counted_for = |minute, seconds: i64| ShelfChange {
            count_of: Timestamp::from_millis(at(minute).millis() + seconds * 1000),
            ..moved(minute + 60, -1)
        };
        let later = |changes: &[ShelfChange], basis| shelf(changes).later_count(basis);
        let (at_0, exactly) =
            (Basis::ShelfAt { time: at(0), printed: None }, Timestamp::from_millis(at(0).millis() + 1));
        let exactly = Basis::ShelfAt { time: exactly.unwrap(), printed: None };
        assert_eq!(
            later(&[counted_for(20, 0), counted_for(30, 0), counted_for(-10, 0), moved(40, 2)], at_0),
            Some(at(30))
        );
        // Entered later, but of the same time or an earlier one: a sheet that is entered again, or before this one.
        for earlier in [counted_for(0, 0), counted_for(-1, 0)] {
            assert_eq!(later(&[earlier], at_0), None, "{earlier:?}");
        }
        // A time that was cut to its minute.
        assert_eq!(later(&[counted_for(0, 59)], at_0), None);
        assert!(later(&[counted_for(0, 59)], exactly).is_some() && later(&[counted_for(1, 0)], at_0).is_some());
        let of_exactly = ShelfChange { count_of: exactly.time(), ..moved(60, -1) };
        assert_eq!(later(&[of_exactly], exactly), None);
        assert_eq!(later(&[counted_for(20, 0)], Basis::Shelf), None);
    }

    #[test]
    fn the_changes_around_the_time_of_a_sheet_must_be_known() {
        let sheet = Basis::ShelfAt { time: at(10), printed: None };
        assert_eq!(sheet.known_since(), Some(at(8)));
        assert_eq!((Basis::OnHand.known_since(), Basis::Shelf.known_since()), (None, None));
    }

    #[test]
    fn a_count_is_dated_after_its_sheet() {
        let shirt = product("Shirt", &[("L", 5)]);
        let dated = |counted, now| count(&shirt, Some("L"), shelf(&[]), counted, false).unwrap().dated(now);
        assert_eq!(dated(on_sheet(7, 0, None), at(10)), at(10));
        assert_eq!(Some(dated(on_sheet(7, 10, None), at(9))), Timestamp::from_millis(at(10).millis() + 1));
        assert_eq!(dated(counted(7, Basis::Shelf), at(9)), at(9));
    }

    #[test]
    fn a_late_count_that_fits_the_present_shelf_warns() {
        let shirt = product("Shirt", &[("L", 5)]);
        let warning = |changes: &[ShelfChange], counted| {
            count(&shirt, Some("L"), shelf(changes), counted, false).unwrap().warning()
        };
        assert_eq!(
            warning(&[moved(30, -3)], on_sheet(7, 0, Some(10))).as_deref(),
            Some(
                "Shirt (L): 3 went since asOf, but the 7 counted are what lies there now: if you counted later, put that time into asOf"
            )
        );
        assert!(warning(&[moved(30, 1)], on_sheet(7, 0, None)).is_some_and(|warning| warning.contains("1 came since")));
        for quiet in [on_sheet(10, 0, Some(10)), on_sheet(8, 0, None), counted(6, Basis::Shelf)] {
            assert_eq!(warning(&[moved(30, -3)], quiet), None, "{quiet:?}");
        }
    }

    #[test]
    fn an_impossible_count_is_refused() {
        let shirt = product("Shirt", &[("S", 1), ("L", 5)]);
        let refused =
            |size, shelf: Shelf, counted, may_start| count(&shirt, size, shelf, counted, may_start).unwrap_err();
        let few = refused(Some("L"), shelf(&[]), counted(1, Basis::Shelf), false);
        assert_eq!(few.message, "Shirt (L): 1 counted, but 2 are reserved for LEG-1: 1 too few");
        let reference = Reference::parse("LEG-1").unwrap();
        assert_eq!(few.remedies, [Remedy::StepBack { reference, to: Status::Pending }]);
        assert_eq!(few.kind, RefusalKind::Conflict(Conflict::Step));
        let gone = Shelf { changes: vec![moved(30, -3)], ..Shelf::default() };
        let gone = refused(Some("L"), gone, on_sheet(1, 0, Some(3)), false);
        assert_eq!(
            gone.message,
            "Shirt (L): 1 counted, 2 fewer than went since asOf: if you counted later, put that time into asOf"
        );
        let wrong = refused(Some("L"), shelf(&[]), on_sheet(1, 0, Some(9)), false);
        assert!(wrong.message.starts_with("shelf: 7 lay there at asOf"), "{}", wrong.message);
        // An unknown size is named whatever was counted.
        let unknown = refused(Some("XL"), Shelf::default(), counted(1, Basis::Shelf), false);
        assert_eq!(unknown.message, "Shirt: has no size XL (sizes: S, L)");
        let started = count(&shirt, Some("XL"), Shelf::default(), counted(4, Basis::Shelf), true).unwrap();
        assert_eq!((started.change.new_line.is_some(), started.change.after), (true, 4));
    }

    #[test]
    fn a_sheet_has_a_line_for_each_size_with_all_that_lies_there() {
        let shirt = product("Shirt", &[("S", 1), ("L", 0)]);
        let nameless = Product { barcode: None, ..product("Cap", &[("", 3)]) };
        let leftover = product("Belt", &[("", 2), ("XL", 1)]);
        let sold = product("Tie", &[("", 0), ("M", 1)]);
        let key = |product: &Product, size: &str| StockKey::of(product.id, size);
        let reserved = HashMap::from([(key(&shirt, "l"), 2), (key(&nameless, ""), 1)]);
        let moved = HashMap::from([(key(&shirt, "s"), at(-5)), (key(&shirt, "l"), at(5))]);
        let products = [shirt, nameless.clone(), leftover, sold];
        let lines: Vec<_> =
            products.iter().flat_map(|product| sheet_lines(product, &reserved, &moved, at(0))).collect();
        let shown: Vec<_> =
            lines.iter().map(|line| (line.barcode.as_deref(), line.size.as_deref(), line.shelf, line.as_of)).collect();
        assert_eq!(lines[2].sku(), nameless.id.to_string());
        assert_eq!(
            shown,
            [
                (Some("SKU-Shirt"), Some("S"), 1, at(0)),
                (Some("SKU-Shirt"), Some("L"), 2, at(5)),
                (None, None, 4, at(0)),
                (Some("SKU-Belt"), Some("XL"), 1, at(0)),
                (Some("SKU-Belt"), None, 2, at(0)),
                (Some("SKU-Tie"), Some("M"), 1, at(0)),
            ]
        );
    }
}
