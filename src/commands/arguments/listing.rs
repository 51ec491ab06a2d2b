//! How a list is sorted and how much of it is shown, as several commands take it.

use crate::commands::Context;
use crate::error::Failure;

/// How many rows a table shows without `--limit`.
const TABLE_LIMIT: u64 = 50;

/// How much of a list is shown.
#[derive(Debug, clap::Args)]
pub struct LimitArgs {
    /// How many at the most; 0: all [default: 50 in the table, else all]
    #[arg(long, value_name = "N", value_parser = count)]
    limit: Option<u64>,
}

impl LimitArgs {
    /// Returns how many are shown at the most; `None`: all.
    pub fn shown(&self, context: &Context) -> Option<u64> {
        match self.limit {
            Some(0) => None,
            None if context.is_table() && !context.ui.quiet => Some(TABLE_LIMIT),
            limit => limit,
        }
    }
}

fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "must be a whole number, 0 or more".to_owned())
}

/// Reads one of the `fields` to sort by; `-total` sorts in descending order.
pub fn sort<T: Copy>(text: &str, fields: &[(&str, T)]) -> Result<(T, bool), String> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    match fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
        Some((_, by)) => Ok((*by, descending)),
        None => {
            Err(format!("the fields are {}", fields.iter().map(|(field, _)| *field).collect::<Vec<_>>().join(", ")))
        }
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
