//! The command line being completed.

use std::path::PathBuf;

use crate::options::{Global, options};

/// A command line up to the cursor, split into the words that the program would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedLine {
    /// The words, from the program's name to the one being typed.
    pub words: Vec<String>,
    /// How many bytes at the start of the last word the shell keeps; it replaces the rest.
    pub prefix_length: usize,
}

impl TypedLine {
    /// Reads the words that zsh and fish pass.
    pub fn of_words(mut words: Vec<String>) -> TypedLine {
        if words.len() < 2 {
            words.push(String::new());
        }
        TypedLine { words, prefix_length: 0 }
    }

    /// Splits the line up to the cursor. `replaced` is the part of its last word that bash would replace, since bash
    /// also breaks words at characters like `=` and `:`. `None` if the line does not end with it.
    pub fn of_bash(line: &str, replaced: &str) -> Option<TypedLine> {
        let mut words = split(line);
        let assignments = words.iter().take_while(|word| word.contains('=')).count();
        words.drain(..assignments);
        let prefix_length = words.last()?.strip_suffix(replaced)?.len();
        Some(TypedLine { words, prefix_length })
    }

    /// Returns the word being typed.
    pub fn typed(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// Returns the words between the program's name and the one being typed.
    pub fn before(&self) -> &[String] {
        self.words.get(1..self.words.len() - 1).unwrap_or_default()
    }

    /// Returns the global options that choose the file and the account.
    pub fn global(&self) -> Global {
        let named = |name: &str| {
            let values = options(self.before()).filter(|(option, _)| *option == name);
            values.filter_map(|(_, value)| value).last().map(str::to_owned)
        };
        Global {
            db: named("--db").map(|path| match path.strip_prefix("~/") {
                Some(below) => std::env::home_dir().unwrap_or_default().join(below),
                None => PathBuf::from(path),
            }),
            acting_as: named("--as"),
            wait: Some(0),
            ..Global::default()
        }
    }
}

/// Splits a line as bash does, without expansion. The last word may be empty or have an open quote.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut is_word, mut quote) = (String::new(), false, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => (quote, is_word) = (Some(c), true),
            (None | Some('"'), '\\') => {
                word.extend(chars.next());
                is_word = true;
            }
            (None, c) if c.is_ascii_whitespace() => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            (_, c) => {
                word.push(c);
                is_word = true;
            }
        }
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bash_line_has_the_words_that_the_program_would_get() {
        for (line, replaced, words, prefix_length) in [
            ("orders show LEG", "LEG", &["orders", "show", "LEG"][..], 0),
            ("orders show ", "", &["orders", "show", ""], 0),
            ("orders --db=x", "x", &["orders", "--db=x"], 5),
            ("orders --db=", "", &["orders", "--db="], 5),
            ("ORDERS_DB=x orders show \"a b", "a b", &["orders", "show", "a b"], 0),
            (r"orders --note 'it''s' a\ b", "a b", &["orders", "--note", "its", "a b"], 0),
            ("orders show '' $(x)", "$(x)", &["orders", "show", "", "$(x)"], 0),
        ] {
            let expected = TypedLine { words: words.iter().map(|&word| word.to_owned()).collect(), prefix_length };
            assert_eq!(TypedLine::of_bash(line, replaced), Some(expected), "{line}");
        }
        assert_eq!(TypedLine::of_bash("orders show x", "y"), None);
    }
}
