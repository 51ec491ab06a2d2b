//! `orders today`: what needs somebody now.

use clap::Args;

use super::Context;
use super::arguments::reporting::ReportOptions;
use super::naming::likely_duplicates;
use super::run::facts::{CommandFacts, Group};
use crate::domain::payment::Payment;
use crate::domain::remedy::Remedy;
use crate::domain::report::money::{Outstanding, OutstandingOrder};
use crate::domain::settings::Settings;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::domain::today::{
    self, COUNTED, Count, LATE, LOOKED_AT, List, Needs, PRODUCTS, PendingOrder, RETURNS_LOOKED_AT, SHOWN,
};
use crate::error::{Exit, OutputError};
use crate::hint::{CommandLine, Hint};
use crate::options::OutputFormat;
use crate::render::today::{Command, KEYS, Section, report, rows, text};
use crate::store::{Read, Store, StoreError};
use crate::ui;

/// Show what needs somebody now, each with the command to type next
///
/// Payments to check (pending orders, the longest wait first, with what stands in the way), sizes to ask, orders to pack, orders
/// that couriers have had for longer than 3 days, what is owed to customers, low or short stock, and orders that may have come
/// twice. Each list shows its first rows. Sizes, short stock and duplicates are those of the 10 pending orders that have
/// waited longest.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders))]
#[command(after_help = "Examples:
  orders today
  orders today --if-any                           prints nothing on a quiet day
  orders today --json | jq -r '.rows[].command'")]
pub struct TodayArgs {
    #[command(flatten)]
    options: ReportOptions,
}

pub fn run(args: &TodayArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let store = context.open_to_read()?;
    let (facts, settings) = store.read(|read| {
        let settings = read.settings()?;
        anyhow::Ok((facts(read, &settings, context)?, settings))
    })?;
    let needs = today::today(&facts, context.now);
    let sections: Vec<Section<'_>> = needs.iter().map(|needs| section(needs, context)).collect();
    let is_empty = needs.iter().all(|needs| needs.rows.is_empty());
    if args.options.prints(is_empty) {
        print(&sections, &settings, context)?;
        if is_empty && context.is_table() {
            hint_at_a_beginning(&store, context)?;
        }
    }
    Ok(args.options.exit(is_empty))
}

/// Loads what the lists are made of: everything by an index, and no more than is shown or looked at.
fn facts(read: &Read<'_>, settings: &Settings, context: &Context) -> anyhow::Result<today::Facts> {
    // Preparing a query takes longer than running it: so orders are found by their keys, and loaded by one query.
    let pending = read.orders(&read.waiting_longest(LOOKED_AT)?)?;
    let pending_count = count(read, &[Status::Pending], pending.len(), LOOKED_AT)?;
    let items = pending.iter().flat_map(|order| &order.items);
    let products = read.products_to_watch(items.map(|item| item.product_id), settings.low_stock, PRODUCTS)?;
    let twins = likely_duplicates(read, &pending)?;
    let pending = pending.into_iter().zip(twins);
    let pending = pending.map(|(order, twin)| PendingOrder { order, twin: twin.map(|twin| twin.summary) });
    let to_pack = read.summaries(&read.orders_to_pack(SHOWN)?)?;
    let to_pack_count = count(read, &[Status::Confirmed, Status::Processing], to_pack.len(), SHOWN)?;
    let owed_count = read.owed_up_to(COUNTED)?;
    let owed = if owed_count > 0 { owed(read)? } else { Vec::new() };
    let (late, late_count) = late(read, context.now)?;
    Ok(today::Facts {
        pending: pending.collect(),
        pending_count,
        products,
        low_stock: settings.low_stock,
        exchanges: read.orders(&read.unsent_exchanges(RETURNS_LOOKED_AT)?)?,
        to_pack_count,
        to_pack,
        late,
        late_count,
        owed_count,
        owed,
    })
}

/// Counts the orders of these statuses, up to [`COUNTED`]. If fewer were found than were asked for, they are all there are.
fn count(read: &Read<'_>, statuses: &[Status], found: usize, asked: usize) -> Result<i64, StoreError> {
    if found < asked {
        return Ok(i64::try_from(found).unwrap_or(COUNTED));
    }
    let mut count = 0;
    for status in statuses {
        if count < COUNTED {
            count += read.count_of_status(*status, COUNTED)?;
        }
    }
    Ok(count)
}

/// Loads the orders whose customers are owed money, with their payments.
fn owed(read: &Read<'_>) -> anyhow::Result<Vec<(OutstandingOrder, Vec<Payment>)>> {
    let mut owed = Vec::new();
    read.each_outstanding(Outstanding::Owed, None, Some(SHOWN), |waiting| {
        owed.push(waiting.clone());
        anyhow::Ok(())
    })?;
    let paid = read.orders(&owed.iter().map(|waiting| waiting.order.pk).collect::<Vec<_>>())?;
    Ok(owed.into_iter().zip(paid.into_iter().map(|order| order.payments)).collect())
}

/// Loads the orders that couriers have had for long.
fn late(read: &Read<'_>, now: Timestamp) -> Result<(Vec<OutstandingOrder>, Count), StoreError> {
    let mut late = read.shipped_until(today::late_if_shipped_until(now), LATE)?;
    let count = Count::of_rows(late.len(), late.len() < LATE);
    late.truncate(SHOWN);
    let orders = read.summaries(&late.iter().map(|(order, _)| *order).collect::<Vec<_>>())?;
    let waiting = orders.into_iter().zip(late).map(|(order, (_, since))| OutstandingOrder { order, since });
    Ok((waiting.collect(), count))
}

fn section<'n>(needs: &'n Needs, context: &Context) -> Section<'n> {
    let command = |hint: Hint| -> Command {
        let hint = context.kept_options().add_to(hint);
        hint.into_command().map(|command| command.parts()).unwrap_or_default()
    };
    let next = |remedy: &Remedy| command(remedy.clone().into());
    let all = match needs.list {
        List::Payments | List::Sizes => Some(CommandLine::of("report pending")),
        List::ToPack => Some(CommandLine::of("list").option("--status confirmed,processing")),
        List::WithCouriers => Some(CommandLine::of("list").option("--status shipped")),
        List::Owed => Some(CommandLine::of("report money")),
        List::Stock => Some(CommandLine::of("report stock")),
        List::ReceivedTwice => None,
    };
    Section {
        needs,
        commands: needs.rows.iter().map(|need| next(&need.next)).collect(),
        all: all.map(|all| command(Hint::run("", all))),
    }
}

/// Says how to begin where the file has no orders yet.
fn hint_at_a_beginning(store: &Store, context: &Context) -> Result<(), StoreError> {
    let (has_orders, has_products) = store.read(|read| {
        let has_orders = !read.newest_references(None, 1)?.is_empty();
        Ok::<_, StoreError>((has_orders, has_orders || !read.all_products()?.is_empty()))
    })?;
    if !has_products {
        context.hint(Hint::run("to put the catalogue in", CommandLine::of("product import FILE")));
    } else if !has_orders {
        context.hint(Hint::run("to take an order", CommandLine::of("create")));
    }
    Ok(())
}

fn print(sections: &[Section<'_>], settings: &Settings, context: &Context) -> Result<(), OutputError> {
    match context.global.format() {
        OutputFormat::Table => ui::print(&text(sections, context.style(settings))),
        OutputFormat::Csv => context.print_each(rows(sections), KEYS, true, String::new),
        _ => context.print_one(report(sections, context.now, settings), String::new),
    }
}
