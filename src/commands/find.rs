//! Naming orders, products and accounts on the command line.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, BufRead, Read as _};

use super::Context;
use crate::domain::order::{Order, OrderPk};
use crate::domain::product::{Product, ProductId, RemovedProduct};
use crate::domain::reference::{Reference, SHORTEST_PART};
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::domain::user::{Caller, User, UserId};
use crate::domain::zone::Zone;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::render::zone::minute;
use crate::store::{OrderMatch, Read, StoreError, fold};
use crate::ui;

/// An order that was named.
#[derive(Debug, Clone)]
pub struct Found {
    pub pk: OrderPk,
    pub reference: Reference,
}

/// Who names orders, and how. Reading takes parts of references, phones and names; writing takes them only from a
/// person at a terminal or with `--yes`.
#[derive(Debug)]
pub struct Naming {
    caller: Caller,
    whole_only: bool,
    /// What was typed instead of a whole reference, with the reference.
    completed: RefCell<Vec<(String, Reference)>>,
}

impl Naming {
    /// Names orders for a command that reads.
    pub fn to_read(context: &Context) -> Naming {
        Naming { caller: context.caller.clone(), whole_only: false, completed: RefCell::default() }
    }

    /// Names orders for a command that writes.
    pub fn to_write(context: &Context) -> Naming {
        let is_agreed = context.global.yes || context.is_dry_run();
        let is_person = ui::is_interactive() && !context.global.no_input;
        Naming { whole_only: !is_agreed && !is_person, ..Naming::to_read(context) }
    }

    /// Says which orders were meant where no whole reference was typed.
    pub fn say(&self, context: &Context) {
        for (text, reference) in self.completed.take() {
            context.ui.note(&format!("{} is {reference}", shorten(&text)));
        }
    }

    fn complete(&self, text: &str, order: OrderMatch) -> Result<Found, Failure> {
        let reference = &order.reference;
        if self.whole_only {
            let is_part = reference.as_str().to_lowercase().contains(&text.to_lowercase());
            let given = if is_part { "a part of" } else { "the customer of" };
            return Err(Failure::usage(format!("only {given} {reference} was given; nothing changed"))
                .hint(format!("in a script, give the whole reference {reference}, or --yes")));
        }
        self.completed.borrow_mut().push((text.to_owned(), reference.clone()));
        Ok(Found { pk: order.pk, reference: order.reference })
    }
}

/// The help for the REF of a command that reads.
pub const REF_TO_READ: &str = "A reference or an id; a part of a reference, a phone or a name that fits one order";
/// The help for the REF of a command that writes.
pub const REF_TO_WRITE: &str = "A reference or an id; a part of a reference, a phone or a name that fits one order (in a \
     script, what writes wants the whole reference or --yes)";
/// The help for the REFs of a command that reads.
pub const REFS_TO_READ: &str = "References or ids; parts of references, phones or names that fit one order each; - reads \
     them from stdin";
/// The help for the REFs of a command that writes.
pub const REFS_TO_WRITE: &str = "References or ids; parts of references, phones or names that fit one order each (in a \
     script, what writes wants whole references or --yes); - reads them from stdin";

/// The most references in one call: they share one transaction, and memory holds their orders.
const REFERENCES_LIMIT: usize = 10_000;
/// The most bytes in a line that names an order.
const LINE_LIMIT: u64 = 1024;
/// How many texts of a call may search the parts of all references.
const PARTS_LIMIT: usize = 20;

/// The text given for an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Given {
    text: String,
    /// Whether it comes from a list, as `list -q` prints it: then a whole reference comes first.
    is_listed: bool,
}

impl Given {
    /// Takes text that a person typed.
    pub fn typed(text: String) -> Given {
        Given { text, is_listed: false }
    }

    /// Takes text from a list of references.
    pub fn listed(text: String) -> Given {
        Given { text, is_listed: true }
    }
}

/// The orders that a command line names.
#[derive(Debug)]
pub struct References {
    pub texts: Vec<Given>,
    /// Whether the result is an array: always, unless one argument named one order.
    pub is_list: bool,
    /// Whether a person picked them from a list instead of naming them.
    pub are_picked: bool,
}

/// Makes the failure of a command line that names no order.
pub fn none_named() -> Failure {
    Failure::usage("name an order").hint(list_orders())
}

/// Makes a hint at the command that lists the orders.
pub fn list_orders() -> Hint {
    Hint::run("to see which there are", CommandLine::of("list"))
}

/// Returns the references on a command line; `-` stands for those on stdin, one a line.
pub fn expand_references(args: &[String], context: &Context) -> anyhow::Result<References> {
    if args.is_empty() {
        return Err(none_named().into());
    }
    let mut texts = Vec::new();
    for arg in args {
        if arg == "-" {
            if ui::is_interactive() {
                context.ui.note("reading references, one a line; Ctrl-D ends");
            }
            read_references(&mut io::stdin().lock(), &mut texts)?;
        } else {
            texts.push(Given::typed(arg.clone()));
        }
    }
    if texts.len() > REFERENCES_LIMIT {
        return Err(too_many().into());
    }
    Ok(References { texts, is_list: args.len() > 1 || args.first().is_some_and(|arg| arg == "-"), are_picked: false })
}

/// Reads references, one a line, up to the limit of a call.
fn read_references(input: &mut dyn BufRead, texts: &mut Vec<Given>) -> Result<(), Failure> {
    let invalid = |problem: String| Failure::new(FailureKind::InvalidInput, problem);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let mut rest = input.take(LINE_LIMIT);
        rest.read_until(b'\n', &mut line).map_err(|error| Failure::io(&error, "cannot read stdin"))?;
        if rest.limit() == 0 && !line.ends_with(b"\n") {
            return Err(invalid(format!(
                "line {number} of stdin has {LINE_LIMIT} bytes or more, which no reference has"
            )));
        }
        let text = std::str::from_utf8(&line).map_err(|_| invalid(format!("line {number} of stdin is not UTF-8")))?;
        if line.is_empty() {
            break;
        }
        texts.extend(Some(text.trim().to_owned()).filter(|text| !text.is_empty()).map(Given::listed));
        if texts.len() > REFERENCES_LIMIT {
            return Err(too_many());
        }
    }
    Ok(())
}

fn too_many() -> Failure {
    Failure::new(
        FailureKind::InvalidInput,
        format!("more than {REFERENCES_LIMIT} references; one call takes {REFERENCES_LIMIT}"),
    )
    .hint("split the list into several")
}

/// Finds orders by what was typed.
struct Finder<'a, 'c> {
    read: &'a Read<'c>,
    naming: &'a Naming,
    /// The only account whose orders are found.
    user: Option<UserId>,
    /// How many more texts are searched for near misses: a script's thousand wrong ones get none.
    near_misses_left: usize,
    /// How many more texts may search the parts of all references: for a thousand wrong ones that would be slow.
    parts_left: usize,
}

impl Finder<'_, '_> {
    fn find(&mut self, text: &str, is_listed: bool) -> Result<Result<Found, Failure>, StoreError> {
        let text = text.trim();
        let mut whole = self.read.match_whole(text, self.user)?;
        let is_reference = |order: &OrderMatch| order.reference.as_str().eq_ignore_ascii_case(text);
        // Otherwise a guest whose reference is another's phone would stop every list that contains it.
        if is_listed && whole.iter().any(is_reference) {
            whole.retain(is_reference);
        }
        match whole.len() {
            0 => {}
            1 => {
                let order = whole.remove(0);
                return Ok(Ok(Found { pk: order.pk, reference: order.reference }));
            }
            _ => return Ok(Err(ambiguous(text, &whole, self.read.settings()?.zone()))),
        }
        if self.parts_left == 0 {
            return Ok(Err(not_found(text).hint(format!(
                "one call looks for {PARTS_LIMIT} parts of references at most: give whole references"
            ))));
        }
        self.parts_left -= 1;
        let mut orders = self.read.match_parts(text, self.user)?;
        Ok(match orders.len() {
            0 => Err(self.not_found(text)?),
            1 => self.naming.complete(text, orders.remove(0)),
            _ => Err(ambiguous(text, &orders, self.read.settings()?.zone())),
        })
    }

    fn not_found(&mut self, text: &str) -> Result<Failure, StoreError> {
        let failure = not_found(text);
        let is_short = text.chars().count() < SHORTEST_PART;
        let mut near = None;
        if self.near_misses_left > 0 && !is_short {
            self.near_misses_left -= 1;
            let references = self.read.newest_references(self.user, NEAR_MISSES_AMONG)?;
            near = nearest(text, references.iter().map(String::as_str)).map(str::to_owned);
        }
        Ok(match near {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None if is_short => {
                failure.hint(format!("a part of a reference needs at least {SHORTEST_PART} characters"))
            }
            None => failure.hint(list_orders()),
        })
    }
}

fn not_found(text: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("order {} not found", shorten(text)))
        .error(format!("Order {} not found", shorten(text)))
}

/// How many of the newest references are searched for a near miss.
const NEAR_MISSES_AMONG: u32 = 5000;

/// What was typed, with the order that it names or why it names none.
pub type Named<'t> = (&'t str, Result<Found, Failure>);

/// Finds the orders, each once, in the order named, or says why not. Orders that the caller may not see are not found.
pub fn name_orders<'t>(read: &Read<'_>, texts: &'t [Given], naming: &Naming) -> Result<Vec<Named<'t>>, StoreError> {
    let mut finder =
        Finder { read, naming, user: naming.caller.sees_only(), near_misses_left: 3, parts_left: PARTS_LIMIT };
    let (mut seen, mut seen_texts) = (HashSet::new(), HashSet::new());
    let mut named = Vec::with_capacity(texts.len());
    for given in texts.iter().filter(|given| seen_texts.insert(*given)) {
        let found = finder.find(&given.text, given.is_listed)?;
        if found.as_ref().ok().is_none_or(|found| seen.insert(found.pk)) {
            named.push((given.text.as_str(), found));
        }
    }
    Ok(named)
}

/// Finds the orders, each once, in the order named: all or none, unless `keep_going`.
pub fn name_orders_or_none<'t>(
    read: &Read<'_>,
    texts: &'t [Given],
    naming: &Naming,
    keep_going: bool,
) -> anyhow::Result<Vec<Named<'t>>> {
    let named = name_orders(read, texts, naming)?;
    if keep_going || named.iter().all(|(_, found)| found.is_ok()) {
        return Ok(named);
    }
    let failure = merge(named.into_iter().filter_map(|(_, found)| found.err()).collect());
    // A shell splits a number with spaces into several arguments.
    let is_number =
        |given: &Given| !given.is_listed && given.text.chars().all(|c| c.is_ascii_digit() || "+-()".contains(c));
    if texts.len() > 1 && texts.iter().all(is_number) {
        let words: Vec<&str> = texts.iter().map(|given| given.text.as_str()).collect();
        return Err(failure.hint(format!("a phone number with spaces goes in quotes: '{}'", words.join(" "))).into());
    }
    Err(failure.into())
}

/// Merges failures into one: the first kind by exit code, and every problem as a detail.
fn merge(mut failures: Vec<Failure>) -> Failure {
    failures.sort_by_key(|failure| (failure.kind == FailureKind::Usage, failure.kind.exit_code()));
    if failures.len() == 1 {
        return failures.remove(0);
    }
    let kind = failures[0].kind;
    let message = format!("{} references do not name one order each", failures.len());
    let remedies = std::mem::take(&mut failures[0].remedies);
    let detail = |failure: Failure| match failure.details.as_slice() {
        [] => failure.error,
        candidates => format!("{}: {}", failure.error, candidates.join("; ")),
    };
    let details = failures.into_iter().map(detail).collect();
    Failure { remedies, ..Failure::new(kind, message).details(details) }
}

/// Returns the candidate closest to a mistyped text, if one is close.
pub fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if text.chars().count() > 60 {
        return None;
    }
    let text = text.to_lowercase();
    let allowed = (text.chars().count() / 4).clamp(1, 4);
    candidates
        .map(|candidate| (strsim::osa_distance(&text, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Says which orders a text fits. Where it is the whole reference of one, only an id can name that order.
fn ambiguous(text: &str, orders: &[OrderMatch], zone: Zone) -> Failure {
    const SHOWN: usize = 10;
    let count = if orders.len() > SHOWN { format!("more than {SHOWN}") } else { orders.len().to_string() };
    let is_whole = |order: &&OrderMatch| order.reference.as_str().eq_ignore_ascii_case(text);
    let details = orders.iter().take(SHOWN).map(|order| {
        let id = if is_whole(&order) { format!(" (id {})", order.id) } else { String::new() };
        format!("{}{id}: {}, {}", order.reference, order.customer_name, minute(order.order_date, zone))
    });
    let hint = match orders.iter().find(is_whole) {
        Some(order) => {
            format!("a guest chose that reference: name another order by its own, this one by its id {}", order.id)
        }
        None => "name one by its reference".to_owned(),
    };
    let message = format!("{} fits {count} orders", shorten(text));
    Failure::new(FailureKind::Conflict(Conflict::Ambiguous), message).details(details.collect()).hint(hint)
}

/// Finds the one order that `text` names.
pub fn find_order(read: &Read<'_>, text: &str, naming: &Naming) -> anyhow::Result<Order> {
    let mut finder = Finder { read, naming, user: naming.caller.sees_only(), near_misses_left: 1, parts_left: 1 };
    let found = finder.find(text, false)??;
    Ok(read.orders(&[found.pk])?.remove(0))
}

/// Finds the account with this name.
pub fn find_user(read: &Read<'_>, username: &str) -> anyhow::Result<User> {
    Ok(read.user(username.trim())?.ok_or_else(|| user_not_found(username))?)
}

/// Makes the failure for an unknown account.
pub fn user_not_found(username: &str) -> Failure {
    let username = shorten(username.trim());
    Failure::new(FailureKind::NotFound, format!("account {username} not found"))
        .error(format!("User {username} not found"))
        .hint(Hint::run("to see which there are", CommandLine::of("user list")))
}

/// Finds the product that `text` names: a barcode, an id, or a part of one name.
pub fn find_product(read: &Read<'_>, text: &str) -> anyhow::Result<Product> {
    Ok(find_product_or_part(read, text)?.0)
}

/// Finds the product that `text` names, for a command that is hard to undo: in a script, a part of a name is not
/// enough. Also returns whether only a part was given.
pub fn find_product_to_remove(read: &Read<'_>, text: &str, naming: &Naming) -> anyhow::Result<(Product, bool)> {
    let (product, is_part) = find_product_or_part(read, text)?;
    if is_part && naming.whole_only {
        let handle = product.handle();
        return Err(Failure::usage(format!("only a part of {} was given; nothing changed", product.name))
            .hint(format!("in a script, give its barcode or id {handle}, or --yes"))
            .into());
    }
    Ok((product, is_part))
}

fn find_product_or_part(read: &Read<'_>, text: &str) -> anyhow::Result<(Product, bool)> {
    if let Some(product) = product_with(read, text)? {
        return Ok((product, false));
    }
    let all = read.all_products()?;
    let of = |fit: Fit| all.iter().filter(|product| fit.is_of(product, text)).collect::<Vec<_>>();
    let (whole, part) = (of(Fit::Whole), of(Fit::Part));
    let is_part = whole.is_empty();
    Ok((pick_product(text, [whole, part].into_iter(), &all)?.clone(), is_part))
}

/// Finds the product that `text` names, for listing orders. Callers who see only their own orders find only the
/// products in them, and learn nothing else of the catalogue.
pub fn find_ordered_product(read: &Read<'_>, text: &str, caller: &Caller) -> anyhow::Result<Product> {
    let Some(user) = caller.sees_only() else { return find_product(read, text) };
    let all = read.products_ordered_by(user)?;
    let tiers = [Fit::Exact, Fit::Whole, Fit::Part];
    let tiers = tiers.map(|fit| all.iter().filter(|product| fit.is_of(product, text)).collect());
    pick_product(text, tiers.into_iter(), &all).cloned()
}

/// Finds the product that `text` names, also among removed ones; the catalogue's comes first if it fits as well.
pub fn find_product_or_removed(read: &Read<'_>, text: &str) -> anyhow::Result<(Product, Option<Timestamp>)> {
    if let Some(product) = product_with(read, text)? {
        return Ok((product, None));
    }
    let removed = read.removed_products()?;
    // The last product with this barcode is meant.
    if let Some(RemovedProduct { product, at }) =
        removed.iter().find(|removed| Fit::Exact.is_of(&removed.product, text))
    {
        return Ok((product.clone(), Some(*at)));
    }
    let all = read.all_products()?;
    let tiers = [Fit::Whole, Fit::Part].into_iter().flat_map(|fit| {
        let here = all.iter().filter(move |product| fit.is_of(product, text)).collect();
        [here, removed.iter().map(|removed| &removed.product).filter(move |product| fit.is_of(product, text)).collect()]
    });
    let found = pick_product(text, tiers, &all)?;
    let at = removed.iter().find(|removed| removed.product.id == found.id).map(|removed| removed.at);
    Ok((found.clone(), at))
}

fn product_with(read: &Read<'_>, text: &str) -> Result<Option<Product>, StoreError> {
    let id = uuid::Uuid::try_parse(text).ok().map(ProductId);
    let exact = read.matching_products(id, Some(text))?;
    Ok(exact.by_barcode.or(exact.by_id))
}

/// How typed text fits a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// The barcode or id.
    Exact,
    /// The barcode or name, in another spelling.
    Whole,
    /// A part of the name.
    Part,
}

impl Fit {
    fn is_of(self, product: &Product, text: &str) -> bool {
        let typed = fold(text.trim());
        let is_barcode = |is_it: &dyn Fn(&str) -> bool| product.barcode.as_deref().is_some_and(is_it);
        match self {
            Fit::Exact => is_barcode(&|barcode| barcode == text) || product.id.to_string() == text.to_lowercase(),
            Fit::Whole => is_barcode(&|barcode| fold(barcode) == typed) || fold(&product.name) == typed,
            Fit::Part => !typed.is_empty() && fold(&product.name).contains(&typed),
        }
    }
}

/// Picks the only product of the first tier that has any.
fn pick_product<'p>(
    text: &str,
    mut tiers: impl Iterator<Item = Vec<&'p Product>>,
    all: &[Product],
) -> anyhow::Result<&'p Product> {
    let found = tiers.find(|found| !found.is_empty()).unwrap_or_default();
    match found.as_slice() {
        [product] => Ok(product),
        [] => Err(product_not_found(text, all).into()),
        several => {
            let message = format!("{} fits {} products", shorten(text), several.len());
            let mut details: Vec<String> = several.iter().map(|p| format!("{}: {}", p.handle(), p.name)).collect();
            details.sort();
            details.truncate(10);
            Err(Failure::new(FailureKind::Conflict(Conflict::Ambiguous), message)
                .details(details)
                .hint("name one by its SKU or id")
                .into())
        }
    }
}

fn product_not_found(text: &str, all: &[Product]) -> Failure {
    let failure = Failure::new(FailureKind::NotFound, format!("product {} not found", shorten(text)))
        .error(format!("Product {} not found", shorten(text)));
    let names = all.iter().flat_map(|p| p.barcode.as_deref().into_iter().chain([p.name.as_str()]));
    match nearest(text, names) {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => failure.hint(Hint::run("to see which there are", CommandLine::of("product list"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_up_to_the_limit_of_a_call() {
        let read = |mut input: &[u8]| {
            let mut texts = Vec::new();
            read_references(&mut input, &mut texts).map(|()| texts).map_err(|failure| (failure.kind, input.len()))
        };
        assert_eq!(read(b" LEG-1\r\n\nLEG-2"), Ok(["LEG-1", "LEG-2"].map(str::to_owned).map(Given::listed).to_vec()));
        let many = "x\n".repeat(3 * REFERENCES_LIMIT);
        assert_eq!(read(&many.as_bytes()[..2 * REFERENCES_LIMIT]).unwrap().len(), REFERENCES_LIMIT);
        // The rest is not read.
        assert_eq!(read(many.as_bytes()), Err((FailureKind::InvalidInput, 4 * REFERENCES_LIMIT - 2)));
        assert_eq!(read(&[0; 5000]), Err((FailureKind::InvalidInput, 5000 - 1024)));
        assert_eq!(read(b"\xff\n").unwrap_err().0, FailureKind::InvalidInput);
    }

    #[test]
    fn a_near_miss_is_one_a_person_would_recognise() {
        let references = ["LEG-LXYZ1234-AB5C", "LEG-MLB2TG0R-7HTX"];
        for (typed, expected) in [
            ("LEG-LXYZ1234-AB5D", Some("LEG-LXYZ1234-AB5C")),
            ("leg-lxyz1243-ab5c", Some("LEG-LXYZ1234-AB5C")),
            ("LEG-XXXX9999-AB5C", None),
            ("hello", None),
        ] {
            assert_eq!(nearest(typed, references.into_iter()), expected, "{typed}");
        }
    }
}
