//! Domain values → text for people, JSON and CSV. Renderers take data and return strings; nothing is written here.
//!
//! | file | what it makes |
//! |---|---|
//! | [`json`] | the bodies of SPEC 4.5, key by key |
//! | [`csv`] | the same bodies as rows |
//! | [`table`] | columns that fit a width |
//! | [`order`], [`product`] | what people read of them |
//! | [`message`] | links that open WhatsApp |
//! | [`zone`] | times in the shop's zone |

pub mod csv;
pub mod json;
pub mod message;
pub mod order;
pub mod product;
pub mod table;
pub mod zone;

use chrono_tz::Tz;

/// How results look to the person who reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look<'a> {
    /// How many columns there are.
    pub width: usize,
    /// The shop's time zone.
    pub zone: Tz,
    /// The country code for local phone numbers.
    pub country_code: Option<&'a str>,
}
