//! Help pages that clap does not lay out.

use super::prose::wrap;

/// Lays out names with a text beside each, wrapped within `width`; a name takes at least `name_width` columns.
pub fn two_columns(rows: &[(String, String)], name_width: usize, width: usize) -> String {
    let name_width = rows.iter().map(|(name, _)| name.len()).fold(name_width, usize::max);
    let indent = name_width + 4;
    let mut page = String::new();
    for (name, text) in rows {
        let mut label = name.as_str();
        for line in wrap(text, width.saturating_sub(indent).max(20)) {
            page.push_str(format!("  {label:<name_width$}  {line}").trim_end());
            page.push('\n');
            label = "";
        }
    }
    page
}

/// Lays out a paragraph within `width`.
pub fn paragraph(text: &str, width: usize) -> String {
    wrap(text, width).join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_wrap_beside_their_names() {
        let rows = [("db".to_owned(), "the orders file of the shop".to_owned()), ("json".to_owned(), String::new())];
        assert_eq!(two_columns(&rows, 3, 28), "  db    the orders file of\n        the shop\n  json\n");
        assert_eq!(wrap("a verylongword b", 5), ["a", "verylongword", "b"]);
    }
}
