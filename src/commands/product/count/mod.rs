//! `orders product count`: sets stock to what was counted.

mod differences;
mod list;

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use self::list::count_list;

use super::print::print_product;
use super::typed::{ensure_sizes_differ, pieces};
use crate::commands::Context;
use crate::commands::arguments::size;
use crate::commands::intake::row_list::RowList;
use crate::commands::intake::source::InputArgs;
use crate::commands::naming::find_product;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::commands::run::imported::Imported;
use crate::domain::product::ProductId;
use crate::domain::refusal::Refusal;
use crate::domain::shelf::names;
use crate::domain::start_size::SIZE_SIGNS_PROBLEM;
use crate::domain::stock_count::{Basis, Counted, CountedLine, count};
use crate::domain::text::size_key;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::options::named_file;
use crate::render::product;
use crate::store::{StoreError, Write};

/// Set stock to what was counted: of a product, or of a count sheet
///
/// For a product, the number is of the pieces that can be sold, and needs --note. Pieces that are reserved for confirmed orders,
/// but still in the shop, are not in that number; with --shelf they are.
///
/// A file is a list of product sheet with the column counted filled in: CSV or a spreadsheet (.xlsx, its first sheet). It counts
/// all that lay on the shelf at asOf, reserved pieces too. What was shipped, returned or received since then is allowed for, so
/// the shop can go on selling. Rows with a blank count are skipped. All or nothing. A sheet that is entered again changes
/// nothing. What was counted for a later time than asOf stays as it is, with a warning.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Goods).keeping_note())]
#[command(override_usage = "orders product count [OPTIONS] <P> <N>
       orders product count [OPTIONS] <P> <SIZE=N>...
       orders product count [OPTIONS] <FILE>")]
#[command(after_help = "Examples:
  orders product sheet --format xlsx > sheet.xlsx
  orders product count sheet.xlsx --dry-run
  orders product count SKU-12345 12 --note 'stocktaking'
  orders product count PL-220 M=3 L=4 --shelf --note 'stocktaking'
  orders product count PL-220 XXL=2 --new-size --note 'found'")]
pub struct CountArgs {
    /// A barcode, an id, or a part of the name; alone, a count sheet, or - for stdin
    #[arg(value_name = "P|FILE")]
    what: String,
    /// How many there are, or how many of each size: M=3 L=4
    #[arg(value_name = "N|SIZE=N", value_parser = number, value_delimiter = ',')]
    numbers: Vec<Number>,
    /// The size that one number is of, where the product is tracked by size
    #[arg(long, value_parser = size, requires = "numbers")]
    size: Option<String>,
    /// The number includes pieces that are reserved for confirmed and processing orders
    #[arg(long, requires = "numbers")]
    shelf: bool,
    /// Start sizes that a product does not have yet
    #[arg(long)]
    new_size: bool,
    /// Take the good rows of a file, report the others, and exit with 8
    #[arg(long, conflicts_with = "numbers")]
    keep_going: bool,
    /// Write the rejected rows to this new file, ready to mend and count again
    #[arg(long, value_name = "FILE", requires = "keep_going")]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
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
        return Err(SIZE_SIGNS_PROBLEM.to_owned());
    }
    Ok(Number { size: name.map(size).transpose()?, pieces: pieces(number)? })
}

pub fn run(args: &CountArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if args.is_list() {
        let one = CommandLine::of("product count P N").option("--note WHY");
        let list = RowList {
            file: &args.what,
            what: Imported::Counts,
            keep_going: args.keep_going,
            rejects: args.rejects.as_ref(),
            input: &args.input,
            or_meant: Some(Hint::run("to count one product", one)),
        };
        return count_list(&list, args.new_size, context);
    }
    let numbers = args.numbers()?;
    context.required_note("a correction of stock")?;
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
        if !line.reserved.is_empty() {
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
    let found = find_product(write, &args.what)?;
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

/// Says for whom pieces are reserved, and whether they were counted.
fn say_kept(line: &CountedLine, basis: Basis, context: &Context) {
    let (label, orders) = (&line.change.label, names(&line.reserved));
    let pieces: i64 = line.reserved.iter().map(|reserved| reserved.pieces).sum();
    context.ui.note(&match basis {
        Basis::OnHand => {
            format!("{label}: {pieces} more are reserved for {orders}; if they were counted too, use --shelf")
        }
        _ => format!("{label}: {pieces} of those counted are reserved for {orders}"),
    });
}

impl CountArgs {
    /// Returns whether it is about a count sheet.
    pub fn is_list(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Returns what was counted of each size.
    fn numbers(&self) -> Result<Vec<Number>, Failure> {
        let with_sizes = Hint::run("to count several sizes", CommandLine::of("product count P M=3 L=4 --note WHY"));
        match self.numbers.as_slice() {
            [Number { size: None, pieces }] => {
                return Ok(vec![Number { size: self.size.clone(), pieces: *pieces }]);
            }
            _ if self.size.is_some() => {
                return Err(Failure::usage("--size goes with one number").hint(with_sizes));
            }
            many if many.iter().any(|number| number.size.is_none()) => {
                return Err(Failure::usage("several numbers need their sizes").hint(with_sizes));
            }
            many => ensure_sizes_differ(many.iter().filter_map(|number| number.size.as_deref()))?,
        }
        Ok(self.numbers.clone())
    }
}
