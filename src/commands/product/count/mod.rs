//! `orders product count`: sets stock to what was counted.

use std::collections::HashSet;

use clap::Args;

use super::{NEEDS_NOTE, pieces, print_product, size};
use crate::commands::Context;
use crate::commands::facts::{Facts, Group};
use crate::commands::find::find_product;
use crate::domain::product::ProductId;
use crate::domain::refusal::Refusal;
use crate::domain::shelf::{Basis, Counted, CountedLine, count, names};
use crate::domain::stock::NO_SIGNS;
use crate::domain::text::size_key;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::render::product;
use crate::store::{StoreError, Write};

/// Set the stock of a product to what was counted; needs --note
///
/// The number is that of the pieces that can be sold. Pieces of confirmed orders that have not left the shop are kept apart; with
/// --shelf they are counted too. All or nothing.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Goods).keeping_note())]
#[command(override_usage = "orders product count [OPTIONS] <P> <N>
       orders product count [OPTIONS] <P> <SIZE=N>...")]
#[command(after_help = "Examples:
  orders product count SKU-12345 12 --note 'stocktaking'
  orders product count PL-220 M=3 L=4 --shelf --note 'stocktaking'
  orders product count PL-220 XXL=2 --new-size --note 'found'")]
pub struct CountArgs {
    /// A barcode, an id, or a part of the name
    #[arg(value_name = "P")]
    product: String,
    /// How many there are; where it is tracked by size, of each size: M=3 L=4
    #[arg(value_name = "N|SIZE=N", required = true, value_parser = number)]
    numbers: Vec<Number>,
    /// The size of the only number, where the product is tracked by size
    #[arg(long, value_parser = size)]
    size: Option<String>,
    /// The pieces that are kept for confirmed and processing orders were counted too
    #[arg(long)]
    shelf: bool,
    /// Start sizes that the product does not have yet
    #[arg(long)]
    new_size: bool,
}

/// How many pieces of a size were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Number {
    size: Option<String>,
    pieces: i64,
}

fn number(text: &str) -> Result<Number, String> {
    let (name, number) = text.rsplit_once('=').map_or((None, text), |(name, number)| (Some(name), number));
    if name.is_some_and(|name| name.contains('=')) {
        return Err(NO_SIGNS.to_owned());
    }
    Ok(Number { size: name.map(size).transpose()?, pieces: pieces(number)? })
}

pub fn run(args: &CountArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let numbers = args.numbers()?;
    if context.global.note.is_none() {
        return Err(Failure::usage(NEEDS_NOTE).hint("add --note WHY").into());
    }
    let basis = if args.shelf { Basis::Shelf } else { Basis::OnHand };
    let mut store = context.open_to_write()?;
    let audit = context.audit();
    let (lines, corrected) = context.write(&mut store, |write| {
        let (id, lines) = decide(write, args, &numbers, basis)?;
        lines.iter().try_for_each(|line| write.count_stock(line, &audit))?;
        let corrected = write.products([id])?.get(id).cloned();
        anyhow::Ok((lines, corrected.ok_or(StoreError::Changed("the product"))?))
    })?;
    print_product(&corrected, context, || {
        lines.iter().map(|line| product::corrected(&line.change, context.is_dry_run())).collect()
    })?;
    for line in &lines {
        if let Some(new) = &line.change.new_line {
            context.ui.note(&format!("{} is a new size; its sizes are {}", new.size, corrected.size_names()));
        }
        if !line.kept.is_empty() {
            say_kept(line, basis, context);
        }
    }
    Ok(Exit::Done)
}

/// Decides the counts of a product, or names everything that stands against them.
fn decide(
    write: &Write<'_>,
    args: &CountArgs,
    numbers: &[Number],
    basis: Basis,
) -> anyhow::Result<(ProductId, Vec<CountedLine>)> {
    let found = find_product(write, &args.product)?;
    let (mut lines, mut refusals): (Vec<_>, Vec<Refusal>) = (Vec::new(), Vec::new());
    for Number { size, pieces } in numbers {
        let key = size.as_deref().map(size_key).unwrap_or_default();
        let shelf = write.shelf(found.id, &key, None)?;
        let counted = Counted { pieces: *pieces, basis };
        match count(&found, size.as_deref(), shelf, counted, args.new_size) {
            Ok(line) => lines.push(line),
            Err(refusal) => refusals.push(refusal),
        }
    }
    match refusals.len() {
        0 => Ok((found.id, lines)),
        1 => Err(Failure::from(refusals.remove(0)).into()),
        _ => {
            let details: Vec<String> = refusals.iter().map(|refusal| refusal.message.clone()).collect();
            let first = Failure::from(refusals.remove(0));
            let message = format!("{} of {} counts of {} are refused", details.len(), numbers.len(), found.name);
            Err(Failure { message, ..first }.details(details).into())
        }
    }
}

/// Says for whom pieces are kept, and whether they were counted.
fn say_kept(line: &CountedLine, basis: Basis, context: &Context) {
    let (label, orders) = (&line.change.label, names(&line.kept));
    let pieces: i64 = line.kept.iter().map(|kept| kept.pieces).sum();
    context.ui.note(&match basis {
        Basis::OnHand => {
            format!("{label}: {pieces} more kept for {orders}; if they were counted too, use --shelf")
        }
        _ => format!("{label}: {pieces} of those counted kept for {orders}"),
    });
}

impl CountArgs {
    /// Returns what was counted of each size.
    fn numbers(&self) -> Result<Vec<Number>, Failure> {
        let with_sizes = Hint::run("of several sizes", CommandLine::of("product count P M=3 L=4 --note WHY"));
        match self.numbers.as_slice() {
            [Number { size: None, pieces }] => {
                return Ok(vec![Number { size: self.size.clone(), pieces: *pieces }]);
            }
            _ if self.size.is_some() => {
                return Err(Failure::usage("--size goes with one number").hint(with_sizes));
            }
            many => {
                let mut known = HashSet::new();
                for Number { size, .. } in many {
                    let Some(size) = size else {
                        return Err(Failure::usage("several numbers need their sizes").hint(with_sizes));
                    };
                    if !known.insert(size_key(size)) {
                        return Err(Failure::usage(format!("size {size} is given twice")));
                    }
                }
            }
        }
        Ok(self.numbers.clone())
    }
}
