//! Listing orders, for `list` and `my-orders`: which ones, and how they are shown.

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::commands::arguments::listing::{LimitArgs, choose_fields, sort};
use crate::commands::arguments::{age, status_parser, until_before_since, when};
use crate::commands::naming::{find_ordered_product, find_user};
use crate::commands::run::caller::user_not_found;
use crate::commands::run::measured_rows::LimitedTable;
use crate::domain::calendar::{When, before};
use crate::domain::history::seen_by;
use crate::domain::order::Order;
use crate::domain::permission::Caller;
use crate::domain::phone::full_number;
use crate::domain::phone::read_phone;
use crate::domain::report::sales::Window;
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::domain::user::Owner;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::options::OutputFormat;
use crate::render::json::body;
use crate::render::json::{Chosen, ITEM_ROW_KEYS, ORDER_KEYS, SUMMARY_KEYS};
use crate::render::order;
use crate::render::table::{columns_of, row_of};
use crate::store::{OrderFilter, Read, Sort, SortField, Store};
use crate::ui;

/// The order without `--sort`.
const NEWEST_FIRST: Sort = Sort { by: SortField::CreatedAt, descending: true };

/// Which orders, and how they are sorted.
#[derive(Debug, Args)]
pub struct Selection {
    /// Only orders in these statuses, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "STATUS", value_parser = status_parser(), ignore_case = true)]
    status: Vec<Status>,
    /// Only orders made since then (orderDate): 2d, 12h, 30m, today, yesterday, a date, or RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = when)]
    since: Option<When>,
    /// Only orders made until then; a day is included whole
    #[arg(long, value_name = "WHEN", value_parser = when)]
    until: Option<When>,
    /// Only orders that changed since then (updatedAt), new ones too
    ///
    /// A change has the time at which its command began to write, but others see it only when that command ends. So a
    /// script that runs regularly should ask from a few minutes before its last run (longer than an import takes), and
    /// skip what it has seen: the same id with the same updatedAt.
    #[arg(long, value_name = "WHEN", value_parser = when)]
    updated_since: Option<When>,
    /// Only orders received since then (createdAt)
    #[arg(long, value_name = "WHEN", value_parser = when)]
    received_since: Option<When>,
    /// Only orders received at least this long ago (createdAt): 2d, 12h, 30m
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<chrono::Duration>,
    /// Only orders of this phone number, in any spelling
    #[arg(long, value_name = "N", value_parser = read_phone)]
    phone: Option<String>,
    /// Only orders with money still due, of those that have a payment or cash on delivery
    #[arg(long)]
    due: bool,
    /// Only orders with nothing paid yet; cancelled ones are left out
    #[arg(long)]
    unpaid: bool,
    /// Only orders with this in their reference, name, phone or tracking number, or in the name or SKU of an item or its product
    ///
    /// A phone is found in any spelling, and a tracking number by 4 or more of its characters, one of them a digit. Case, accents,
    /// harakat, tatweel and the forms of alif, waw, ya and ta marbuta make no difference.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only orders with this product: a barcode, an id, or a part of the name
    #[arg(long, value_name = "P")]
    product: Option<String>,
    /// Sort by this field; with - before it, largest or newest first
    #[arg(long, value_name = "[-]FIELD", allow_hyphen_values = true, default_value = "-createdAt", value_parser = read_sort)]
    sort: Sort,
    #[command(flatten)]
    limit: LimitArgs,
    /// Print only how many there are
    #[arg(long, conflicts_with_all = ["limit", "fields", "sort"])]
    count: bool,
}

impl Selection {
    /// Returns whether it leaves out some orders.
    fn narrows(&self) -> bool {
        let Selection { since, until, updated_since, received_since, older_than, .. } = self;
        let has_time = [since, until, updated_since, received_since].into_iter().any(Option::is_some);
        let has_text = [&self.phone, &self.search, &self.product].into_iter().any(Option::is_some);
        has_time || has_text || older_than.is_some() || !self.status.is_empty() || self.due || self.unpaid
    }
}

/// The fields that `--sort` takes.
pub const SORT_FIELDS: [(&str, SortField); 9] = [
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

fn read_sort(text: &str) -> Result<Sort, String> {
    sort(text, &SORT_FIELDS).map(|(by, descending)| Sort { by, descending })
}

#[derive(Debug)]
pub struct Listing<'a> {
    pub selection: &'a Selection,
    pub with_items: bool,
    /// Only orders of this account.
    pub user: Option<&'a str>,
    /// Only the acting account's own.
    pub is_own: bool,
}

impl Listing<'_> {
    fn filter(&self, read: &Read<'_>, context: &Context, limit: Option<u64>) -> anyhow::Result<OrderFilter> {
        let Selection { status, search, product, sort, .. } = self.selection;
        let settings = read.settings()?;
        let (zone, code) = (settings.zone(), settings.country_code.as_deref());
        let start = |since: Option<When>| since.map(|since| since.start(context.now, &zone));
        let ordered_from = start(self.selection.since);
        let ordered_before = self.selection.until.map(|until| until.end(context.now, &zone));
        if let (Some(from), Some(before)) = (ordered_from, ordered_before) {
            Window::between(from, before).ok_or_else(until_before_since)?;
        }
        let own = match &context.caller {
            Caller::Account(user) if self.is_own => Some(Owner::of(user)),
            caller => caller.sees_only(),
        };
        let named = self.user.map(|username| find_user(read, username)).transpose()?;
        if let (Some(username), Some(own), Some(user)) = (self.user, &own, &named)
            && own.account != user.id
        {
            return Err(user_not_found(username).into());
        }
        Ok(OrderFilter {
            statuses: status.clone(),
            ordered_from,
            ordered_before,
            updated_from: start(self.selection.updated_since),
            received_from: start(self.selection.received_since),
            received_until: self.selection.older_than.map(|age| before(context.now, age)),
            waits_since: None,
            phone_digits: self.selection.phone.as_deref().map(|phone| full_number(phone, code)),
            search: search.clone(),
            product: match product {
                Some(product) => Some(find_ordered_product(read, product, &context.caller)?.id),
                None => None,
            },
            owner: own.or(named.as_ref().map(Owner::of)),
            is_due: self.selection.due,
            is_unpaid: self.selection.unpaid,
            payable: None,
            sort: *sort,
            limit,
        })
    }
}

pub fn list(listing: &Listing<'_>, context: &Context) -> anyhow::Result<Exit> {
    let is_row_an_item =
        listing.with_items && !matches!(context.global.format(), OutputFormat::Json | OutputFormat::Ndjson);
    let (all, default) = match (listing.with_items, is_row_an_item) {
        (true, true) => (ITEM_ROW_KEYS, ITEM_ROW_KEYS),
        (true, false) => (ORDER_KEYS, ORDER_KEYS),
        (false, _) => (ORDER_KEYS, SUMMARY_KEYS),
    };
    let keys = choose_fields(context.global.fields.as_deref(), all, default)?;
    let with_items = listing.with_items || keys.contains(&"items");
    let limit = listing.selection.limit.shown(context);
    if listing.selection.count && context.global.format() == OutputFormat::Xlsx {
        return Err(Failure::usage("--count is one number, not a workbook: leave out --format xlsx").into());
    }
    let store = context.open_to_read()?;
    if listing.selection.count {
        let (count, settings) = store
            .read(|read| anyhow::Ok((read.count_orders(&listing.filter(read, context, None)?)?, read.settings()?)))?;
        if count == 0 {
            say_how_phones_match(listing, &settings, context);
        }
        context.print_one(body([("count", json!(count))]), || format!("{count}\n"))?;
        return Ok(Exit::Done);
    }
    if context.is_table() && !context.ui.quiet {
        print_table(listing, context, &store, &keys, limit)?;
        return Ok(Exit::Done);
    }
    // Reading in batches keeps no transaction open while a slow reader takes the output.
    let (filter, zone) =
        store.read(|read| anyhow::Ok((listing.filter(read, context, limit)?, read.settings()?.zone())))?;
    if context.is_table() {
        let print = |orders: Vec<Order>| {
            let references: String = orders.iter().map(|order| format!("{}\n", order.summary.reference)).collect();
            anyhow::Ok(ui::print(&references)?)
        };
        store.each_batch(&filter, false, print)?;
        return Ok(Exit::Done);
    }
    context.print_as_it_comes(&keys, zone, |printer| {
        store.each_batch(&filter, with_items, |orders| {
            for order in &orders {
                let order = seen_by(&context.caller, order);
                if is_row_an_item {
                    let mut rows = order.items.iter().map(|item| Chosen::of((&order.summary, item), &keys));
                    rows.try_for_each(|row| printer.put_row(&row))?;
                } else {
                    printer.put_row(&Chosen::of(&*order, &keys))?;
                }
            }
            anyhow::Ok(printer.flush()?)
        })
    })?;
    Ok(Exit::Done)
}

/// Says why a full number may find no orders: those typed without a country code do not match it.
fn say_how_phones_match(listing: &Listing<'_>, settings: &Settings, context: &Context) {
    if listing.selection.phone.is_some() && settings.country_code.is_none() && context.is_table() {
        let command = CommandLine::of("config countryCode CODE");
        context.hint(Hint::run("to find local numbers in any spelling, set the country code", command));
    }
}

/// Prints a table; all its rows are measured before the first is printed.
fn print_table(
    listing: &Listing<'_>,
    context: &Context,
    store: &Store,
    keys: &[&str],
    limit: Option<u64>,
) -> anyhow::Result<()> {
    let is_chosen = context.global.fields.is_some();
    let columns = match (is_chosen, listing.with_items) {
        (true, _) => columns_of(keys),
        (false, true) => order::list_item_columns(),
        (false, false) if listing.selection.due => order::due_columns(),
        (false, false) => order::list_columns(),
    };
    let mut table = LimitedTable::of(columns, limit);
    let settings = store.read(|read| {
        let settings = read.settings()?;
        let style = context.style(&settings);
        let filter = listing.filter(read, context, table.to_load())?;
        let with_items = listing.with_items || keys.contains(&"items");
        read.each_order(&filter, with_items, |order| {
            let order = &*seen_by(&context.caller, order);
            match (is_chosen, listing.with_items) {
                (true, true) => {
                    let row = |item| row_of(keys, &Chosen::of((&order.summary, item), keys).body(), style);
                    table.add(order.items.iter().map(row))?;
                }
                (true, false) => table.add([row_of(keys, &Chosen::of(order, keys).body(), style)])?,
                (false, true) => table.add(order::list_item_rows(order))?,
                (false, false) if listing.selection.due => table.add([order::due_row(order, style)])?,
                (false, false) => table.add([order::list_row(order, style)])?,
            }
            anyhow::Ok(())
        })?;
        anyhow::Ok(settings)
    })?;
    if table.is_empty() {
        context.ui.note(if listing.selection.narrows() { "no orders match" } else { "no orders" });
        say_how_phones_match(listing, &settings, context);
        return Ok(());
    }
    let which = if listing.selection.sort == NEWEST_FIRST { "newest" } else { "first" };
    table.print(which, context.style(&settings), &context.ui)
}
