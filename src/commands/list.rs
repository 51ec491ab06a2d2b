//! `orders list`: the orders there are.

use clap::Args;

use super::{Context, choose_fields, status_parser};
use crate::cli::Format;
use crate::domain::order::Order;
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::error::Exit;
use crate::render::json::{ITEM_ROW_KEYS, ORDER_KEYS, SUMMARY_KEYS, item_row, order_fields};
use crate::render::{json, order, table};
use crate::store::{OrderFilter, Sort, SortField};

/// How many orders the table shows unless `--limit` says otherwise.
const TABLE_LIMIT: u64 = 50;

/// List orders, the newest received first
///
/// The table shows the newest 50; the other forms show all. Sort by createdAt (when it was received), updatedAt, orderDate,
/// orderReference, customerName, customerPhone, status, total or itemCount.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders list --status pending
  orders list -q --status pending         bare references, one a line
  orders list --items --format csv        a row an item
  orders list --sort -total --limit 10    the ten largest
  orders list --json --fields orderReference,total")]
pub struct ListArgs {
    /// Only orders in these statuses, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "STATUS", value_parser = status_parser(), ignore_case = true)]
    status: Vec<Status>,
    /// Sort by this field; with - before it, largest or newest first
    #[arg(long, value_name = "[-]FIELD", allow_hyphen_values = true, default_value = "-createdAt", value_parser = sort)]
    sort: Sort,
    /// How many at the most; 0: all [default: 50 in the table, else all]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// With their items: in JSON inside each order, in the table and CSV a row an item
    #[arg(long)]
    items: bool,
}

const SORT_FIELDS: [(&str, SortField); 9] = [
    ("createdAt", SortField::CreatedAt),
    ("updatedAt", SortField::UpdatedAt),
    ("orderDate", SortField::OrderDate),
    ("orderReference", SortField::Reference),
    ("customerName", SortField::CustomerName),
    ("customerPhone", SortField::CustomerPhone),
    ("status", SortField::Status),
    ("total", SortField::Total),
    ("itemCount", SortField::ItemCount),
];

fn sort(text: &str) -> Result<Sort, String> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    match SORT_FIELDS.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
        Some((_, by)) => Ok(Sort { by: *by, descending }),
        None => Err(format!("the fields are {}", SORT_FIELDS.map(|(field, _)| field).join(", "))),
    }
}

/// Runs the command.
pub fn run(args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let is_row_an_item = args.items && matches!(context.global.format(), Format::Csv | Format::Table);
    // A key beyond the guide's, which an order has where it names one.
    let choice = [ORDER_KEYS, &["currency"]].concat();
    let (all, default) = match (args.items, is_row_an_item) {
        (true, true) => (ITEM_ROW_KEYS, ITEM_ROW_KEYS),
        (true, false) => (choice.as_slice(), ORDER_KEYS),
        (false, _) => (choice.as_slice(), SUMMARY_KEYS),
    };
    let keys = choose_fields(context.global.fields.as_deref(), all, default)?;
    let with_items = args.items || keys.contains(&"items");
    let limit = match args.limit {
        Some(0) => None,
        None if context.is_table() && !context.ui.quiet => Some(TABLE_LIMIT),
        limit => limit,
    };
    let mut filter = OrderFilter { statuses: args.status.clone(), sort: args.sort, limit };
    let store = context.open_to_read()?;
    if context.is_table() {
        // One more than is shown tells whether there are more.
        filter.limit = limit.map(|limit| limit.saturating_add(1));
        let (orders, settings) = store.read(|read| {
            let mut orders: Vec<Order> = Vec::new();
            read.each_order(&filter, with_items, |order| {
                orders.push(order.clone());
                anyhow::Ok(())
            })?;
            anyhow::Ok((orders, read.settings()?))
        })?;
        print_table(args, context, orders, &settings, &keys, limit)?;
        return Ok(Exit::Done);
    }
    context.print_spooled(&keys, |printer| {
        store.read(|read| {
            read.each_order(&filter, with_items, |order| {
                if is_row_an_item {
                    let rows = order.items.iter().map(|item| item_row(&order.summary, item, &keys));
                    rows.into_iter().try_for_each(|row| printer.put(&row))?;
                } else if args.items && context.global.fields.is_none() {
                    printer.put(&json::order(order))?;
                } else {
                    printer.put(&order_fields(order, &keys))?;
                }
                anyhow::Ok(())
            })
        })
    })?;
    Ok(Exit::Done)
}

fn print_table(
    args: &ListArgs,
    context: &Context,
    mut orders: Vec<Order>,
    settings: &Settings,
    keys: &[&str],
    limit: Option<u64>,
) -> anyhow::Result<()> {
    let shown = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let has_more = orders.len() > shown;
    orders.truncate(shown);
    if context.ui.quiet {
        let references: String = orders.iter().map(|order| format!("{}\n", order.summary.reference)).collect();
        return Ok(context.ui.print(&references)?);
    }
    if orders.is_empty() {
        context.ui.note("no orders");
        return Ok(());
    }
    let look = context.look(settings);
    let text = match (&context.global.fields, args.items) {
        (None, false) => order::list(&orders, look),
        (None, true) => order::list_items(&orders, look),
        (Some(_), true) => {
            let items = orders.iter().flat_map(|order| order.items.iter().map(|item| (&order.summary, item)));
            table::of_bodies(keys, items.map(|(order, item)| item_row(order, item, keys)), look.width)
        }
        (Some(_), false) => table::of_bodies(keys, orders.iter().map(|order| order_fields(order, keys)), look.width),
    };
    context.ui.print(&text)?;
    if has_more {
        context.ui.note(&format!("there are more: these are the first {shown}; --limit 0 shows all"));
    }
    Ok(())
}
