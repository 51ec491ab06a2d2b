//! `orders slip`: what to fetch, and a page for each order that is to be packed.

use std::io::Write as _;

use clap::Args;

use super::Context;
use super::naming::AT_ONCE;
use super::naming::{Naming, REFERENCES_LIMIT, REFS_TO_READ, References, expand_references, name_orders};
use super::run::facts::{CommandFacts, Group};
use crate::domain::order::{Order, OrderPk};
use crate::domain::products::Products;
use crate::domain::settings::Settings;
use crate::domain::slip::{LINES_LIMIT, PickList, TooManyLines, is_to_pack};
use crate::domain::status::Status;
use crate::error::{Exit, Failure, FailureKind, OutputError};
use crate::hint::{CommandLine, Hint};
use crate::options::OutputFormat;
use crate::render::json::{self, Body};
use crate::render::paper::html::page;
use crate::render::paper::slip;
use crate::spool::Spool;
use crate::store::Read;
use crate::ui;

/// Print the pick list of the orders that are to be packed, and a slip for each
///
/// Without REF these are the confirmed and processing orders, the oldest first, and the replacements of exchanges. The pick list
/// adds up the pieces by product, size and color; a single order has only its slip. A slip has the address, the items less
/// what came back, the customer's words, and what to collect. --format html prints on A4 and A6, each slip on a sheet of its
/// own; --format csv prints the pick list.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).reporting().acting_on(Status::IN_SHOP))]
#[command(after_help = "Examples:
  orders slip                              all that is to be packed
  orders slip --format html > slips.html   open it in a browser, and print
  orders slip LEG-LXYZ1234-AB5C
  orders list -q --status confirmed --since today | orders slip - | lpr")]
pub struct SlipArgs {
    #[arg(value_name = "REF", help = format!("{REFS_TO_READ} [default: all that is to be packed]"))]
    refs: Vec<String>,
}

pub fn run(args: &SlipArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let named = match args.refs.as_slice() {
        [] => None,
        refs => Some(expand_references(refs, context)?),
    };
    let naming = Naming::to_read(context);
    let store = context.open_to_read()?;
    let (mut slips, settings) = store.read(|read| {
        let settings = read.settings()?;
        let mut slips = Slips::default();
        for some in orders_of(read, named.as_ref(), &naming)?.chunks(AT_ONCE) {
            let orders = read.orders(some)?;
            let items = orders.iter().flat_map(|order| &order.items);
            let products = read.products(items.map(|item| item.product_id))?;
            let orders = orders.iter().filter(|order| named.is_some() || is_to_pack(order));
            orders.into_iter().try_for_each(|order| slips.add(order, &products, &settings, context))?;
        }
        anyhow::Ok((slips, settings))
    })?;
    naming.say(context);
    slips.warn(context);
    slips.print(&settings, context)?;
    Ok(Exit::Done)
}

/// Returns the orders that are named, or else those that are to be packed.
fn orders_of(read: &Read<'_>, named: Option<&References>, naming: &Naming) -> anyhow::Result<Vec<OrderPk>> {
    if let Some(named) = named {
        let found = name_orders(read, &named.texts, naming, false)?;
        return Ok(found.into_iter().filter_map(|(_, found)| Some(found.ok()?.pk)).collect());
    }
    let orders = read.orders_to_pack(REFERENCES_LIMIT + 1)?;
    if orders.len() > REFERENCES_LIMIT {
        let problem =
            format!("more than {REFERENCES_LIMIT} orders are to be packed; one call prints {REFERENCES_LIMIT}");
        return Err(Failure::new(FailureKind::InvalidInput, problem).hint(name_some()).into());
    }
    Ok(orders.into_iter().chain(read.unsent_exchanges(u32::MAX)?).collect())
}

fn name_some() -> Hint {
    Hint::run("name those to print, or give their references on stdin", CommandLine::of("slip -"))
}

/// Slips in the form in which they are printed. They may be too long for memory.
#[derive(Default)]
struct Slips {
    pick_list: PickList,
    papers: Spool<String>,
    bodies: Spool<Body>,
    count: usize,
    /// The orders that are not to be packed, and why.
    strays: Vec<String>,
}

impl Slips {
    fn add(
        &mut self,
        order: &Order,
        products: &Products,
        settings: &Settings,
        context: &Context,
    ) -> anyhow::Result<()> {
        self.pick_list.add(order, products).map_err(|TooManyLines| {
            let problem =
                format!("more than {LINES_LIMIT} different things are to be fetched; one call lists {LINES_LIMIT}");
            Failure::new(FailureKind::InvalidInput, problem).hint(name_some())
        })?;
        self.count += 1;
        let (reference, status) = (&order.summary.reference, order.summary.status);
        if !is_to_pack(order) {
            self.strays.push(format!("{reference} is {status}"));
        }
        match context.global.format() {
            OutputFormat::Table if context.ui.quiet => self.papers.push(&format!("{reference}\n"))?,
            OutputFormat::Table => self.papers.push(&slip::text(order, settings, context.style(settings)))?,
            OutputFormat::Html => self.papers.push(&slip::html(order, settings).into_string())?,
            OutputFormat::Json | OutputFormat::Ndjson => self.bodies.push(&json::order(order))?,
            OutputFormat::Csv | OutputFormat::Xlsx => {}
        }
        Ok(())
    }

    fn warn(&self, context: &Context) {
        const NAMED: usize = 5;
        let named = self.strays.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = self.strays.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        if !self.strays.is_empty() {
            context.ui.warn(&format!("not to be packed: {named}{more}"));
        }
    }

    fn print(&mut self, settings: &Settings, context: &Context) -> anyhow::Result<()> {
        let mut stdout = ui::stdout();
        let mut put =
            |text: &str| -> anyhow::Result<()> { Ok(stdout.write_all(text.as_bytes()).map_err(OutputError)?) };
        // One order's slip has all that is to be fetched.
        let has_pick_list = self.count > 1 && self.pick_list.orders() > 0;
        match context.global.format() {
            OutputFormat::Json | OutputFormat::Ndjson => slip::put_json(&self.pick_list, &mut self.bodies, &mut put)?,
            OutputFormat::Csv | OutputFormat::Xlsx => {
                let lines: Vec<Body> = self.pick_list.lines().into_iter().map(slip::pick_line).collect();
                context.print_as_it_comes(slip::PICK_LINE_KEYS, settings.zone(), |printer| {
                    lines.iter().try_for_each(|line| printer.put(line))
                })?;
            }
            OutputFormat::Table if context.ui.quiet => self.papers.each(|paper| put(&paper))?,
            OutputFormat::Table => {
                let pick_list = || slip::pick_list_text(&self.pick_list, context.now, context.style(settings));
                let nothing = (self.count == 0).then(|| format!("{}\n", slip::NOTHING));
                let first = nothing.or_else(|| has_pick_list.then(pick_list));
                let mut is_first = first.is_none();
                first.map_or(Ok(()), |first| put(&first))?;
                self.papers.each(|paper| {
                    put(if std::mem::take(&mut is_first) { "" } else { slip::NEW_SHEET })?;
                    put(&paper)
                })?;
            }
            OutputFormat::Html => {
                let (before, after) = page("Slips");
                put(&before)?;
                let nothing = (self.count == 0).then(slip::nothing_html);
                let pick_list = || slip::pick_list_html(&self.pick_list, context.now, settings);
                let first = nothing.or_else(|| has_pick_list.then(pick_list));
                first.map_or(Ok(()), |first| put(&first.into_string()))?;
                self.papers.each(|paper| put(&paper))?;
                put(&after)?;
            }
        }
        Ok(stdout.flush().map_err(OutputError)?)
    }
}
