//! Bars as SVG: a few dozen lines instead of a plotting crate and its fonts.

use maud::{Markup, html};

use super::Bar;
use crate::domain::visible::visible;
use crate::render::prose::fit;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 200;
/// The height of the text above and below the bars.
const WORDS: i64 = 34;
/// The most bars that have names below them.
const NAMES: usize = 4;
/// How many characters of a name fit, even on a phone.
const NAME: usize = 14;

/// Draws the bars, or the first `most` of them.
pub fn bars(all: &[Bar], most: Option<usize>) -> Markup {
    let shown = &all[..most.unwrap_or(all.len()).min(all.len())];
    let best = shown.iter().max_by_key(|bar| bar.length);
    let longest = best.map_or(1, |bar| bar.length.max(1));
    let count = i64::try_from(shown.len()).unwrap_or(i64::MAX).max(1);
    let every = shown.len().div_ceil(NAMES).max(1);
    let drawn = shown.iter().zip(0_i64..).map(|(bar, index)| {
        let (x, next) = (index * WIDTH / count, (index + 1) * WIDTH / count);
        let height = i128::from(bar.length) * i128::from(HEIGHT) / i128::from(longest);
        // Leave a gap if there is room for one.
        let width = if next - x > 3 { next - x - (next - x) / 5 } else { (next - x).max(1) };
        (bar, x, width, i64::try_from(height).unwrap_or(HEIGHT))
    });
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + 2 * WORDS)) role="img" {
            title { "Totals as bars" }
            @if let Some(best) = best {
                text x=(WIDTH) y="24" text-anchor="end" { "most: " (visible(&best.amount)) }
            }
            line x1="0" x2=(WIDTH) y1=(HEIGHT + WORDS) y2=(HEIGHT + WORDS) {}
            @for (index, (bar, x, width, height)) in drawn.enumerate() {
                rect x=(x) y=(HEIGHT + WORDS - height) width=(width) height=(height) {
                    title { (visible(&bar.name)) ": " (visible(&bar.amount)) }
                }
                @if index % every == 0 {
                    text x=(x) y=(HEIGHT + 2 * WORDS - 8) { (fit(&visible(&bar.name), NAME)) }
                }
            }
        }
    }
}
