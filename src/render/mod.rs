//! Domain values → text for people, JSON and CSV. Renderers take data and return strings; nothing is written here.
//!
//! | file | what it makes |
//! |---|---|
//! | [`json`] | the bodies of SPEC 4.5, key by key |
//! | [`csv`] | the same bodies as rows |
//! | [`table`] | columns that fit a width |
//! | [`prose`] | text in lines of a width |
//! | [`order`], [`product`], [`user`] | what people read of them |
//! | [`confirm`] | what a person is shown before confirming, and after |
//! | [`history`] | what happened to an order, and to a product's stock |
//! | [`paint`] | which word has which colour |
//! | [`report`] | what cron mails, as text, HTML and bodies |
//! | [`message`] | links that open WhatsApp |
//! | [`zone`] | times in the shop's zone |

pub mod confirm;
pub mod contract;
pub mod csv;
pub mod help;
pub mod history;
pub mod json;
pub mod message;
pub mod order;
pub mod paint;
pub mod product;
pub mod prose;
pub mod report;
pub mod table;
pub mod user;
pub mod zone;

use crate::domain::zone::Zone;

/// How results look to the person who reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderStyle<'a> {
    /// How many columns there are.
    pub width: usize,
    /// Whether there is colour.
    pub color: bool,
    /// The shop's time zone.
    pub zone: Zone,
    /// The country code for local phone numbers.
    pub country_code: Option<&'a str>,
}
