//! Spreadsheets (`.xlsx`).
//!
//! | file | what it reads |
//! |---|---|
//! | `rows` | the rows of the first sheet |
//! | `parts` | which sheets there are, and the texts that cells share |
//! | `styles` | which styles show a number as a date |
//! | `xml` | the XML of these parts, in bounded pieces |

mod parts;
pub mod rows;
mod styles;
mod xml;
