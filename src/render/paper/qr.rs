//! The QR code of a reference, for whoever has a scanner in place of a keyboard.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

use crate::domain::reference::Reference;

/// A QR code: a square of dark and light modules.
pub struct Symbol {
    modules: Vec<Color>,
    width: usize,
}

/// The light margin around it in a text, in modules. (The standard has four, scanners do with two.)
const TEXT_MARGIN: usize = 2;
/// The light margin around it on a page.
const PAGE_MARGIN: usize = 4;

impl Symbol {
    /// Encodes a reference; `None` if it is too long for a QR code, which none is.
    pub fn of(reference: &Reference) -> Option<Symbol> {
        let code = QrCode::with_error_correction_level(reference.as_str(), EcLevel::M).ok()?;
        Some(Symbol { width: code.width(), modules: code.into_colors() })
    }

    fn is_dark(&self, x: Option<usize>, y: Option<usize>) -> bool {
        let (Some(x), Some(y)) = (x, y) else { return false };
        x < self.width && y < self.width && self.modules[y * self.width + x] == Color::Dark
    }

    /// Returns how many columns it takes in a text.
    pub fn columns(&self) -> usize {
        self.width + 2 * TEXT_MARGIN
    }

    /// Returns it as lines of blocks, two modules above one another in each: dark on light if the text is printed so.
    pub fn lines(&self) -> Vec<String> {
        let at = |place: usize| place.checked_sub(TEXT_MARGIN);
        let block = |x, y| match (self.is_dark(at(x), at(y)), self.is_dark(at(x), at(y + 1))) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..self.columns()).step_by(2).map(|y| (0..self.columns()).map(|x| block(x, y)).collect()).collect()
    }

    /// Returns the runs of dark modules: where each begins, and how long it is.
    fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let rows = self.modules.chunks(self.width).zip(0..);
        rows.flat_map(|(row, y)| {
            let mut x = 0;
            row.chunk_by(|one, next| one == next).filter_map(move |run| {
                x += run.len();
                (run[0] == Color::Dark).then(|| (x - run.len(), y, run.len()))
            })
        })
    }

    /// Returns it as SVG, one module a unit.
    pub fn svg(&self, name: &Reference) -> Markup {
        let side = self.width + 2 * PAGE_MARGIN;
        let run = |(x, y, length)| format!("M{} {}h{length}v1h-{length}z", x + PAGE_MARGIN, y + PAGE_MARGIN);
        let path: String = self.runs().map(run).collect();
        html! {
            svg.qr viewBox=(format!("0 0 {side} {side}")) role="img" shape-rendering="crispEdges" {
                title { "QR code of " (name) }
                path d=(path) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(reference: &str) -> (Symbol, Reference) {
        let reference = Reference::parse(reference).unwrap();
        (Symbol::of(&reference).unwrap(), reference)
    }

    #[test]
    fn every_reference_has_a_code_and_a_common_one_a_small_one() {
        assert_eq!(symbol("LEG-LXYZ1234-AB5C").0.columns(), 25);
        for longest in ["~".repeat(50), "&".repeat(50), "a1".repeat(25)] {
            assert!(symbol(&longest).0.columns() <= 41, "{longest}");
        }
    }

    #[test]
    fn text_and_page_have_the_same_modules() {
        let (symbol, reference) = symbol("LEG-1");
        let lines = symbol.lines();
        assert_eq!(lines.len(), 13);
        assert!(lines.iter().all(|line| line.chars().count() == 25), "{lines:#?}");
        let in_text = |c| lines.iter().map(|line| line.chars().filter(|&other| other == c).count()).sum::<usize>();
        let dark: usize = symbol.runs().map(|(_, _, length)| length).sum();
        assert_eq!(dark, 2 * in_text('█') + in_text('▀') + in_text('▄'));
        let svg = symbol.svg(&reference).into_string();
        // The first finder pattern, behind the margin.
        assert!(lines[1].starts_with("  █▀▀▀▀▀█ "), "{lines:#?}");
        assert!(svg.contains("\"M4 4h7v1h-7z") && svg.contains("viewBox=\"0 0 29 29\""), "{svg}");
    }
}
