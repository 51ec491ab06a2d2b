//! Arguments that several commands share: their values, and options that belong together.

pub mod shipping;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::domain::calendar::{WHEN_FORMS, When, parse_age};
use crate::domain::limits::ADDRESS;
use crate::domain::status::Status;
use crate::domain::terms::{Discount, Fee, TermsEdit};
use crate::domain::typed_text::{or_none, read_text};
use crate::error::Failure;

/// Reads a point in time: `2d`, `today`, a date or RFC 3339.
pub fn when(text: &str) -> Result<When, String> {
    When::parse(text).ok_or_else(|| format!("must be {WHEN_FORMS}"))
}

/// Reads an age: `2d`, `12h`.
pub fn age(text: &str) -> Result<chrono::Duration, String> {
    parse_age(text).ok_or_else(|| "must be a whole number with its unit: 90m, 12h, 2d or 1w".to_owned())
}

/// Reads how many things a list has at the most.
pub fn limit(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "must be a whole number, 0 or more".to_owned())
}

/// Reads an address; an empty one is none.
pub fn address(text: &str) -> Result<String, String> {
    or_none(text, |text| read_text(text, ADDRESS)).map(Option::unwrap_or_default)
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
    /// Returns what they say of the terms.
    pub fn edit(&self) -> TermsEdit {
        TermsEdit { delivery_fee: self.delivery, discount: self.discount, is_cod: self.cod.then_some(true) }
    }
}

/// Returns the columns that `--fields` chose, or else `default`.
pub fn choose_fields<'a>(
    chosen: Option<&'a [String]>,
    all: &[&'static str],
    default: &[&'static str],
) -> anyhow::Result<Vec<&'a str>>
where
    'static: 'a,
{
    let Some(chosen) = chosen else {
        return Ok(default.to_vec());
    };
    let chosen: Vec<&str> = chosen.iter().map(|field| field.trim()).collect();
    if let Some(unknown) = chosen.iter().find(|field| !all.contains(field)) {
        let message = match *unknown {
            "" => "--fields has an empty name".to_owned(),
            unknown => format!("there is no field {unknown}"),
        };
        let failure = Failure::usage(message).hint(format!("the fields are {}", all.join(", ")));
        // People call a barcode its SKU.
        let barcode = all.iter().find(|field| unknown.eq_ignore_ascii_case("sku") && field.ends_with("arcode"));
        return Err(match barcode {
            Some(field) => failure.hint(format!("the SKU is in {field}")).into(),
            None => failure.into(),
        });
    }
    if let Some((_, twice)) = chosen.iter().enumerate().find(|(index, field)| chosen[..*index].contains(field)) {
        return Err(Failure::usage(format!("the field {twice} is given twice")).into());
    }
    Ok(chosen)
}

/// Returns a parser of statuses, which help lists.
pub fn status_parser() -> impl TypedValueParser<Value = Status> {
    let words = Status::ALL.map(|status| match status {
        Status::Cancelled => PossibleValue::new(status.as_str()).alias("canceled"),
        status => PossibleValue::new(status.as_str()),
    });
    PossibleValuesParser::new(words).try_map(|word| Status::read(&word).ok_or("is not a status"))
}
