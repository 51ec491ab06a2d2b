//! Listing orders: which ones, and how they are shown. `list` and `my-orders` are this.

use clap::Args;
use serde_json::json;

use super::find::{find_product, find_user, user_not_found};
use super::{Context, age, choose_fields, status_parser, when};
use crate::cli::Format;
use crate::domain::calendar::{When, before};
use crate::domain::order::Order;
use crate::domain::phone::full_number;
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::domain::text::read_phone;
use crate::domain::user::Caller;
use crate::error::Exit;
use crate::render::json::body;
use crate::render::json::{ITEM_ROW_KEYS, ORDER_KEYS, SUMMARY_KEYS, item_row, order_fields};
use crate::render::zone::zone_of;
use crate::render::{order, table};
use crate::store::{OrderFilter, Read, Sort, SortField};

/// How many orders the table shows unless `--limit` says otherwise.
const TABLE_LIMIT: u64 = 50;

/// Which orders, and in which order.
#[derive(Debug, Args)]
pub struct Selection {
    /// Only orders in these statuses, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "STATUS", value_parser = status_parser(), ignore_case = true)]
    status: Vec<Status>,
    /// Only orders made since then (orderDate): 2d, 12h, today, yesterday, a date, or RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = when)]
    since: Option<When>,
    /// Only orders made until then; a day is included whole
    #[arg(long, value_name = "WHEN", value_parser = when)]
    until: Option<When>,
    /// Only orders that changed since then (updatedAt), new ones too
    #[arg(long, value_name = "WHEN", value_parser = when)]
    updated_since: Option<When>,
    /// Only orders received since then (createdAt)
    #[arg(long, value_name = "WHEN", value_parser = when)]
    received_since: Option<When>,
    /// Only orders received so long ago or longer: 2d, 12h
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<chrono::Duration>,
    /// Only orders of this phone number, in any spelling
    #[arg(long, value_name = "N", value_parser = read_phone)]
    phone: Option<String>,
    /// Only orders with this in reference, name, phone (in any spelling), or the name or SKU of an item or its product
    ///
    /// Case, accents, harakat, tatweel and the forms of alif, waw, ya and ta marbuta make no difference.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only orders with this product: a barcode, an id, or a part of the name
    #[arg(long, value_name = "P")]
    product: Option<String>,
    /// Sort by this field; with - before it, largest or newest first
    #[arg(long, value_name = "[-]FIELD", allow_hyphen_values = true, default_value = "-createdAt", value_parser = sort)]
    sort: Sort,
    /// How many at the most; 0: all [default: 50 in the table, else all]
    #[arg(long, value_name = "N", value_parser = limit)]
    limit: Option<u64>,
    /// Print only how many there are
    #[arg(long, conflicts_with_all = ["limit", "fields", "sort"])]
    count: bool,
}

fn limit(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "must be a whole number".to_owned())
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

fn sort(text: &str) -> Result<Sort, String> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    match SORT_FIELDS.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
        Some((_, by)) => Ok(Sort { by: *by, descending }),
        None => Err(format!("the fields are {}", SORT_FIELDS.map(|(field, _)| field).join(", "))),
    }
}

/// What is listed.
#[derive(Debug)]
pub struct Listing<'a> {
    /// Which orders.
    pub selection: &'a Selection,
    /// Whether with their items.
    pub with_items: bool,
    /// Only those of this account.
    pub user: Option<&'a str>,
    /// Only those of the account that acts.
    pub is_own: bool,
}

impl Listing<'_> {
    fn filter(&self, read: &Read<'_>, context: &Context, limit: Option<u64>) -> anyhow::Result<OrderFilter> {
        let Selection { status, search, product, sort, .. } = self.selection;
        let settings = read.settings()?;
        let (zone, code) = (zone_of(&settings), settings.country_code.as_deref());
        let start = |since: Option<When>| since.map(|since| since.start(context.now, &zone));
        let own = match &context.caller {
            Caller::Account(user) if self.is_own => Some(user.id),
            caller => caller.sees_only(),
        };
        let named = self.user.map(|username| find_user(read, username)).transpose()?;
        if let (Some(username), Some(own), Some(user)) = (self.user, own, &named)
            && own != user.id
        {
            return Err(user_not_found(username).into());
        }
        Ok(OrderFilter {
            statuses: status.clone(),
            ordered_from: start(self.selection.since),
            ordered_before: self.selection.until.map(|until| until.end(context.now, &zone)),
            updated_from: start(self.selection.updated_since),
            received_from: start(self.selection.received_since),
            received_until: self.selection.older_than.map(|age| before(context.now, age)),
            phone_digits: self.selection.phone.as_deref().map(|phone| full_number(phone, code)),
            search: search.clone(),
            product: product.as_ref().map(|product| find_product(read, product)).transpose()?.map(|found| found.id),
            user: own.or(named.map(|user| user.id)),
            sort: *sort,
            limit,
        })
    }
}

/// Lists orders.
pub fn list(listing: &Listing<'_>, context: &Context) -> anyhow::Result<Exit> {
    let is_row_an_item = listing.with_items && matches!(context.global.format(), Format::Csv | Format::Table);
    let (all, default) = match (listing.with_items, is_row_an_item) {
        (true, true) => (ITEM_ROW_KEYS, ITEM_ROW_KEYS),
        (true, false) => (ORDER_KEYS, ORDER_KEYS),
        (false, _) => (ORDER_KEYS, SUMMARY_KEYS),
    };
    let keys = choose_fields(context.global.fields.as_deref(), all, default)?;
    let with_items = listing.with_items || keys.contains(&"items");
    let limit = match listing.selection.limit {
        Some(0) => None,
        None if context.is_table() && !context.ui.quiet => Some(TABLE_LIMIT),
        limit => limit,
    };
    let store = context.open_to_read()?;
    if listing.selection.count {
        let count = store.read(|read| anyhow::Ok(read.count_orders(&listing.filter(read, context, None)?)?))?;
        context.print_one(body([("count", json!(count))]), || format!("{count}\n"))?;
        return Ok(Exit::Done);
    }
    if context.is_table() {
        let (orders, settings) = store.read(|read| {
            // One more than is shown tells whether there are more.
            let filter = listing.filter(read, context, limit.map(|limit| limit.saturating_add(1)))?;
            anyhow::Ok((read.listed_orders(&filter, with_items)?, read.settings()?))
        })?;
        print_table(listing, context, orders, &settings, &keys, limit)?;
        return Ok(Exit::Done);
    }
    context.print_spooled(&keys, |printer| {
        store.read(|read| {
            read.each_order(&listing.filter(read, context, limit)?, with_items, |order| {
                if is_row_an_item {
                    let rows = order.items.iter().map(|item| item_row(&order.summary, item, &keys));
                    rows.into_iter().try_for_each(|row| printer.put(&row))?;
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
    listing: &Listing<'_>,
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
    let text = match (&context.global.fields, listing.with_items) {
        (None, false) => order::list(&orders, look),
        (None, true) => order::list_items(&orders, look),
        (Some(_), true) => {
            let items = orders.iter().flat_map(|order| order.items.iter().map(|item| (&order.summary, item)));
            table::of_bodies(keys, items.map(|(order, item)| item_row(order, item, keys)), look)
        }
        (Some(_), false) => table::of_bodies(keys, orders.iter().map(|order| order_fields(order, keys)), look),
    };
    context.ui.print(&text)?;
    if has_more {
        context.ui.note(&format!("there are more: these are the first {shown}; --limit 0 shows all"));
    }
    Ok(())
}
