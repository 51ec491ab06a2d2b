//! A list from which a person picks at a terminal: its keys and what it shows. It is never higher than the screen.
//!
//! Letters and digits only filter, so that typing a name cannot mark or pick another row.

use console::Key;

use crate::domain::bidi::shown;

/// How many columns stand before a line or stay free after it.
pub const MARGIN: usize = "> [x] ".len() + 1;

/// A screen narrower than this shows shorter words.
const WIDE: usize = 60;

/// What can be picked.
pub struct Choices<'a> {
    /// The question, on a line of its own; `None` for "Which?" alone.
    pub question: Option<&'a str>,
    /// One line each, escaped, and no wider than the screen without [`MARGIN`].
    pub lines: &'a [String],
    /// Returns the places of the lines that match a filter, in order.
    pub find: &'a dyn Fn(&str) -> Vec<usize>,
    /// Whether several can be marked.
    pub is_many: bool,
}

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The list stays open.
    Stay,
    /// The person left without picking.
    Leave,
    /// The person picked these.
    Take(Vec<usize>),
}

/// A list with its filter and marks.
pub(super) struct Picker<'a> {
    choices: &'a Choices<'a>,
    filter: String,
    /// The places that match the filter.
    left: Vec<usize>,
    /// Where the cursor is among those.
    row: usize,
    marked: Vec<bool>,
}

impl<'a> Picker<'a> {
    pub fn new(choices: &'a Choices<'a>) -> Picker<'a> {
        let count = choices.lines.len();
        Picker { choices, filter: String::new(), left: (0..count).collect(), row: 0, marked: vec![false; count] }
    }

    /// Handles a key, on a page of `rows` rows.
    pub fn press(&mut self, key: &Key, rows: usize) -> Step {
        let last = self.left.len().saturating_sub(1);
        match key {
            Key::Escape if self.filter.is_empty() => return Step::Leave,
            Key::Escape => self.filter_by(String::new()),
            Key::Enter => return self.taken(),
            Key::ArrowDown => self.row = if self.row >= last { 0 } else { self.row + 1 },
            Key::ArrowUp => self.row = if self.row == 0 { last } else { self.row - 1 },
            Key::ArrowRight | Key::PageDown => self.row = (self.row + rows).min(last),
            Key::ArrowLeft | Key::PageUp => self.row = self.row.saturating_sub(rows),
            Key::Home => self.row = 0,
            Key::End => self.row = last,
            Key::Tab => self.mark(),
            // No filter begins with a space.
            Key::Char(' ') if self.filter.is_empty() => self.mark(),
            Key::Backspace => {
                let mut filter = self.filter.clone();
                filter.pop();
                self.filter_by(filter);
            }
            Key::Char(typed) if !typed.is_control() => self.filter_by(format!("{}{typed}", self.filter)),
            _ => {}
        }
        Step::Stay
    }

    fn filter_by(&mut self, filter: String) {
        if filter == self.filter {
            return;
        }
        self.left = match filter.is_empty() {
            true => (0..self.choices.lines.len()).collect(),
            false => (self.choices.find)(&filter),
        };
        self.filter = filter;
        self.row = 0;
    }

    fn mark(&mut self) {
        if let Some(&place) = self.left.get(self.row).filter(|_| self.choices.is_many) {
            self.marked[place] = !self.marked[place];
        }
    }

    /// Takes what is marked, or else the row under the cursor.
    fn taken(&self) -> Step {
        let marked: Vec<usize> = (0..self.marked.len()).filter(|&place| self.marked[place]).collect();
        match (marked.is_empty(), self.left.get(self.row)) {
            (false, _) => Step::Take(marked),
            (true, Some(&place)) => Step::Take(vec![place]),
            (true, None) => Step::Stay,
        }
    }

    /// Returns how many lines stand above the rows.
    pub fn head_height(&self) -> usize {
        1 + usize::from(self.choices.question.is_some())
    }

    /// Returns the lines of a page of `rows` rows and `width` columns.
    pub fn page(&self, rows: usize, width: usize) -> Vec<String> {
        let start = self.row / rows.max(1) * rows.max(1);
        let mut lines: Vec<String> = self.choices.question.map(str::to_owned).into_iter().collect();
        lines.push(self.status_line(rows, width));
        for (row, &place) in self.left.iter().enumerate().skip(start).take(rows) {
            let cursor = if row == self.row { ">" } else { " " };
            let mark = match (self.choices.is_many, self.marked[place]) {
                (false, _) => "",
                (true, true) => " [x]",
                (true, false) => " [ ]",
            };
            lines.push(format!("{cursor}{mark} {}", self.choices.lines[place]));
        }
        if self.left.is_empty() {
            lines.push("  no match; Esc clears the filter".to_owned());
        }
        lines
    }

    /// Says what the keys do or what the filter is, then what is out of sight.
    fn status_line(&self, rows: usize, width: usize) -> String {
        let head = match (self.filter.is_empty(), self.choices.is_many, width >= WIDE) {
            (false, _, is_wide) => {
                // Its last characters, each of which may be two columns wide.
                let hidden = self.filter.chars().count().saturating_sub(if is_wide { 18 } else { 8 });
                let end: String = self.filter.chars().skip(hidden).collect();
                format!("Filter: {}{}", if hidden > 0 { "…" } else { "" }, shown(&end))
            }
            (true, true, true) => "Which? Type to filter, Tab marks, Enter takes".to_owned(),
            (true, true, false) => "Which? Type, Tab marks, Enter takes".to_owned(),
            (true, false, _) => "Which? Type to filter, Enter takes".to_owned(),
        };
        let hidden = (0..self.marked.len()).filter(|place| self.marked[*place] && !self.left.contains(place)).count();
        let elsewhere = if hidden > 0 { format!(" ({hidden} marked elsewhere)") } else { String::new() };
        let place = match self.left.len() > rows {
            true => format!(" ({} of {})", self.row + 1, self.left.len()),
            false => String::new(),
        };
        // A person must know what Enter takes; the cursor they see.
        let place = if width < WIDE && !elsewhere.is_empty() { String::new() } else { place };
        format!("{head}{elsewhere}{place}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["Omar", "Karim q", "Mona jk", "أحمد", "Omar 4"];

    fn find(filter: &str) -> Vec<usize> {
        let fits = |place: &usize| NAMES[place % 5].to_lowercase().contains(filter.trim());
        (0..NAMES.len()).filter(fits).collect()
    }

    fn with<T>(count: usize, is_many: bool, run: impl FnOnce(&mut Picker<'_>) -> T) -> T {
        let lines: Vec<String> = (0..count).map(|n| format!("LEG-{n}")).collect();
        run(&mut Picker::new(&Choices { question: None, lines: &lines, find: &find, is_many }))
    }

    fn press(picker: &mut Picker<'_>, keys: &str) -> Step {
        let key = |c| match c {
            '\n' => Key::Enter,
            '\t' => Key::Tab,
            '↓' => Key::ArrowDown,
            '↑' => Key::ArrowUp,
            '⇤' => Key::Home,
            '⇥' => Key::End,
            '←' => Key::Backspace,
            '⎋' => Key::Escape,
            c => Key::Char(c),
        };
        keys.chars().map(|c| picker.press(&key(c), 20)).last().unwrap()
    }

    #[test]
    fn enter_takes_the_marked_rows_or_the_one_under_the_cursor() {
        for (is_many, keys, expected) in [
            (true, "\n", Step::Take(vec![0])),
            (true, "↓↓\n", Step::Take(vec![2])),
            (true, "↑\n", Step::Take(vec![4])),
            (true, "⇥\n", Step::Take(vec![4])),
            (true, "⇥⇤\n", Step::Take(vec![0])),
            (true, "↓\t↓↓ \n", Step::Take(vec![1, 3])),
            (true, "\t\t↓\n", Step::Take(vec![1])),
            // A mark outside the filter stays.
            (true, " mona\t\n", Step::Take(vec![0, 2])),
            (true, " mona\n", Step::Take(vec![0])),
            (true, "⎋", Step::Leave),
            (true, "mo⎋", Step::Stay),
            (true, "mo⎋⎋", Step::Leave),
            (true, "mo←←⎋", Step::Leave),
            (true, "nobody\n", Step::Stay),
            (true, "nobody⎋\n", Step::Take(vec![0])),
            (false, "mona\n", Step::Take(vec![2])),
            (false, "أحمد\n", Step::Take(vec![3])),
            (false, "nobody\n", Step::Stay),
            // Where one is picked, nothing is marked.
            (false, "\t ↓\n", Step::Take(vec![1])),
        ] {
            assert_eq!(with(5, is_many, |picker| press(picker, keys)), expected, "{keys:?}");
        }
    }

    /// Otherwise a key or space inside a name could pick another customer's order.
    #[test]
    fn typing_a_name_only_filters() {
        for is_many in [true, false] {
            for (typed, left) in [
                ("omar", vec![0, 4]),
                ("karim q", vec![1]),
                ("mona jk", vec![2]),
                ("omar 4", vec![4]),
                ("a", vec![0, 1, 2, 4]),
            ] {
                with(5, is_many, |picker| {
                    assert_eq!(press(picker, typed), Step::Stay, "{typed}");
                    assert_eq!((&picker.left, picker.marked.contains(&true)), (&left, false), "{typed}");
                });
            }
        }
    }

    #[test]
    fn the_status_line_says_what_is_out_of_sight() {
        with(5, true, |picker| {
            assert_eq!(picker.page(20, 80)[0], "Which? Type to filter, Tab marks, Enter takes");
            assert_eq!(picker.page(2, 48)[0], "Which? Type, Tab marks, Enter takes (1 of 5)");
            press(picker, "↓\tomar");
            assert_eq!(picker.page(20, 48)[0], "Filter: omar (1 marked elsewhere)");
            press(picker, "xyz");
            assert_eq!(picker.page(20, 48)[1..], ["  no match; Esc clears the filter"]);
            press(picker, "⎋");
            assert_eq!(picker.page(20, 80).len(), 6);
        });
        let (lines, find): (_, fn(&str) -> Vec<usize>) = (["LEG-1".to_owned()], |_| vec![0]);
        let choices = Choices { question: Some("Note what?"), lines: &lines, find: &find, is_many: false };
        let picker = Picker::new(&choices);
        assert_eq!(picker.page(20, 80), ["Note what?", "Which? Type to filter, Enter takes", "> LEG-1"]);
        assert_eq!(picker.head_height(), 2);
    }

    #[test]
    fn a_page_fits_its_rows_and_its_head_fits_48_columns() {
        with(500, true, |picker| {
            for rows in [1, 3, 22, 500] {
                for _ in 0..30 {
                    picker.press(&Key::ArrowRight, rows);
                    let page = picker.page(rows, 48);
                    assert!(page.len() <= rows + 1, "{rows}");
                    assert!(page[0].len() <= 48, "{}", page[0]);
                    assert_eq!(page.iter().filter(|line| line.starts_with('>')).count(), 1, "{page:?}");
                }
            }
        });
    }
}
