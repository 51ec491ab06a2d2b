//! A list at a terminal from which a person picks: what its keys do, and what it shows. It is never higher than the screen.

use console::Key;

use crate::domain::bidi::shown;

/// One line that can be picked.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is shown, visible and no wider than a line beside [`MARGIN`].
    pub line: String,
    /// What a person may type to find it.
    pub words: String,
}

/// How many columns stand before a line, and stay free after it.
pub const MARGIN: usize = "> [x] ".len() + 1;

/// What a key led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The list stays.
    Stay,
    /// It was left without picking.
    Leave,
    /// These were picked.
    Take(Vec<usize>),
}

/// A list, how it is filtered, and what is marked.
#[derive(Debug)]
pub(super) struct Picker<'a> {
    choices: &'a [Choice],
    /// Whether several can be marked. Letters then are keys, until `/` starts a filter.
    is_many: bool,
    is_filtering: bool,
    filter: String,
    /// The place of the cursor among those shown.
    row: usize,
    marked: Vec<bool>,
}

impl<'a> Picker<'a> {
    pub fn new(choices: &'a [Choice], is_many: bool) -> Picker<'a> {
        let marked = vec![false; choices.len()];
        Picker { choices, is_many, is_filtering: !is_many, filter: String::new(), row: 0, marked }
    }

    /// Returns the places of the choices that the filter leaves.
    fn left(&self) -> Vec<usize> {
        let filter = self.filter.to_lowercase();
        let fits = |index: &usize| self.choices[*index].words.to_lowercase().contains(&filter);
        (0..self.choices.len()).filter(fits).collect()
    }

    /// Does what a key says, on a page of so many rows.
    pub fn press(&mut self, key: &Key, rows: usize) -> Step {
        let left = self.left();
        let last = left.len().saturating_sub(1);
        let letter = |letter| !self.is_filtering && *key == Key::Char(letter);
        if letter('q') || *key == Key::Escape {
            return Step::Leave;
        } else if letter('/') {
            self.is_filtering = true;
        } else if letter('j') || matches!(key, Key::ArrowDown | Key::Tab) {
            self.row = if self.row >= last { 0 } else { self.row + 1 };
        } else if letter('k') || matches!(key, Key::ArrowUp | Key::BackTab) {
            self.row = if self.row == 0 { last } else { self.row - 1 };
        } else if letter('l') || matches!(key, Key::ArrowRight | Key::PageDown) {
            self.row = (self.row + rows).min(last);
        } else if letter('h') || matches!(key, Key::ArrowLeft | Key::PageUp) {
            self.row = self.row.saturating_sub(rows);
        } else if self.is_many && *key == Key::Char(' ') {
            if let Some(&index) = left.get(self.row) {
                self.marked[index] = !self.marked[index];
            }
        } else if letter('a') {
            let all = left.iter().all(|&index| self.marked[index]);
            for index in left {
                self.marked[index] = !all;
            }
        } else if *key == Key::Enter {
            let marked: Vec<usize> = (0..self.marked.len()).filter(|&index| self.marked[index]).collect();
            // Without a mark it is the one under the cursor.
            match (marked.is_empty(), left.get(self.row)) {
                (false, _) => return Step::Take(marked),
                (true, Some(&index)) => return Step::Take(vec![index]),
                (true, None) => {}
            }
        } else if *key == Key::Backspace {
            self.filter.pop();
            self.row = 0;
        } else if let Key::Char(typed) = key
            && self.is_filtering
            && !typed.is_control()
        {
            self.filter.push(*typed);
            self.row = 0;
        }
        Step::Stay
    }

    /// Returns the lines of a page of so many rows, below what is asked.
    pub fn page(&self, question: &str, rows: usize) -> Vec<String> {
        let left = self.left();
        let start = self.row / rows.max(1) * rows.max(1);
        // The end of a long filter: a letter may be two columns wide, and the screen 48.
        let filter: String = self.filter.chars().skip(self.filter.chars().count().saturating_sub(12)).collect();
        let head = match (self.is_filtering, filter.is_empty()) {
            (true, false) => format!("Filter: {}", shown(&filter)),
            (true, true) if self.is_many => "Filter:".to_owned(),
            _ => question.to_owned(),
        };
        let place = if left.len() > rows { format!(" ({} of {})", self.row + 1, left.len()) } else { String::new() };
        let mut lines = vec![format!("{head}{place}")];
        for (row, &index) in left.iter().enumerate().skip(start).take(rows) {
            let cursor = if row == self.row { ">" } else { " " };
            let mark = match (self.is_many, self.marked[index]) {
                (false, _) => "",
                (true, true) => " [x]",
                (true, false) => " [ ]",
            };
            lines.push(format!("{cursor}{mark} {}", self.choices[index].line));
        }
        if left.is_empty() {
            lines.push("  none of them".to_owned());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(count: usize) -> Vec<Choice> {
        let choice = |n| Choice { line: format!("LEG-{n}"), words: format!("LEG-{n} Karim {n} أحمد") };
        (0..count).map(choice).collect()
    }

    fn press(picker: &mut Picker<'_>, keys: &str) -> Step {
        let key = |c| if c == '\n' { Key::Enter } else { Key::Char(c) };
        keys.chars().map(|c| picker.press(&key(c), 20)).last().unwrap()
    }

    #[test]
    fn enter_takes_what_is_marked_or_else_the_row_it_stands_on() {
        let choices = choices(5);
        for (is_many, keys, expected) in [
            (true, "\n", Step::Take(vec![0])),
            (true, "jj\n", Step::Take(vec![2])),
            (true, "k\n", Step::Take(vec![4])),
            (true, "j jj \n", Step::Take(vec![1, 3])),
            (true, " /g-3 \n", Step::Take(vec![0, 3])),
            (true, "/g-3\n", Step::Take(vec![3])),
            (true, "a\n", Step::Take(vec![0, 1, 2, 3, 4])),
            (true, "q", Step::Leave),
            (false, "g-4\n", Step::Take(vec![4])),
            (false, "karim 2\n", Step::Take(vec![2])),
            (false, "أحمد\n", Step::Take(vec![0])),
            (false, "nobody\n", Step::Stay),
        ] {
            assert_eq!(press(&mut Picker::new(&choices, is_many), keys), expected, "{keys:?}");
        }
        assert_eq!(Picker::new(&choices, false).press(&Key::Escape, 20), Step::Leave);
    }

    #[test]
    fn a_page_is_never_higher_than_its_rows() {
        let choices = choices(300);
        let mut picker = Picker::new(&choices, true);
        for rows in [1, 3, 22, 500] {
            for _ in 0..30 {
                picker.press(&Key::ArrowRight, rows);
                let page = picker.page("Which?", rows);
                assert!(page.len() <= rows + 1, "{rows}");
                assert_eq!(page.iter().filter(|line| line.starts_with('>')).count(), 1, "{page:?}");
            }
        }
    }
}
