//! The order that `create` reads as JSON.

use std::io::{BufRead as _, Read as _};
use std::sync::Arc;

use super::insert::refuse;
use crate::commands::Context;
use crate::commands::intake::source::{InputFile, open_source};
use crate::domain::incoming::{IncomingOrder, SourceKind};
use crate::domain::product_name::NamedProduct;
use crate::domain::resolve::unknown_products;
use crate::domain::zone::Zone;
use crate::error::{Explained, Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::input::order::record::read_record;
use crate::input::parsed_order::ParsedOrder;
use crate::input::stream::format::is_chat;
use crate::input::stream::records::{Record, Records, StreamError};
use crate::store::StoreError;

/// Reads the order in a file; `-` or none is stdin.
pub fn read(file: Option<&str>, context: &Context) -> anyhow::Result<IncomingOrder> {
    let mut source = open_source(file, context)?;
    let head = source.reader.fill_buf();
    let is_chat = is_chat(head.map_err(|error| Failure::io(&error, format!("cannot read {}", source.name)))?);
    let read =
        read_one(&mut source).map_err(|error| if is_chat { hint_at_import(error, &source.name) } else { error })?;
    match read.order {
        Ok(incoming) => Ok(incoming),
        Err(mut problems) => {
            problems.extend(unknown_to_the_catalogue(&read.products, context)?);
            Err(refuse(FailureKind::InvalidInput, read.label.as_deref(), problems).into())
        }
    }
}

/// Adds the hint that `import` reads WhatsApp's text.
fn hint_at_import(error: anyhow::Error, name: &str) -> anyhow::Error {
    let import = match name {
        "-" => CommandLine::of("import -"),
        name => CommandLine::of("import").argument(name),
    };
    match error.downcast::<Explained>() {
        Ok(Explained { failure, problem_count, .. }) => {
            let failure = failure.hint(Hint::run("this looks like WhatsApp's text", import));
            Explained { problem_count, ..failure.into() }.into()
        }
        Err(error) => error,
    }
}

/// The most bytes read for one order (4 MiB).
const INPUT_LIMIT: u64 = 1 << 22;

/// Reads the only record of a source.
fn read_one(source: &mut InputFile) -> anyhow::Result<ParsedOrder> {
    let refuse_input = |problem: String| refuse(FailureKind::InvalidInput, None, problem.into());
    let mut input = (&mut source.reader).take(INPUT_LIMIT);
    let mut records = Records::new(&mut input);
    let mut next = || {
        records.next_record().map_err(|error| match error {
            StreamError::Io(error) => anyhow::Error::from(Failure::io(&error, format!("cannot read {}", source.name))),
            StreamError::NotJson { .. } => refuse_input(error.to_string()).into(),
        })
    };
    let both = next().and_then(|record| Ok((record, next()?)));
    if input.limit() == 0 {
        return Err(refuse_input(format!("has more than {INPUT_LIMIT} bytes; use: orders import")).into());
    }
    match both? {
        (None, _) => Err(refuse_input("the input is empty".to_owned()).into()),
        (Some(record), None) => read_order(record),
        (Some(_), Some(_)) => Err(refuse_input("there is more than one record; use: orders import".to_owned()).into()),
    }
}

fn read_order(record: Record) -> anyhow::Result<ParsedOrder> {
    let refuse_input = |problem: String| refuse(FailureKind::InvalidInput, None, problem.into());
    if let Some(excess) = record.excess {
        return Err(refuse_input(excess).into());
    }
    // Only WhatsApp's texts need the zone, and only `import` takes them.
    let (mut found, mut count) = (None, 0);
    let skipped = read_record(&Arc::new(record.bytes), Zone::UTC, &mut |order, _| {
        count += 1;
        found = Some(order);
    });
    let skipped = skipped.map_err(|error| {
        let line = record.line + error.line as u64;
        refuse_input(format!("line {line}: {}", error.problem))
    })?;
    match (found, count, skipped) {
        (Some(order), 1, 0) if order.source.kind == SourceKind::Json => Ok(order),
        _ => Err(refuse_input("is from WhatsApp; use: orders import".to_owned()).into()),
    }
}

/// Names the unknown products of a refused order, if there is a file to look them up in.
fn unknown_to_the_catalogue(products: &[NamedProduct], context: &Context) -> anyhow::Result<Vec<String>> {
    let store = match context.open_to_read() {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Missing)) => return Ok(Vec::new()),
        store => store?,
    };
    let catalogue = store.read(|read| read.named_products(products))?;
    Ok(unknown_products(products, &catalogue))
}
