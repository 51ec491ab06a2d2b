//! The problems of an input: the first ones, and how many there are.

use std::fmt;

/// The most problems of one input that are kept; the others are only counted.
pub const PROBLEMS_KEPT: usize = 100;

/// The problems of an input, each with its place: `items[1].quantity: must be at least 1`.
///
/// Only the first [`PROBLEMS_KEPT`] are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    first: Vec<String>,
    count: usize,
}

impl Problems {
    /// Adds a problem at a place; the input itself has the empty place.
    pub fn add(&mut self, place: impl fmt::Display, problem: impl fmt::Display) {
        self.count += 1;
        if self.first.len() < PROBLEMS_KEPT {
            let place = place.to_string();
            self.first.push(if place.is_empty() { problem.to_string() } else { format!("{place}: {problem}") });
        }
    }

    /// Adds a problem that already names its place.
    pub fn push(&mut self, problem: impl fmt::Display) {
        self.add("", problem);
    }

    /// Adds the problems of the part at `place`.
    pub fn add_all(&mut self, place: &str, problems: Problems) {
        let more = problems.count - problems.first.len();
        problems.first.into_iter().for_each(|problem| self.add(place, problem));
        self.count += more;
    }

    /// Returns what was read if nothing is wrong with it. What is refused always has a reason.
    pub fn refuse_or<T>(mut self, read: Option<T>) -> Result<T, Problems> {
        if self.is_empty() {
            if let Some(read) = read {
                return Ok(read);
            }
            debug_assert!(false, "what cannot be read has a problem");
            self.push("cannot be read");
        }
        Err(self)
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns about how many bytes of memory they take.
    pub fn size(&self) -> usize {
        self.first.iter().map(|problem| size_of::<String>() + problem.len()).sum()
    }

    /// Returns the kept problems, in the order found.
    pub fn first(&self) -> &[String] {
        &self.first
    }

    /// Returns the kept problems.
    pub fn into_first(self) -> Vec<String> {
        self.first
    }
}

impl From<String> for Problems {
    fn from(problem: String) -> Problems {
        Problems { first: vec![problem], count: 1 }
    }
}

impl Extend<String> for Problems {
    fn extend<I: IntoIterator<Item = String>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}

impl FromIterator<String> for Problems {
    fn from_iter<I: IntoIterator<Item = String>>(problems: I) -> Problems {
        let mut all = Problems::default();
        all.extend(problems);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_kept_and_all_are_counted() {
        let mut problems: Problems = (0..150).map(|number| format!("{number}")).collect();
        assert_eq!((problems.first().len(), problems.len()), (PROBLEMS_KEPT, 150));
        let mut whole = Problems::from("first".to_owned());
        problems.add("x", "y");
        whole.add_all("message", problems);
        assert_eq!((whole.first()[1].as_str(), whole.first().len(), whole.len()), ("message: 0", PROBLEMS_KEPT, 152));
    }

    #[test]
    fn what_was_read_counts_only_without_problems() {
        let problem = || Problems::from("wrong".to_owned());
        assert_eq!(Problems::default().refuse_or(Some(5)), Ok(5));
        assert_eq!(problem().refuse_or(Some(5)), Err(problem()));
        assert_eq!(problem().refuse_or(None::<u8>), Err(problem()));
    }

    #[test]
    fn their_size_grows_with_their_texts() {
        let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Problems>().size();
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&["12345"]) - of(&[""]), 5);
        assert_eq!(of(&["1", "12"]), of(&["1"]) + of(&["12"]));
        assert!(of(&[""]) > 0, "an empty text takes room, too");
    }
}
