//! Tables: rows of cells under named columns, of CSV or a spreadsheet.
//!
//! | file | what it reads |
//! |---|---|
//! | `open` | a file: a spreadsheet, or CSV |
//! | `rows` | the rows, whatever they come from; where the header is |
//! | `columns` | which column is which |
//! | `csv`, `utf16` | the rows of CSV; CSV in UTF-16 |
//! | `xlsx` | the rows of a spreadsheet |
//! | `cell_value` | what stands in a cell: text, or a date |
//! | `cell`, `time_cell` | what people write into cells: amounts, pieces, codes; times |

pub(crate) mod cell;
pub mod cell_value;
pub mod columns;
pub mod csv;
pub mod open;
pub mod rows;
mod time_cell;
mod utf16;
pub mod xlsx;
