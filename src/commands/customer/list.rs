//! `orders customer list`: the numbers that ordered.

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::choose_fields;
use crate::commands::facts::{Facts, Group};
use crate::commands::listing::limit;
use crate::commands::measured_rows::MeasuredRows;
use crate::error::Exit;
use crate::render::customer;
use crate::render::json::{CUSTOMER_KEYS, customer_fields};
use crate::render::table::{columns_of, row_of};
use crate::spool::Spool;
use crate::store::{CustomerFilter, CustomerSort};
use crate::ui;

/// How many customers the table shows without `--limit`.
const TABLE_LIMIT: u64 = 50;

/// List the customers, those who ordered last first
///
/// Each with how many orders they made, the pieces that they kept and what these cost (in orders confirmed to delivered), their
/// last order, and what is due where money is recorded. The name is that of the last order. Forgotten customers are left out.
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).listing(CUSTOMER_KEYS))]
#[command(after_help = "Examples:
  orders customer list
  orders customer list --search mona
  orders customer list --sort -keptTotal --limit 10    the ten best
  orders customer list --format csv --fields digits,name,due")]
pub struct ListArgs {
    /// Only those with this in a name or a phone (in any spelling) that they used
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Sort by this field; with - before it, largest or latest first
    #[arg(
        long,
        value_name = "[-]FIELD",
        allow_hyphen_values = true,
        default_value = "-lastOrder",
        value_parser = sort
    )]
    sort: (CustomerSort, bool),
    /// How many at the most; 0: all [default: 50 in the table, else all]
    #[arg(long, value_name = "N", value_parser = limit)]
    limit: Option<u64>,
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

fn sort(text: &str) -> Result<(CustomerSort, bool), String> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    match SORT_FIELDS.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
        Some((_, by)) => Ok((*by, descending)),
        None => Err(format!("the fields are {}", SORT_FIELDS.map(|(field, _)| field).join(", "))),
    }
}

pub fn run(args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), CUSTOMER_KEYS, CUSTOMER_KEYS)?;
    let is_table = context.is_table() && !context.ui.quiet;
    let limit = match args.limit {
        Some(0) => None,
        None if is_table => Some(TABLE_LIMIT),
        limit => limit,
    };
    let filter = CustomerFilter {
        search: args.search.clone(),
        sort: args.sort.0,
        descending: args.sort.1,
        // One more than is shown, to know whether there are more.
        limit: if is_table { limit.map(|limit| limit.saturating_add(1)) } else { limit },
    };
    let store = context.open_to_survey()?;
    if context.is_table() && !is_table {
        let mut lines = Spool::<String>::default();
        store
            .read(|read| read.each_customer(&filter, |customer| anyhow::Ok(lines.push(&customer::line(&customer))?)))?;
        lines.each(|line| anyhow::Ok(ui::print(&line)?))?;
        return Ok(Exit::Done);
    }
    if !is_table {
        let zone = store.read(|read| read.settings())?.zone();
        context.print_once_read(&keys, zone, |printer| {
            store.read(|read| read.each_customer(&filter, |customer| printer.put(&customer_fields(&customer, &keys))))
        })?;
        return Ok(Exit::Done);
    }
    let is_chosen = context.global.fields.is_some();
    let mut rows = MeasuredRows::of(if is_chosen { columns_of(&keys) } else { customer::list_columns() });
    let mut count = 0_u64;
    let settings = store.read(|read| {
        let settings = read.settings()?;
        let style = context.style(&settings);
        read.each_customer(&filter, |customer| {
            count += 1;
            if limit.is_some_and(|limit| count > limit) {
                return anyhow::Ok(());
            }
            let row = match is_chosen {
                true => row_of(&keys, &customer_fields(&customer, &keys), style),
                false => customer::list_row(&customer, style),
            };
            Ok(rows.push(&row)?)
        })?;
        anyhow::Ok(settings)
    })?;
    if count == 0 {
        context.ui.note(if args.search.is_some() { "no customers match" } else { "no customers" });
        return Ok(Exit::Done);
    }
    rows.print(context.style(&settings))?;
    if let Some(limit) = limit.filter(|limit| count > *limit) {
        context.ui.note(&format!("there are more: only the first {limit} are shown; --limit 0 shows all"));
    }
    Ok(Exit::Done)
}
