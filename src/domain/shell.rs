//! Words of a command line, quoted for a shell.

use std::borrow::Cow;

/// Quotes an argument for the shell, so that it cannot be read as an option either.
pub fn shell_argument(word: &str) -> String {
    let end_of_options = if word.starts_with('-') { "-- " } else { "" };
    format!("{end_of_options}{}", shell_word(word))
}

/// Returns whether bash, zsh and fish all take a word literally anywhere in an argument.
pub fn is_shell_literal(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:+@,".contains(c))
}

/// Quotes a word for the shell if needed, so that a hint can be pasted whoever chose the word.
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:+=@%".contains(c);
    // zsh replaces =ls at the beginning of a word by the path of ls.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_a_hint_can_be_pasted_into_a_shell() {
        for (word, quoted) in [
            ("LEG-1", "LEG-1"),
            ("$(id)", "'$(id)'"),
            ("x;touch${IFS}y", "'x;touch${IFS}y'"),
            ("it's", r"'it'\''s'"),
            ("=ls", "'=ls'"),
            ("a=ls", "a=ls"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), quoted);
            assert_eq!(shell_argument(word), quoted);
        }
        assert_eq!(shell_argument("--accept-prices"), "-- --accept-prices");
    }

    #[test]
    fn every_shell_takes_a_literal_word_as_it_is() {
        for word in ["LEG-1", "a/b.c_d:e+f@g,h", "قميص"] {
            assert!(is_shell_literal(word), "{word}");
        }
        for word in ["", "a b", "a=b", "$x", "~", "a*", "a'b", "a{b}"] {
            assert!(!is_shell_literal(word), "{word}");
        }
    }
}
