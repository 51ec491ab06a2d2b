//! Naming orders and products on the command line.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read as _};

use crate::domain::order::{Order, OrderPk};
use crate::domain::product::{Product, ProductId, RemovedProduct};
use crate::domain::reference::{Reference, SHORTEST_PART};
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::domain::user::{Caller, User, UserId};
use crate::domain::zone::Zone;
use crate::error::{Failure, Kind};
use crate::render::zone::{minute, zone_of};
use crate::store::{Match, OrderMatch, Read, StoreError, fold};

/// An order that was named.
#[derive(Debug, Clone)]
pub struct Found {
    /// The order.
    pub pk: OrderPk,
    /// Its full reference.
    pub reference: Reference,
    /// Whether it was named by its whole reference or id.
    pub is_exact: bool,
}

/// The most bytes that a list of references on stdin may have.
const STDIN_LIMIT: u64 = 64 << 20;

/// The orders that a command line names.
#[derive(Debug)]
pub struct References {
    /// What was typed for each.
    pub texts: Vec<String>,
    /// Whether the result is an array: unless one argument named one order.
    pub is_list: bool,
}

/// Returns the references on a command line; `-` stands for those on stdin, one a line.
pub fn expand_references(args: &[String]) -> anyhow::Result<References> {
    if args.is_empty() {
        return Err(Failure::usage("name an order").hint("orders list shows what there is").into());
    }
    let mut references = Vec::new();
    for arg in args {
        if arg != "-" {
            references.push(arg.clone());
            continue;
        }
        let mut stdin = std::io::stdin().lock().take(STDIN_LIMIT);
        for line in BufReader::new(&mut stdin).lines() {
            let line = line.map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => Failure::new(Kind::InvalidInput, "stdin is not UTF-8"),
                _ => Failure::io(&error, format!("stdin: {error}")),
            })?;
            references.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
        }
        if stdin.limit() == 0 {
            return Err(Failure::new(Kind::InvalidInput, format!("stdin has more than {STDIN_LIMIT} bytes")).into());
        }
    }
    Ok(References { texts: references, is_list: args.len() > 1 || args[0] == "-" })
}

/// Finds orders by what was typed.
struct Finder<'a, 'c> {
    read: &'a Read<'c>,
    /// The only account whose orders are found.
    user: Option<UserId>,
    /// For how many more texts a near miss is looked for: a script's thousand wrong ones get none.
    near_misses_left: usize,
}

impl Finder<'_, '_> {
    fn find(&mut self, text: &str) -> Result<Result<Found, Failure>, StoreError> {
        let found = |order: OrderMatch, is_exact| Found { pk: order.pk, reference: order.reference, is_exact };
        Ok(match self.read.match_orders(text, self.user)? {
            Match::Exact(order) => Ok(found(order, true)),
            Match::Part(mut orders) => match orders.len() {
                0 => Err(self.not_found(text)?),
                1 => Ok(found(orders.remove(0), false)),
                _ => Err(ambiguous(text, &orders, zone_of(&self.read.settings()?))),
            },
        })
    }

    fn not_found(&mut self, text: &str) -> Result<Failure, StoreError> {
        let failure = Failure::new(Kind::NotFound, format!("order {} not found", shorten(text)))
            .error(format!("Order {} not found", shorten(text)));
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
            None => failure.hint("orders list shows what there is"),
        })
    }
}

/// Among how many of the newest references a near miss is looked for.
const NEAR_MISSES_AMONG: u32 = 5000;

/// What was typed, with the order that it names or why it names none.
pub type Named<'t> = (&'t str, Result<Found, Failure>);

/// Finds all orders, each once, in the order named, or says of each why not; those that the caller may not see are not
/// found.
pub fn name_orders<'t>(read: &Read<'_>, texts: &'t [String], caller: &Caller) -> Result<Vec<Named<'t>>, StoreError> {
    let mut finder = Finder { read, user: caller.sees_only(), near_misses_left: 3 };
    let mut seen = HashSet::new();
    let mut named = Vec::with_capacity(texts.len());
    for text in texts {
        let found = finder.find(text)?;
        if found.as_ref().ok().is_none_or(|found| seen.insert(found.pk)) {
            named.push((text.as_str(), found));
        }
    }
    Ok(named)
}

/// Finds all orders, each once, in the order named; unless `keep_going`, all of them are found or none is.
pub fn name_orders_or_none<'t>(
    read: &Read<'_>,
    texts: &'t [String],
    caller: &Caller,
    keep_going: bool,
) -> anyhow::Result<Vec<Named<'t>>> {
    let named = name_orders(read, texts, caller)?;
    if keep_going || named.iter().all(|(_, found)| found.is_ok()) {
        return Ok(named);
    }
    Err(merge(named.into_iter().filter_map(|(_, found)| found.err()).collect()).into())
}

/// Finds all orders, each once, in the order named; else says of every one that was not found why.
pub fn find_orders(read: &Read<'_>, texts: &[String], caller: &Caller) -> anyhow::Result<Vec<Found>> {
    let mut orders = Vec::with_capacity(texts.len());
    let mut failures = Vec::new();
    for (_, found) in name_orders(read, texts, caller)? {
        match found {
            Ok(found) => orders.push(found),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() { Ok(orders) } else { Err(merge(failures).into()) }
}

/// Makes one failure of several: the first kind by exit code, every problem a detail.
fn merge(mut failures: Vec<Failure>) -> Failure {
    failures.sort_by_key(|failure| failure.kind.exit_code());
    if failures.len() == 1 {
        return failures.remove(0);
    }
    let kind = failures[0].kind;
    let message = format!("{} references do not name one order each", failures.len());
    let hint = failures[0].hint.take();
    let detail = |failure: Failure| match failure.details.as_slice() {
        [] => failure.error,
        candidates => format!("{}: {}", failure.error, candidates.join("; ")),
    };
    let details = failures.into_iter().map(detail).collect();
    Failure { hint, ..Failure::new(kind, message).details(details) }
}

/// Returns the candidate that is closest to a mistyped text, if one is close at all.
fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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

fn ambiguous(text: &str, orders: &[OrderMatch], zone: Zone) -> Failure {
    const SHOWN: usize = 10;
    let count = if orders.len() > SHOWN { format!("more than {SHOWN}") } else { orders.len().to_string() };
    let details = orders
        .iter()
        .take(SHOWN)
        .map(|order| format!("{}: {}, {}", order.reference, order.customer_name, minute(order.order_date, zone)))
        .collect();
    let message = format!("{} fits {count} orders", shorten(text));
    Failure::new(Kind::Conflict(Conflict::Ambiguous), message).details(details).hint("give more of the reference")
}

/// Finds the one order that `text` names.
pub fn find_order(read: &Read<'_>, text: &str, caller: &Caller) -> anyhow::Result<Order> {
    let mut finder = Finder { read, user: caller.sees_only(), near_misses_left: 1 };
    let found = finder.find(text)??;
    Ok(read.orders(&[found.pk])?.remove(0))
}

/// Finds the account with this name.
pub fn find_user(read: &Read<'_>, username: &str) -> anyhow::Result<User> {
    Ok(read.user(username.trim())?.ok_or_else(|| user_not_found(username))?)
}

/// Says that there is no account with this name.
pub fn user_not_found(username: &str) -> Failure {
    let username = shorten(username.trim());
    Failure::new(Kind::NotFound, format!("user {username} not found"))
        .error(format!("User {username} not found"))
        .hint("orders user list shows the accounts")
}

/// Finds the product that `text` names: a barcode, an id, or a part of one name.
pub fn find_product(read: &Read<'_>, text: &str) -> anyhow::Result<Product> {
    if let Some(product) = product_with(read, text)? {
        return Ok(product);
    }
    let all = read.all_products()?;
    let tiers = [Fit::Whole, Fit::Part].map(|fit| all.iter().filter(|product| fit.is_of(product, text)).collect());
    pick_product(text, tiers.into_iter(), &all).cloned()
}

/// Finds the product that `text` names, also among those that were removed; the catalogue's comes first where it fits as
/// well.
pub fn find_product_or_removed(read: &Read<'_>, text: &str) -> anyhow::Result<(Product, Option<Timestamp>)> {
    if let Some(product) = product_with(read, text)? {
        return Ok((product, None));
    }
    let removed = read.removed_products()?;
    // The last one that had a barcode is meant.
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

/// How a typed text fits a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is its barcode or id.
    Exact,
    /// It is its barcode or name, in another spelling.
    Whole,
    /// It is a part of its name.
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

/// Picks the one product of the first tier that has any.
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
            let details = several.iter().take(10).map(|p| format!("{}: {}", p.handle(), p.name)).collect();
            Err(Failure::new(Kind::Conflict(Conflict::Ambiguous), message)
                .details(details)
                .hint("give the SKU or more of the name")
                .into())
        }
    }
}

fn product_not_found(text: &str, all: &[Product]) -> Failure {
    let failure = Failure::new(Kind::NotFound, format!("product {} not found", shorten(text)))
        .error(format!("Product {} not found", shorten(text)));
    let names = all.iter().flat_map(|p| p.barcode.as_deref().into_iter().chain([p.name.as_str()]));
    match nearest(text, names) {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => failure.hint("orders product list shows what there is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_one_that_a_person_would_recognise() {
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
