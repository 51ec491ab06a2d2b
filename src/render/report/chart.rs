//! Bars as SVG: a dozen lines instead of a plotting crate and its fonts.

use maud::{Markup, html};

use crate::render::table::fit;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 200;
/// The room for words above and below the bars.
const WORDS: i64 = 26;
/// How many bars have their name below them at the most.
const NAMES: usize = 4;
/// How many characters of a name there is room for, on a phone.
const NAME: usize = 14;

/// Draws a bar for each of `bars`: its name, what its amount is in words, and its length in any unit.
pub fn bars(bars: &[(&str, &str, i64)]) -> Markup {
    let longest = bars.iter().map(|(.., length)| *length).max().unwrap_or_default().max(1);
    let count = i64::try_from(bars.len()).unwrap_or(i64::MAX).max(1);
    let every = bars.len().div_ceil(NAMES).max(1);
    let drawn = bars.iter().zip(0_i64..).map(|((name, amount, length), index)| {
        let (x, next) = (index * WIDTH / count, (index + 1) * WIDTH / count);
        let height = i64::try_from(i128::from(*length) * i128::from(HEIGHT) / i128::from(longest)).unwrap_or(HEIGHT);
        // Where there is room for it, a gap.
        let width = if next - x > 3 { next - x - (next - x) / 5 } else { (next - x).max(1) };
        (name, amount, x, width, height)
    });
    let best = bars.iter().find(|(.., length)| *length == longest);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + 2 * WORDS)) role="img" {
            title { "Totals as bars" }
            @if let Some((_, amount, _)) = best {
                text x=(WIDTH) y="16" text-anchor="end" { "most: " (amount) }
            }
            line x1="0" x2=(WIDTH) y1=(HEIGHT + WORDS) y2=(HEIGHT + WORDS) {}
            @for (index, (name, amount, x, width, height)) in drawn.enumerate() {
                rect x=(x) y=(HEIGHT + WORDS - height) width=(width) height=(height) {
                    title { (name) ": " (amount) }
                }
                @if index % every == 0 {
                    text x=(x) y=(HEIGHT + 2 * WORDS - 4) { (fit(name, NAME)) }
                }
            }
        }
    }
}
