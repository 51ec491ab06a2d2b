//! The HTML page around papers and reports; nothing in it is fetched.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Renders a page with this title, style sheet and body.
pub fn html_page(title: &str, style: &'static str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}
