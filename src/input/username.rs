//! The name of an account, as typed.

use crate::domain::limits::excess;
use crate::domain::permission::RESERVED;
use crate::domain::text::is_edge;
use crate::domain::visible::visible;

/// The longest name that an account may have.
const LONGEST: usize = 150;

/// Reads a name: 1 to 150 visible characters without spaces, and not a reserved name.
///
/// # Errors
/// What is wrong with it.
pub fn read_username(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("must not be blank".to_owned());
    }
    if let Some(excess) = excess(name, LONGEST) {
        return Err(excess);
    }
    if name.chars().any(is_edge) || visible(name) != name {
        return Err("must not have spaces or characters that cannot be seen".to_owned());
    }
    if name.starts_with('-') {
        return Err("must not begin with -, which begins an option".to_owned());
    }
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(format!("{name} is reserved"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_one_visible_word_and_not_reserved() {
        let longest = "x".repeat(150);
        for name in ["mona", "buyer-7", "mona@shop.example", "منى", longest.as_str(), " mona "] {
            assert_eq!(read_username(name).as_deref(), Ok(name.trim()));
        }
        for name in [
            "",
            "  ",
            "a b",
            "a\u{a0}b",
            "a\tb",
            "a\u{202e}b",
            "a\u{200b}b",
            "-x",
            "guest",
            "Operator",
            &"x".repeat(151),
        ] {
            assert!(read_username(name).is_err(), "{name:?}");
        }
    }
}
