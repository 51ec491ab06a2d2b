//! `orders set-status`: moves orders on, or with force a step back.

mod ask;
mod change;
mod list;

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

pub use self::change::change;
use self::list::move_listed;
use super::Context;
use super::arguments::shipping::ShippingArgs;
use super::intake::row_list::RowList;
use super::intake::source::InputArgs;
use super::naming::{REFS_TO_WRITE, nearest};
use super::run::facts::{CommandFacts, Group};
use super::run::imported::Imported;
use crate::domain::money::Money;
use crate::domain::shipping::ShippingEdit;
use crate::domain::status::Status;
use crate::domain::text::shorten;
use crate::domain::transition::StatusRequest;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::input::list::status::StatusForm;
use crate::options::named_file;

/// Move orders to a status, all or nothing
///
/// pending → cancelled; confirmed → processing, shipped, delivered (picked up), cancelled; processing → shipped, delivered,
/// cancelled; shipped → delivered, cancelled; delivered → cancelled (everything is back). With --force and a --note also a step
/// back: from shipped or delivered to processing or shipped, and from any to pending. Leaving the stock-holding statuses
/// gives the stock back. Only confirm takes an order to confirmed.
///
/// --from takes a list as CSV or as a spreadsheet (.xlsx, its first sheet). Its columns have names: orderReference or tracking is
/// needed; status, courier and note are optional. A row without a reference names its order by the tracking number; otherwise
/// that number is stored with the order. Nothing is asked. All or nothing. A list that is entered again changes nothing.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note().acting_on(CHANGEABLE))]
#[command(override_usage = "orders set-status [OPTIONS] <REF>... <STATUS>
       orders set-status [OPTIONS] <STATUS>    at a terminal: picks the orders
       orders set-status [OPTIONS] --from <FILE> [STATUS]")]
#[command(after_help = "Examples:
  orders set-status LEG-LXYZ1234-AB5C shipped --courier Bosta --tracking 9917
  orders list -q --status confirmed | orders set-status - processing
  orders set-status --from bosta.csv shipped --courier Bosta --dry-run
  orders set-status LEG-LXYZ1234-AB5C pending --force --note 'a mistake'")]
pub struct SetStatusArgs {
    // One list: with two, clap takes the word before one that begins with - as the last, even after --.
    #[arg(num_args = 1.., value_names = ["REF", "STATUS"], help = format!("{REFS_TO_WRITE}. The status comes last: pending, confirmed, processing, shipped, delivered or cancelled"))]
    words: Vec<String>,
    /// Allow a step back; needs --note
    #[arg(long)]
    force: bool,
    /// Write off what comes back: it cannot be sold again
    #[arg(long)]
    no_restock: bool,
    /// What the shop keeps of the price of cancelled orders: a fee, a deposit
    #[arg(long, value_name = "AMOUNT", value_parser = Money::parse_typed)]
    keep: Option<Money>,
    #[command(flatten)]
    shipping: ShippingArgs,
    /// Move the orders of this list; - is stdin. STATUS and --courier are then for rows that have none of their own
    #[arg(long, value_name = "FILE", conflicts_with_all = ["force", "no_restock", "keep", "tracking"])]
    from: Option<String>,
    /// Where an order cannot be moved, report it, go on with the others, and exit with 8
    #[arg(long)]
    keep_going: bool,
    /// Write the rejected rows to this new file, ready to mend and enter again
    #[arg(long, value_name = "FILE", requires_all = ["from", "keep_going"])]
    #[arg(value_parser = OsStringValueParser::new().try_map(named_file))]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

/// The statuses that an order can leave without --force.
pub const CHANGEABLE: &[Status] =
    &[Status::Pending, Status::Confirmed, Status::Processing, Status::Shipped, Status::Delivered];

pub fn run(args: &SetStatusArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if let Some(file) = &args.from {
        let list = RowList {
            file,
            what: Imported::Statuses,
            keep_going: args.keep_going,
            rejects: args.rejects.as_ref(),
            input: &args.input,
            or_meant: None,
        };
        return move_listed(&list, &args.form()?, context);
    }
    if args.force {
        context.required_note("--force")?;
    }
    let (status, refs) = args.status_and_refs()?;
    if args.no_restock && !matches!(status, Status::Cancelled | Status::Pending) {
        return Err(Failure::usage("--no-restock is for orders that give their stock back").into());
    }
    if args.keep.is_some() && status != Status::Cancelled {
        return Err(Failure::usage("--keep is for orders that are cancelled").into());
    }
    let shipping = args.shipping.edit();
    if shipping != ShippingEdit::default() && !status.is_carried() {
        let edit = CommandLine::of("edit REF").option("--courier COURIER");
        return Err(Failure::usage("--courier and --tracking go with shipped or delivered")
            .hint(Hint::run("to set them at any time", edit))
            .into());
    }
    let keep = args.keep.unwrap_or_default();
    let request = StatusRequest { to: status, force: args.force, is_sellable: !args.no_restock, keep };
    change(refs, request, &shipping, args.keep_going, &format!("move to {status}"), context)
}

impl SetStatusArgs {
    /// Returns whether it is about a list.
    pub fn is_list(&self) -> bool {
        self.from.is_some()
    }

    /// Returns the defaults of the rows of a list.
    fn form(&self) -> Result<StatusForm, Failure> {
        let courier = self.shipping.edit().courier.flatten();
        match self.words.as_slice() {
            [] => Ok(StatusForm { status: None, courier }),
            [_] => Ok(StatusForm { status: Some(self.status_and_refs()?.0), courier }),
            _ => Err(Failure::usage("the rows of --from name the orders: leave out REF")),
        }
    }

    fn status_and_refs(&self) -> Result<(Status, &[String]), Failure> {
        let (word, refs) = self.words.split_last().ok_or_else(|| {
            Failure::usage("name orders and a status")
                .hint(Hint::run("to pick the orders at a terminal", CommandLine::of("set-status STATUS")))
        })?;
        match Status::read(word) {
            Some(status) => Ok((status, refs)),
            None => Err(no_status(word, refs)),
        }
    }
}

/// Makes the failure of words of which the last, `word`, is no status.
fn no_status(word: &str, refs: &[String]) -> Failure {
    if let Some(status) = refs.iter().find_map(|word| Status::read(word)) {
        return Failure::usage("the status comes last").hint(format!("put {status} after {}", shorten(word)));
    }
    let all = Status::ALL.map(Status::as_str);
    let near = nearest(word, all.into_iter());
    let all = all.join(", ");
    if refs.is_empty() && near.is_none() {
        return Failure::usage(format!("name a status after {}: {all}", shorten(word)));
    }
    let failure = Failure::usage(format!("invalid value '{}' for '<STATUS>' [possible values: {all}]", shorten(word)));
    if let (true, [reference]) = (Status::is_return(word), refs) {
        let line = CommandLine::of("return").argument(reference).argument("N");
        return failure.hint(Hint::run("to take pieces back", line));
    }
    failure.hint(match near {
        Some(near) => format!("did you mean {near}?"),
        None => "the status comes last, after the references".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changeable_statuses_have_a_next_status() {
        let with_next: Vec<Status> = Status::ALL.into_iter().filter(|status| !status.allowed().is_empty()).collect();
        assert_eq!(with_next, CHANGEABLE);
    }
}
