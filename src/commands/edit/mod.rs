//! `orders edit`: changes who ordered, and what.

mod item;

use clap::Args;

use item::ItemArgs;

use super::Context;
use super::arguments::shipping::{ShippingArgs, shared_number};
use super::arguments::{TermsArgs, address, name};
use super::naming::pick::{Purpose, one_named_or_picked};
use super::naming::{Naming, REF_TO_WRITE, find_order, find_user};
use super::pay::recording::say_owed;
use super::run::facts::{CommandFacts, Group};
use super::set_status::CHANGEABLE;
use crate::domain::edit::{Edit, decide};
use crate::domain::item_edit::ItemEdit;
use crate::domain::phone::read_phone;
use crate::domain::shipping::ShippingEdit;
use crate::domain::status::Status;
use crate::domain::terms::TermsEdit;
use crate::domain::user::User;
use crate::error::{Exit, Failure};
use crate::hint::{CommandLine, Hint};
use crate::store::{Read, Write};

/// Change an order: its customer and items until it is shipped, delivery and discount until it is delivered
///
/// Items are numbered as `show` numbers them. Once an order is confirmed, added pieces are taken from the stock, and removed ones go
/// back; prices of its items can be changed while it is pending. An added item costs today's list price, unless --price says
/// otherwise; a changed one keeps its price. Prices, fees and discounts that are typed are agreed. An empty --address, --size or
/// --item-color clears it (a size only where the product is not tracked by size).
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Orders).keeping_note().acting_on(EDITABLE))]
#[command(after_help = "Examples:
  orders edit LEG-LXYZ1234-AB5C --phone '+20 101 111 2222' --note 'typed wrong'
  orders edit LEG-LXYZ1234-AB5C --item 1 --size M --quantity 1
  orders edit LEG-LXYZ1234-AB5C --item 1 --price 25
  orders edit LEG-LXYZ1234-AB5C --add BLT-01 --quantity 2 --item-color Black
  orders edit LEG-LXYZ1234-AB5C --remove 2
  orders edit LEG-LXYZ1234-AB5C --delivery 50 --discount 10% --cod
  orders edit LEG-LXYZ1234-AB5C --user mona        she sees it as hers")]
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
    #[command(flatten)]
    terms: TermsArgs,
    /// No cash on delivery
    #[arg(long, conflicts_with = "cod")]
    no_cod: bool,
    /// The account that the order belongs to; none clears it
    #[arg(long, value_name = "USERNAME")]
    user: Option<String>,
    #[command(flatten)]
    shipping: ShippingArgs,
    #[command(flatten)]
    item: ItemArgs,
}

/// The statuses in which the customer, the items or the terms of an order can be edited; the account always can.
const EDITABLE: &[Status] = &[Status::Pending, Status::Confirmed, Status::Processing, Status::Shipped];

pub fn run(args: &EditArgs, context: &mut Context) -> anyhow::Result<Exit> {
    args.refuse_nothing(context.global.note.is_some())?;
    let purpose = Purpose::of("edit", args.acts_on());
    let reference = one_named_or_picked(args.reference.as_deref(), &purpose, context)?;
    let mut store = context.open_to_write()?;
    let naming = Naming::to_write(context);
    let (audit, ids) = (context.audit(), context.ids());
    let (is_changed, shared, order, settings) = context.write(&mut store, |write| {
        let order = find_order(write, &reference, &naming)?;
        let edit = args.edit(write)?;
        let of_items = order.items.iter().map(|item| item.product_id);
        let products = write.products(of_items.chain(edit.items.as_ref().and_then(ItemEdit::product)))?;
        let held = write.held_stock(order.summary.pk)?;
        // A note alone is not an edit: an order in any status takes it.
        let changes = match edit == Edit::default() {
            true => None,
            false => Some(decide(&order, &held, &products, &edit, &mut &ids).map_err(Failure::from)?),
        };
        let changes = changes.filter(|edited| !edited.changes.is_empty());
        let shared = shared_number(write, &order.summary, &edit.shipping)?;
        match &changes {
            Some(edited) => write.edit_order(edited, &audit)?,
            None if audit.note.is_some() => write.insert_note(order.summary.pk, &audit)?,
            None => {}
        }
        anyhow::Ok((changes.is_some(), shared, write.orders(&[order.summary.pk])?.remove(0), write.settings()?))
    })?;
    let stored = if context.is_dry_run() { "would be stored" } else { "is stored" };
    if !args.edits().any() {
        context.ui.note(&format!("the note {stored}"));
    } else if !is_changed {
        let note = match context.global.note {
            Some(_) => format!("only the note {stored}"),
            None => "nothing changed".to_owned(),
        };
        context.ui.note(&format!("{} already has these values; {note}", order.summary.reference));
    }
    naming.say(context);
    if let Some(warning) = &shared {
        context.ui.warn(warning);
    }
    context.print_order(&order, &settings)?;
    if is_changed {
        say_owed([&order].into_iter(), context);
    }
    Ok(Exit::Done)
}

/// Which parts of an order an edit is about.
struct Parts {
    customer: bool,
    terms: bool,
    shipping: bool,
    items: bool,
    user: bool,
}

impl Parts {
    fn any(&self) -> bool {
        self.customer || self.terms || self.shipping || self.items || self.user
    }
}

impl EditArgs {
    fn edits(&self) -> Parts {
        Parts {
            customer: self.name.is_some() || self.phone.is_some() || self.address.is_some(),
            terms: self.terms() != TermsEdit::default(),
            shipping: self.shipping.edit() != ShippingEdit::default(),
            items: self.item.is_given(),
            user: self.user.is_some(),
        }
    }

    /// Returns the statuses of the orders that can be edited in this way.
    fn acts_on(&self) -> &'static [Status] {
        match self.edits() {
            Parts { items: true, .. } if self.item.has_price() => &EDITABLE[..1],
            Parts { items: true, .. } | Parts { customer: true, .. } => &EDITABLE[..3],
            Parts { terms: true, .. } => EDITABLE,
            Parts { shipping: true, .. } => CHANGEABLE,
            Parts { .. } => &Status::ALL,
        }
    }

    fn refuse_nothing(&self, has_note: bool) -> Result<(), Failure> {
        self.item.refuse_nothing()?;
        if !self.edits().any() && !has_note {
            return Err(Failure::usage(
                "say what to change: --name, --phone, --address, --delivery, --discount, --cod, --courier, --tracking, --user, --item, --add or --remove",
            )
            .hint(Hint::run("to see what can be edited", CommandLine::of("help edit"))));
        }
        Ok(())
    }

    fn terms(&self) -> TermsEdit {
        let terms = self.terms.edit();
        TermsEdit { is_cod: terms.is_cod.or(self.no_cod.then_some(false)), ..terms }
    }

    fn edit(&self, write: &Write<'_>) -> anyhow::Result<Edit> {
        let items = self.item.edit(write)?;
        let address = self.address.as_ref().map(|address| Some(address.clone()).filter(|a| !a.is_empty()));
        let user = self.user.as_deref().map(|user| account(write, user)).transpose()?;
        Ok(Edit {
            name: self.name.clone(),
            phone: self.phone.clone(),
            address,
            user,
            terms: self.terms(),
            shipping: self.shipping.edit(),
            items,
        })
    }
}

/// Finds the account that was named; `None` where none was.
fn account(read: &Read<'_>, name: &str) -> anyhow::Result<Option<User>> {
    let is_none = name.trim().is_empty() || name.trim().eq_ignore_ascii_case("none");
    if is_none { Ok(None) } else { find_user(read, name).map(Some) }
}
