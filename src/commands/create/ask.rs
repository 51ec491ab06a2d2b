//! What `create` asks at a terminal: who orders, what, and whether to take it.

use super::typed::{Items, TypedDraft};
use crate::commands::Context;
use crate::commands::arguments::{address, name};
use crate::commands::naming::pick::{pick_line, pick_size};
use crate::commands::run::context::declined;
use crate::domain::item_spec::quantity;
use crate::domain::phone::read_phone;
use crate::domain::product::Product;
use crate::domain::reference::Reference;
use crate::domain::resolve::resolve;
use crate::domain::terms::{Fee, TermsEdit};
use crate::domain::text::size_key;
use crate::domain::typed_order::TypedItem;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::render::{RenderStyle, order, product};
use crate::store::{Store, fold};
use crate::ui;

/// What is said if the person gives up.
const NOT_TAKEN: &str = "the order was not taken";

/// Asks for an order, shows it, and returns it if the person takes it.
pub fn ask(context: &Context) -> anyhow::Result<TypedDraft> {
    let store = context.open_to_read()?;
    let (products, settings) = store.read(|read| anyhow::Ok((read.all_products()?, read.settings()?)))?;
    if products.is_empty() {
        return Err(Failure::new(FailureKind::NotFound, "there is no product to order")
            .hint(Hint::run("to add products first", CommandLine::of("product import FILE")))
            .into());
    }
    let style = context.style_of_questions(&settings);
    let phone = context.ask_value("Phone", NOT_TAKEN, read_phone)?;
    let (name, address) = ask_customer(&phone, &store, style, context)?;
    let mut items = Vec::new();
    let catalogue = Offered::of(&products, style);
    while let Some(item) = catalogue.ask_item(&items, context)? {
        ui::show(&order::typed_item(
            &item,
            items.len() + 1,
            left_in_stock(&item.product, item.size.as_deref(), &items),
            style,
        ));
        items.push(item);
    }
    let fee = context.ask_value("Delivery fee [not agreed yet]", NOT_TAKEN, |typed| match typed {
        "" => Ok(Fee(None)),
        typed => Fee::read(typed),
    })?;
    let typed = TypedDraft {
        phone,
        name: Some(name),
        address: Some(address),
        items: Items::Picked(items),
        terms: TermsEdit { delivery_fee: Some(fee), ..TermsEdit::default() },
        reference: None,
        date: None,
    };
    show(&typed, &store, style, context)?;
    loop {
        // Enter took everything until here: it must not lose what was typed.
        match context.ui.one_key("Take this order?", &[ui::ENTER])? {
            Some(ui::ENTER) if !context.ui.yes_or_no("Drop what you typed?")? => {}
            Some(ui::ENTER) | None => return Err(declined(NOT_TAKEN).into()),
            Some(_) => return Ok(typed),
        }
    }
}

/// Asks for the name and the address, and offers those of the phone's last order. An empty address means no address.
fn ask_customer(
    phone: &str,
    store: &Store,
    style: RenderStyle<'_>,
    context: &Context,
) -> anyhow::Result<(String, String)> {
    let Some(last) = store.read(|read| read.last_order_of(phone))? else {
        let name = context.ask_value("Name", NOT_TAKEN, name)?;
        return Ok((name, context.ask_value("Address, if there is one", NOT_TAKEN, address)?));
    };
    ui::show(&order::customer_of(&last, style));
    let customer = last.customer;
    let name = context.ask_value("Name [the same]", NOT_TAKEN, |typed| match typed {
        "" => Ok(customer.name.clone()),
        typed => name(typed),
    })?;
    let question = if customer.address.is_some() { "Address [the same], or none" } else { "Address, if there is one" };
    let address = context.ask_value(question, NOT_TAKEN, |typed| match typed {
        "" => Ok(customer.address.clone().unwrap_or_default()),
        typed if typed.eq_ignore_ascii_case("none") => Ok(String::new()),
        typed => address(typed),
    })?;
    Ok((name, address))
}

/// Shows the order as it would be taken.
fn show(typed: &TypedDraft, store: &Store, style: RenderStyle<'_>, context: &Context) -> anyhow::Result<()> {
    let draft = store.read(|read| {
        let (incoming, _) = typed.clone().into_incoming(read, context.now, &context.caller)?;
        let catalogue = read.named_products(incoming.items.iter().map(|item| &item.product))?;
        let reference = Reference::made(Reference::PREFIX, context.now, 0);
        let resolved = resolve(incoming, reference, context.now, &catalogue, &mut context.ids());
        let refuse = |rejected| super::insert::refuse(FailureKind::InvalidInput, None, rejected);
        anyhow::Ok(resolved.map_err(|rejected| refuse(rejected.problems))?.draft())
    })?;
    ui::show(&order::draft(&draft, style));
    Ok(())
}

/// Returns how many pieces of a product and size are in stock beside those that were typed before.
fn left_in_stock(product: &Product, size: Option<&str>, before: &[TypedItem]) -> i64 {
    let key = |size: Option<&str>| size_key(size.unwrap_or_default());
    let is_same = |item: &&TypedItem| item.product.id == product.id && key(item.size.as_deref()) == key(size);
    let typed: i64 = before.iter().filter(is_same).map(|item| i64::from(item.quantity)).sum();
    let on_hand = product.stock_line(&key(size)).map_or(0, |line| line.on_hand);
    (on_hand - typed).max(0)
}

/// The products to pick from, with the texts that a search looks in.
struct Offered<'a> {
    products: &'a [Product],
    lines: Vec<String>,
    /// Name and barcode, folded.
    folded: Vec<[String; 2]>,
    width: usize,
}

impl<'a> Offered<'a> {
    fn of(products: &'a [Product], style: RenderStyle<'_>) -> Offered<'a> {
        let style = RenderStyle { width: style.width.saturating_sub(ui::MARGIN), color: false, ..style };
        let folded = products.iter().map(|one| [fold(&one.name), fold(one.barcode.as_deref().unwrap_or_default())]);
        Offered { products, lines: product::choices(products, style), folded: folded.collect(), width: style.width }
    }

    /// Asks for one more item; `None` if the person picks `no more items`.
    fn ask_item(&self, items: &[TypedItem], context: &Context) -> anyhow::Result<Option<TypedItem>> {
        // An order needs one item: `no more items` is offered from the second on.
        let ends = usize::from(!items.is_empty());
        let no_more = ["no more items".to_owned()];
        let lines: Vec<String> = no_more.iter().take(ends).chain(&self.lines).cloned().collect();
        let find = |text: &str| {
            let text = fold(text.trim());
            let fits = |place: &usize| self.folded[*place].iter().any(|words| words.contains(&text));
            (0..self.products.len()).filter(fits).map(|place| place + ends).collect()
        };
        let question = format!("Item {}:", items.len() + 1);
        let place = pick_line(&question, &lines, &find, NOT_TAKEN, context)?;
        let Some(place) = place.checked_sub(ends) else { return Ok(None) };
        let product = &self.products[place];
        let size = if product.is_sized() { Some(pick_size(product, self.width, NOT_TAKEN, context)?) } else { None };
        let left = left_in_stock(product, size.as_deref(), items);
        let quantity =
            context.ask_value(&format!("Quantity [1], {left} in stock"), NOT_TAKEN, |typed| match typed {
                "" => Ok(1),
                typed => quantity(typed),
            })?;
        // The price that was shown is the one that is agreed.
        let price = Some(product.list_price());
        Ok(Some(TypedItem { product: product.clone(), size, color: None, quantity, price }))
    }
}
