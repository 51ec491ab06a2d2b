//! `orders edit`: changes who ordered, and what.

use clap::{ArgGroup, Args};

use super::Context;
use super::facts::{Facts, Group};
use super::find::{Naming, REF_TO_WRITE, find_order, find_product};
use super::pick::{Purpose, one_named_or_picked};
use super::product::{name, size};
use crate::domain::edit::{Edit, ItemEdit, decide};
use crate::domain::limits::{ADDRESS, excess};
use crate::domain::order::QUANTITY_LIMIT;
use crate::domain::phone::read_phone;
use crate::domain::status::Status;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::store::Write;

/// Change the customer of an order (until it is shipped) or its items (while it is pending)
///
/// Items are numbered as `show` numbers them. An added item costs today's list price; a changed one keeps its price. An
/// empty --address, --size or --item-color takes it away (a size only where the product is not tracked by size).
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Orders).keeping_note().acting_on(EDITABLE))]
#[command(after_help = "Examples:
  orders edit LEG-LXYZ1234-AB5C --phone '+20 101 111 2222' --note 'typed wrong'
  orders edit LEG-LXYZ1234-AB5C --item 1 --size M --quantity 1
  orders edit LEG-LXYZ1234-AB5C --add BLT-01 --quantity 2 --item-color Black
  orders edit LEG-LXYZ1234-AB5C --remove 2")]
#[command(group = ArgGroup::new("an item").args(["item", "add"]))]
pub struct EditArgs {
    #[arg(value_name = "REF", help = REF_TO_WRITE)]
    reference: Option<String>,
    /// The customer's name
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// The customer's phone
    #[arg(long, value_parser = read_phone)]
    phone: Option<String>,
    /// The customer's address
    #[arg(long, value_parser = address)]
    address: Option<String>,
    /// The item to change
    #[arg(long, value_name = "N", value_parser = item_number, conflicts_with_all = ["add", "remove"])]
    item: Option<usize>,
    /// A product to add: a barcode, an id, or a part of the name
    #[arg(long, value_name = "P", conflicts_with = "remove", requires = "quantity")]
    add: Option<String>,
    /// The item to remove
    #[arg(long, value_name = "N", value_parser = item_number)]
    remove: Option<usize>,
    /// How many of the item
    #[arg(long, value_name = "N", value_parser = quantity, requires = "an item")]
    quantity: Option<u32>,
    /// The item's size
    #[arg(long, value_parser = chosen, requires = "an item")]
    size: Option<Chosen>,
    /// The item's color
    #[arg(long, value_name = "COLOR", value_parser = chosen, requires = "an item")]
    item_color: Option<Chosen>,
}

/// A size or color; `None` removes it.
#[derive(Debug, Clone)]
struct Chosen(Option<String>);

fn item_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "must be the number of an item, as show numbers them".to_owned())
}

fn quantity(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(number) if (1..=QUANTITY_LIMIT).contains(&number) && !text.starts_with('+') => Ok(number),
        _ => Err(format!("must be a whole number from 1 to {QUANTITY_LIMIT}")),
    }
}

fn address(text: &str) -> Result<String, String> {
    let text = text.trim();
    excess(text, ADDRESS).map_or_else(|| Ok(text.to_owned()), Err)
}

fn chosen(text: &str) -> Result<Chosen, String> {
    if text.trim().is_empty() { Ok(Chosen(None)) } else { Ok(Chosen(Some(size(text)?))) }
}

/// The statuses in which some part of an order can be edited.
const EDITABLE: &[Status] = &[Status::Pending, Status::Confirmed, Status::Processing];

pub fn run(args: &EditArgs, context: &mut Context) -> anyhow::Result<Exit> {
    args.refuse_nothing(context.global.note.is_some())?;
    let purpose = Purpose::of("edit", EDITABLE);
    let reference = one_named_or_picked(args.reference.as_deref(), &purpose, context)?;
    let mut store = context.open_to_write()?;
    let naming = Naming::to_write(context);
    let (audit, mut ids) = (context.audit(), context.ids());
    let (is_changed, order, settings) = context.write(&mut store, |write| {
        let order = find_order(write, &reference, &naming)?;
        let edit = args.edit(write)?;
        let catalogue = write.products(order.items.iter().map(|item| item.product_id))?;
        // A note alone is no edit: any status takes it.
        let changes = match edit == Edit::default() {
            true => None,
            false => Some(decide(&order, &catalogue, &edit, &mut ids).map_err(Failure::from)?),
        };
        let changes = changes.filter(|edited| !edited.changes.is_empty());
        match &changes {
            Some(edited) => write.edit_order(edited, &audit)?,
            None if audit.note.is_some() => write.insert_note(order.summary.pk, &audit)?,
            None => {}
        }
        anyhow::Ok((changes.is_some(), write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;
    if !is_changed && !args.edits_nothing() {
        let note = if context.global.note.is_some() { "only the note is kept" } else { "unchanged" };
        context.ui.note(&format!("{} already has these values; {note}", order.summary.reference));
    }
    naming.say(context);
    context.print_order(&order, &settings)?;
    Ok(Exit::Done)
}

impl EditArgs {
    fn edits_nothing(&self) -> bool {
        let is_customer = self.name.is_some() || self.phone.is_some() || self.address.is_some();
        !is_customer && self.item.is_none() && self.add.is_none() && self.remove.is_none()
    }

    fn refuse_nothing(&self, has_note: bool) -> Result<(), Failure> {
        let changes_item = self.quantity.is_some() || self.size.is_some() || self.item_color.is_some();
        if self.item.is_some() && !changes_item {
            return Err(Failure::usage("say what to change of the item: --quantity, --size or --item-color"));
        }
        if self.edits_nothing() && !has_note {
            return Err(Failure::usage("say what to change: --name, --phone, --address, or an item")
                .hint(Hint::run("to see what can be edited", CommandLine::of("help edit"))));
        }
        Ok(())
    }

    fn edit(&self, write: &Write<'_>) -> anyhow::Result<Edit> {
        let value = |chosen: &Option<Chosen>| chosen.clone().map(|Chosen(value)| value);
        let items = match (self.item, &self.add, self.remove) {
            (Some(number), ..) => Some(ItemEdit::Change {
                number,
                quantity: self.quantity,
                size: value(&self.size),
                color: value(&self.item_color),
            }),
            (None, Some(product), _) => Some(ItemEdit::Add {
                product: Box::new(find_product(write, product)?),
                quantity: self.quantity.unwrap_or(1),
                size: value(&self.size).flatten(),
                color: value(&self.item_color).flatten(),
            }),
            (None, None, Some(number)) => Some(ItemEdit::Remove { number }),
            (None, None, None) => None,
        };
        let address = self.address.as_ref().map(|address| Some(address.clone()).filter(|a| !a.is_empty()));
        Ok(Edit { name: self.name.clone(), phone: self.phone.clone(), address, items })
    }
}
