//! The colours.

use anstyle::{AnsiColor, Style};

/// Returns the style of a status: pending stands out, delivered is dim.
pub fn status(word: &str) -> Style {
    match word {
        "pending" => AnsiColor::Yellow.on_default().bold(),
        "confirmed" => AnsiColor::Green.on_default(),
        "processing" => AnsiColor::Cyan.on_default(),
        "shipped" => AnsiColor::Blue.on_default(),
        "cancelled" => AnsiColor::Red.on_default(),
        _ => Style::new().dimmed(),
    }
}

/// Returns the style of a mark on stock.
pub fn stock(word: &str) -> Style {
    match word {
        "out" => AnsiColor::Red.on_default().bold(),
        _ => AnsiColor::Yellow.on_default(),
    }
}

/// Returns the style of a price or name, which is marked with `!` if a person should look at it.
pub fn marked(text: &str) -> Style {
    if text.starts_with('!') { warning() } else { Style::new() }
}

/// Returns the style of a warning.
pub fn warning() -> Style {
    AnsiColor::Yellow.on_default().bold()
}

/// Returns the style of blocks that a scanner reads: black on white, whatever the terminal's colours.
pub fn ink() -> Style {
    AnsiColor::Black.on(AnsiColor::BrightWhite)
}

/// Paints a text if there is colour.
pub fn paint(text: &str, style: Style, has_color: bool) -> String {
    if has_color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
