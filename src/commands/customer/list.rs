//! `orders customer list`: the customers, one for each phone number.

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::listing::{LimitArgs, choose_fields, sort};
use crate::commands::run::facts::{CommandFacts, Group};
use crate::commands::run::measured_rows::LimitedTable;
use crate::error::Exit;
use crate::render::customer;
use crate::render::json::{CUSTOMER_KEYS, customer_fields};
use crate::render::table::{columns_of, row_of};
use crate::spool::Spool;
use crate::store::{CustomerFilter, CustomerSort, Store};
use crate::ui;

/// List the customers, those who ordered last first
///
/// Each with the number of their orders, the pieces that they kept and what these cost (in orders confirmed to delivered),
/// their last order, and what is due if money is recorded. The name is that of the last order. Forgotten customers are left
/// out.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).listing(CUSTOMER_KEYS))]
#[command(after_help = "Examples:
  orders customer list
  orders customer list --search mona
  orders customer list --sort -keptTotal --limit 10    the ten best
  orders customer list --format csv --fields digits,name,due")]
pub struct ListArgs {
    /// Only those who used a name or a phone (in any spelling) with this in it
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Sort by this field; with - before it, largest or latest first
    #[arg(
        long,
        value_name = "[-]FIELD",
        allow_hyphen_values = true,
        default_value = "-lastOrder",
        value_parser = read_sort
    )]
    sort: (CustomerSort, bool),
    #[command(flatten)]
    limit: LimitArgs,
}

/// The fields that `--sort` takes.
pub const SORT_FIELDS: [(&str, CustomerSort); 8] = [
    ("lastOrder", CustomerSort::LastOrder),
    ("phone", CustomerSort::Phone),
    ("digits", CustomerSort::Phone),
    ("name", CustomerSort::Name),
    ("orderCount", CustomerSort::OrderCount),
    ("keptPieces", CustomerSort::BoughtPieces),
    ("keptTotal", CustomerSort::BoughtTotal),
    ("due", CustomerSort::Due),
];

fn read_sort(text: &str) -> Result<(CustomerSort, bool), String> {
    sort(text, &SORT_FIELDS)
}

pub fn run(args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), CUSTOMER_KEYS, CUSTOMER_KEYS)?;
    let (by, descending) = args.sort;
    let limit = args.limit.shown(context);
    let filter = CustomerFilter { search: args.search.clone(), sort: by, descending, limit };
    let store = context.open_to_survey()?;
    match (context.is_table(), context.ui.quiet) {
        (true, false) => print_table(filter, &keys, &store, context)?,
        (true, true) => {
            let mut lines = Spool::<String>::default();
            store.read(|read| {
                read.each_customer(&filter, |customer| anyhow::Ok(lines.push(&customer::line(&customer))?))
            })?;
            lines.each(|line| anyhow::Ok(ui::print(&line)?))?;
        }
        (false, _) => {
            let zone = store.read(|read| read.settings())?.zone();
            context.print_once_read(&keys, zone, |printer| {
                store.read(|read| {
                    read.each_customer(&filter, |customer| printer.put(&customer_fields(&customer, &keys)))
                })
            })?;
        }
    }
    Ok(Exit::Done)
}

/// Prints a table; all its rows are measured before the first is printed.
fn print_table(filter: CustomerFilter, keys: &[&str], store: &Store, context: &Context) -> anyhow::Result<()> {
    let is_chosen = context.global.fields.is_some();
    let columns = if is_chosen { columns_of(keys) } else { customer::list_columns() };
    let mut table = LimitedTable::of(columns, filter.limit);
    let filter = CustomerFilter { limit: table.to_load(), ..filter };
    let settings = store.read(|read| {
        let settings = read.settings()?;
        let style = context.style(&settings);
        read.each_customer(&filter, |customer| {
            anyhow::Ok(table.add([match is_chosen {
                true => row_of(keys, &customer_fields(&customer, keys), style),
                false => customer::list_row(&customer, style),
            }])?)
        })?;
        anyhow::Ok(settings)
    })?;
    if table.is_empty() {
        context.ui.note(if filter.search.is_some() { "no customers match" } else { "no customers" });
        return Ok(());
    }
    table.print("first", context.style(&settings), &context.ui)
}
