//! Arguments that several commands share: values here, options that belong together in `payment`, `listing`, `reporting` and
//! `shipping`.

pub mod listing;
pub mod payment;
pub mod reporting;
pub mod shipping;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::domain::calendar::{WHEN_FORMS, When, parse_age};
use crate::domain::limits::{ADDRESS, CHOICE, NAME};
use crate::domain::status::Status;
use crate::domain::terms::{Discount, Fee, TermsEdit};
use crate::domain::typed_text::{or_none, read_text};
use crate::error::Failure;

/// Reads a point in time: `2d`, `today`, a date or RFC 3339.
pub fn when(text: &str) -> Result<When, String> {
    When::parse(text).ok_or_else(|| format!("must be {WHEN_FORMS}"))
}

/// Makes the failure of a time that ends before it begins.
pub fn until_before_since() -> Failure {
    Failure::usage("--until is before --since: no time is between them")
}

/// Reads an age: `2d`, `12h`.
pub fn age(text: &str) -> Result<chrono::Duration, String> {
    parse_age(text).ok_or_else(|| "must be a whole number with its unit: 90m, 12h, 2d or 1w".to_owned())
}

/// Reads an address; an empty text means no address.
pub fn address(text: &str) -> Result<String, String> {
    or_none(text, |text| read_text(text, ADDRESS)).map(Option::unwrap_or_default)
}

/// Reads the name of a customer or a product.
pub fn name(text: &str) -> Result<String, String> {
    read_text(text, NAME)
}

pub fn size(text: &str) -> Result<String, String> {
    read_text(text, CHOICE)
}

/// What an order costs beside its items.
#[derive(Debug, clap::Args)]
pub struct TermsArgs {
    /// The fee for delivery: an amount, 0 where it is free, none where it is not agreed yet
    #[arg(long, value_name = "A|none", value_parser = Fee::read)]
    delivery: Option<Fee>,
    /// What the shop takes off: an amount, a percentage of the items (stored as an amount), or none
    #[arg(long, value_name = "A|N%|none", value_parser = Discount::read)]
    discount: Option<Discount>,
    /// Cash on delivery: the courier collects what is due
    #[arg(long)]
    cod: bool,
}

impl TermsArgs {
    /// Returns the change of the terms that they ask for.
    pub fn edit(&self) -> TermsEdit {
        TermsEdit { delivery_fee: self.delivery, discount: self.discount, is_cod: self.cod.then_some(true) }
    }
}

/// Returns a parser of statuses, which help lists.
pub fn status_parser() -> impl TypedValueParser<Value = Status> {
    let words = Status::ALL.map(|status| match status {
        Status::Cancelled => PossibleValue::new(status.as_str()).alias("canceled"),
        status => PossibleValue::new(status.as_str()),
    });
    PossibleValuesParser::new(words).try_map(|word| Status::read(&word).ok_or("is not a status"))
}

/// Returns a parser of words that help lists; `word` returns the word for a value.
pub fn word_parser<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let find = move |text: String| {
        all.iter().copied().find(|one| word(*one).eq_ignore_ascii_case(&text)).ok_or("is none of these words")
    };
    PossibleValuesParser::new(all.iter().map(|one| word(*one))).try_map(find)
}
