//! Domain values → text for people, JSON and CSV. Renderers take data and return strings; they write nothing.
//!
//! | file | what it makes |
//! |---|---|
//! | `json` | the bodies of SPEC 4.5, key by key |
//! | `csv` | the same bodies as rows |
//! | `table` | columns that fit a width |
//! | `value_kind` | which keys have numbers, times and texts |
//! | `workbook` | the same bodies as the rows of a workbook (`.xlsx`) |
//! | `prose` | text wrapped to a width |
//! | `order`, `product`, `user` | orders, products and accounts for people |
//! | `customer` | customers for people |
//! | `count` | sheets to count by, and what was counted |
//! | `confirm` | the screen before a confirmation, and the lines after it |
//! | `returns` | the screens before a return |
//! | `history` | the history of an order, and of a product's stock |
//! | `paint` | the colours |
//! | `report` | reports as text, HTML and bodies |
//! | `today` | what needs somebody now |
//! | `paper` | slips and invoices as text and HTML |
//! | `html_page` | the HTML page around reports and papers |
//! | `whatsapp_link` | links that open WhatsApp |
//! | `zone` | times in the shop's zone |

pub(crate) mod confirm;
pub(crate) mod contract;
pub(crate) mod count;
pub mod csv;
pub(crate) mod customer;
pub(crate) mod help;
pub(crate) mod history;
mod html_page;
pub mod json;
pub mod order;
pub(crate) mod paint;
pub(crate) mod paper;
pub(crate) mod product;
pub(crate) mod prose;
pub(crate) mod report;
pub(crate) mod returns;
pub mod table;
pub(crate) mod today;
pub(crate) mod user;
mod value_kind;
pub(crate) mod whatsapp_link;
pub mod workbook;
pub(crate) mod zone;

use std::cell::RefCell;

use crate::domain::zone::Zone;

/// How results look to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderStyle<'a> {
    /// The width in columns.
    pub width: usize,
    /// Whether to use colour.
    pub color: bool,
    /// The shop's time zone.
    pub zone: Zone,
    /// The country code for local phone numbers.
    pub country_code: Option<&'a str>,
    /// Where tables note the columns that had no room; `None` if nobody is told.
    pub left_out: Option<&'a LeftOut>,
}

/// The columns that had no room: their titles, and the fields that `--fields` takes to show them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftOut(RefCell<Vec<LeftOutColumn>>);

/// The title of a column, and its field if `--fields` can show it.
type LeftOutColumn = (String, Option<&'static str>);

impl LeftOut {
    fn add(&self, title: &str, field: Option<&'static str>) {
        let mut columns = self.0.borrow_mut();
        if !title.is_empty() && !columns.iter().any(|(known, _)| known == title) {
            columns.push((title.to_owned(), field));
        }
    }

    /// Returns the columns, each once.
    pub fn columns(&self) -> Vec<LeftOutColumn> {
        self.0.borrow().clone()
    }
}
