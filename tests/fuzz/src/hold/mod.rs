//! What must hold for hostile input, whatever its bytes.
//!
//! | file | what must hold for |
//! |---|---|
//! | `import` | what `import` reads: records, chats, zip files |
//! | `table` | lists and catalogues, as CSV or as a workbook |
//! | `archive` | zip files, and how they are built of parts |
//! | `typed` | what somebody types: items, amounts, phones, settings |

mod archive;
mod import;
mod table;
mod typed;

use std::sync::LazyLock;

use orders::domain::visible::visible;
use orders::domain::zone::Zone;

pub use archive::{archive, build};
pub use import::import;
pub use table::table;
pub use typed::typed;

static ZONE: LazyLock<Zone> = LazyLock::new(|| Zone::parse("Africa/Cairo").expect("it is a zone"));

/// A problem names a place: a path, a line, or a label of an order message; or it is about the whole record and then says
/// what that is, has or must be.
fn hold_problem(problem: &str) {
    const WHOLE: [&str; 5] = ["is ", "has ", "must ", "expected ", "the "];
    const LABELS: [&str; 7] = ["Order Ref ", "Date ", "Name ", "Phone ", "Total Items ", "Subtotal ", "TOTAL "];
    assert!(
        problem.split_once(": ").is_some_and(|(place, what)| !place.is_empty() && !what.trim().is_empty())
            || WHOLE.iter().chain(&LABELS).any(|start| problem.starts_with(start)),
        "a problem has its place: {problem}"
    );
    hold_shown(problem);
}

/// A text that is said to people steers no terminal: all that is said goes through `visible`, line by line.
fn hold_shown(text: &str) {
    hold_harmless(&visible(text), false);
}

fn hold_harmless(text: &str, may_have_lines: bool) {
    let text = without_isolates(text);
    let found = text.chars().find(|c| steers(*c) && !(*c == '\n' && may_have_lines));
    assert_eq!(found, None, "{text:?}");
}

/// Takes out of a text the isolates that the program puts around right-to-left values: each is closed in its line.
pub fn without_isolates(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, isolated)) = rest.split_once('\u{2068}') {
        let line = isolated.lines().next().unwrap_or_default();
        let end = line.find(['\u{2068}', '\u{2069}']).filter(|&end| line[end..].starts_with('\u{2069}'));
        assert!(end.is_some_and(|end| !line[..end].is_ascii()), "an isolate that isolates nothing: {text:?}");
        let end = end.unwrap_or_default();
        bare.push_str(before);
        bare.push_str(&isolated[..end]);
        rest = &isolated[end + '\u{2069}'.len_utf8()..];
    }
    bare + rest
}

/// Returns whether a character is one that a terminal obeys, that turns the text around it, or that nobody sees.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{34f}' | '\u{115f}' | '\u{1160}')
        || matches!(c, '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
}
