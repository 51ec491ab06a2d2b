//! The command line that is being completed.

use std::path::PathBuf;

use crate::options::{Global, options};

/// A command line up to the cursor, its words as the program would get them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedLine {
    /// The words, the program's name first and the one that is being typed last.
    pub words: Vec<String>,
    /// How many bytes at the start of the last word the shell leaves alone: it replaces what follows.
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

    /// Reads the line that bash passes, up to the cursor, and the part of its last word that bash would replace: bash
    /// breaks words at characters like `=` and `:` too. `None` where the part is not the end of the line.
    pub fn of_bash(line: &str, replaced: &str) -> Option<TypedLine> {
        let mut words = split(line);
        let assignments = words.iter().take_while(|word| word.contains('=')).count();
        words.drain(..assignments);
        let prefix_length = words.last()?.strip_suffix(replaced)?.len();
        Some(TypedLine { words, prefix_length })
    }

    /// Returns the word that is being typed.
    pub fn typed(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// Returns the words before it, after the program's name.
    pub fn before(&self) -> &[String] {
        self.words.get(1..self.words.len() - 1).unwrap_or_default()
    }

    /// Returns the global options on the line that say which file is read, and for whom.
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

/// Splits a line as bash does, without expanding anything; the last word may be empty or its quote open.
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
    fn a_line_of_bash_has_the_words_that_the_program_would_get() {
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
