//! What became of the records of an import: counts, warnings, and every problem with its place.

use serde_json::{Value, json};

use crate::commands::Context;
use crate::commands::run::imported::Imported;
use crate::domain::problems::Problems;
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::error::{DETAILS_LISTED, Exit, Explained, Failure, FailureKind, list_first};
use crate::input::table::rows::Sheets;
use crate::render::json::Body;
use crate::ui;

/// What became of one record.
#[derive(Debug)]
pub enum RecordOutcome {
    /// New, with warnings.
    Imported(Vec<String>),
    /// An update of what existed, with warnings.
    Updated(Vec<String>),
    /// Known already, with warnings.
    Unchanged(Vec<String>),
    /// Nothing to take, but with warnings about an earlier record.
    Noted(Vec<String>),
    /// Left blank.
    Skipped,
    /// Not taken, with a warning: the orders file has something newer.
    LeftOut(String),
    /// Not taken.
    Rejected {
        /// What messages call it: a reference, a barcode.
        label: Option<String>,
        /// Invalid input or a conflict.
        kind: FailureKind,
        /// Every problem, with its place in the record.
        problems: Problems,
    },
}

/// The counts, warnings and problems of an import.
#[derive(Debug, Clone, Default)]
pub struct ImportSummary {
    /// How many were new.
    pub imported: u64,
    /// How many updated what existed.
    pub updated: u64,
    /// How many were known already.
    pub unchanged: u64,
    /// How many were not taken.
    pub rejected: u64,
    /// How many messages held nothing to take.
    pub skipped: u64,
    warnings: Vec<String>,
    warnings_left_out: u64,
    /// Notes on what was not read, for people.
    notes: Vec<String>,
    errors: Vec<RecordError>,
    problem_count: usize,
    /// The first conflict, if every rejected record is one.
    conflict: Option<Conflict>,
    /// Why an input could not be read to its end.
    unreadable: Option<Unreadable>,
}

/// Why an input cannot be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It ends too early, or goes on with something else.
    CutOff,
    /// There is nothing in it.
    Empty,
    /// It has no known format.
    Stranger,
    /// It is not a table, not one of its kind, or a damaged one.
    Table,
}

/// Why one record was not taken.
#[derive(Debug, Clone)]
struct RecordError {
    file: String,
    sheet: Option<String>,
    record: Option<u64>,
    line: u64,
    is_row: bool,
    label: Option<String>,
    kind: FailureKind,
    problems: Vec<String>,
}

impl RecordError {
    /// Returns the problems with their place: `inv.xlsx: Sheet1, row 4 (PL-220): qty (D4): …` in a table, else
    /// `orders.json:7: record 2 (LEG-3): …`.
    fn lines(&self, what: Imported) -> impl Iterator<Item = String> {
        let RecordError { file, line, .. } = self;
        let label = self.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
        let place = match self.record {
            // What is wrong with a table as a whole has no row.
            None if self.is_row && *line == 1 => self.sheet.clone(),
            _ if self.is_row => {
                let sheet = self.sheet.as_ref().map(|sheet| format!("{sheet}, ")).unwrap_or_default();
                Some(format!("{sheet}row {line}{label}"))
            }
            Some(number) => Some(format!("{} {number}{label}", what.record())),
            None => None,
        };
        let file = if self.is_row { file.clone() } else { format!("{file}:{line}") };
        let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
        self.problems.iter().map(move |problem| format!("{file}: {place}{problem}"))
    }

    fn to_json(&self) -> Value {
        json!({
            "file": self.file,
            "record": self.record,
            "line": self.line,
            "reference": self.label,
            "problems": self.problems,
            "code": self.kind.code(),
            "reason": self.kind.reason(),
            "sheet": self.sheet,
        })
    }
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub struct RecordPlace<'a> {
    /// The file as it was named.
    pub file: &'a str,
    /// The sheet of a workbook.
    pub sheet: Option<&'a str>,
    /// The record's number in the file, from 1.
    pub record: Option<u64>,
    /// The line on which it begins, from 1; in a table, its row.
    pub line: u64,
    /// Whether it stands in a table.
    pub is_row: bool,
}

impl RecordOutcome {
    /// Makes the outcome of a record of which only the problem is known.
    pub fn invalid(problem: String) -> RecordOutcome {
        RecordOutcome::Rejected { label: None, kind: FailureKind::InvalidInput, problems: problem.into() }
    }
}

impl ImportSummary {
    pub fn new() -> ImportSummary {
        ImportSummary::default()
    }

    /// Counts an outcome; returns whether it was a rejection.
    pub fn count(&mut self, place: RecordPlace<'_>, outcome: RecordOutcome) -> bool {
        let mut nothing = 0;
        let (count, warnings) = match outcome {
            RecordOutcome::Noted(warnings) => (&mut nothing, warnings),
            RecordOutcome::Skipped => (&mut self.skipped, Vec::new()),
            RecordOutcome::LeftOut(warning) => (&mut self.skipped, vec![warning]),
            RecordOutcome::Imported(warnings) => (&mut self.imported, warnings),
            RecordOutcome::Updated(warnings) => (&mut self.updated, warnings),
            RecordOutcome::Unchanged(warnings) => (&mut self.unchanged, warnings),
            RecordOutcome::Rejected { label, kind, problems } => {
                self.reject(place, label, kind, &problems);
                return true;
            }
        };
        *count += 1;
        for warning in warnings {
            self.warn(warning);
        }
        false
    }

    pub fn warn(&mut self, warning: String) {
        if self.warnings.len() < DETAILS_LISTED {
            self.warnings.push(warning);
        } else {
            self.warnings_left_out += 1;
        }
    }

    /// Notes which columns and sheets of a table are not read; `file` is its name where there are several.
    pub fn note_unread(&mut self, file: Option<&str>, columns: &[String], sheets: Option<&Sheets>) {
        let place = file.map(|file| format!("{file}: ")).unwrap_or_default();
        let mut note = |what: &str, names: &[String]| {
            if !names.is_empty() && self.notes.len() < DETAILS_LISTED {
                self.notes.push(format!("{place}{what} that are not read: {}", shorten(&names.join(", "))));
            }
        };
        note("columns", columns);
        note("sheets", sheets.map(|sheets| sheets.others.as_slice()).unwrap_or_default());
    }

    fn reject(&mut self, place: RecordPlace<'_>, label: Option<String>, kind: FailureKind, problems: &Problems) {
        self.conflict = match (kind, self.conflict) {
            (FailureKind::Conflict(reason), None) if self.rejected == 0 => Some(reason),
            (FailureKind::Conflict(_), first) => first,
            _ => None,
        };
        self.rejected += 1;
        self.problem_count += problems.len();
        if self.errors.len() < DETAILS_LISTED {
            self.errors.push(RecordError {
                file: place.file.to_owned(),
                sheet: place.sheet.map(str::to_owned),
                record: place.record,
                line: place.line,
                is_row: place.is_row,
                label,
                kind,
                problems: list_first(problems.first(), problems.len()),
            });
        }
    }

    /// Counts a problem of the file itself, not of its records.
    pub fn refuse(&mut self, place: RecordPlace<'_>, problems: &Problems) {
        self.reject(place, None, FailureKind::InvalidInput, problems);
    }

    /// Notes that the input cannot be read beyond this place.
    pub fn cut_off(&mut self, place: RecordPlace<'_>, why: Unreadable, problem: String) {
        self.unreadable = Some(why);
        self.refuse(place, &problem.into());
    }

    /// Returns whether the input could not be read to its end; then none of it can be taken.
    pub fn is_cut_off(&self) -> bool {
        self.unreadable.is_some()
    }

    /// Returns the problems to list, one a line.
    fn problem_lines(&self, what: Imported) -> Vec<String> {
        self.errors.iter().flat_map(|error| error.lines(what)).take(DETAILS_LISTED).collect()
    }

    /// Returns the body for programs.
    pub fn body(&self, what: Imported) -> Body {
        let mut warnings = self.warnings.clone();
        if self.warnings_left_out > 0 {
            warnings.push(format!("… and {} more", self.warnings_left_out));
        }
        let mut body = Body::new();
        let done = match what {
            Imported::Orders | Imported::Products => "imported",
            Imported::Payments => "recorded",
            Imported::Deliveries => "received",
            Imported::Counts => "corrected",
            Imported::Statuses => "changed",
        };
        body.insert(done.to_owned(), json!(self.imported));
        body.insert("unchanged".to_owned(), json!(self.unchanged));
        body.insert("rejected".to_owned(), json!(self.rejected));
        if !what.is_list() || what == Imported::Counts {
            body.insert("skipped".to_owned(), json!(self.skipped));
        }
        body.insert("warnings".to_owned(), json!(warnings));
        body.insert("errors".to_owned(), self.errors.iter().map(RecordError::to_json).collect());
        if what == Imported::Products {
            body.insert("updated".to_owned(), json!(self.updated));
        }
        if what == Imported::Counts {
            body.insert("differences".to_owned(), json!([]));
        }
        body
    }

    /// Says how many were rejected, at the end of a sum: `, rejected 2`; empty if none were.
    pub fn and_rejected(&self) -> String {
        if self.rejected > 0 { format!(", rejected {}", self.rejected) } else { String::new() }
    }

    /// Returns how an import ended that was not stopped.
    pub fn exit(&self) -> Exit {
        if self.rejected > 0 { Exit::Partly } else { Exit::Done }
    }

    /// Returns whether some records could be taken without the others.
    pub fn has_good_ones(&self) -> bool {
        self.imported + self.updated + self.unchanged > 0
    }

    /// Returns the failure of an import that took nothing, if something stopped it.
    pub fn failure(&self, what: Imported) -> Option<Explained> {
        if self.rejected == 0 {
            return None;
        }
        let count = self.imported + self.updated + self.unchanged + self.rejected;
        let word = what.record();
        let (kind, error) = match self.conflict {
            Some(reason) => (FailureKind::Conflict(reason), format!("Some {word}s conflict with what the file has")),
            None => (FailureKind::InvalidInput, format!("Some {word}s are invalid")),
        };
        let records = match (self.rejected, count) {
            (_, 1) => format!("the {word}"),
            (2, 2) => format!("both {word}s"),
            (rejected, count) if rejected == count => format!("all {count} {word}s"),
            (rejected, count) => format!("{rejected} of {count} {word}s"),
        };
        let (is, conflicts) = if self.rejected == 1 { ("is", "conflicts") } else { ("are", "conflict") };
        let problem = match self.unreadable {
            Some(Unreadable::Empty) if count == 1 => "there is nothing to import".to_owned(),
            Some(Unreadable::Stranger) if count == 1 && what == Imported::Orders => {
                "the input is neither JSON nor a WhatsApp chat".to_owned()
            }
            Some(_) if what.is_list() => "the list cannot be read".to_owned(),
            Some(Unreadable::Table) => "the table cannot be read".to_owned(),
            Some(_) => "the input cannot be read to its end".to_owned(),
            None if self.conflict.is_some() => format!("{records} {conflicts} with what the file has"),
            None => format!("{records} {is} invalid"),
        };
        let mut body = self.body(what);
        for count in ["imported", "updated", "recorded", "received", "corrected", "changed"] {
            if let Some(count) = body.get_mut(count) {
                *count = json!(0);
            }
        }
        let failure = Failure::new(kind, problem).error(error).details(self.problem_lines(what));
        let failure = self.notes.iter().fold(failure, |failure, note| failure.hint(note.as_str()));
        Some(Explained { failure, problem_count: self.problem_count, body })
    }

    /// Prints the warnings and the rejected records on stderr.
    pub fn report(&self, what: Imported, context: &Context) {
        if !context.is_table() {
            return;
        }
        self.warnings.iter().for_each(|warning| context.ui.warn(warning));
        if self.warnings_left_out > 0 {
            context.ui.warn(&format!("… and {} more warnings", self.warnings_left_out));
        }
        self.notes.iter().for_each(|note| context.ui.note(note));
        if self.rejected > 0 {
            context.ui.warn(&format!("{} rejected:", self.rejected));
            ui::list(&list_first(&self.problem_lines(what), self.problem_count));
        }
    }
}
