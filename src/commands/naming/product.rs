//! Which product is meant: a barcode, an id, or a name in full or in part.

use std::collections::HashSet;

use super::nearest::nearest;
use super::order::Naming;
use crate::domain::item_spec::ItemSpec;
use crate::domain::permission::Caller;
use crate::domain::product::{Product, ProductId, RemovedProduct};
use crate::domain::refusal::Conflict;
use crate::domain::text::shorten;
use crate::domain::time::Timestamp;
use crate::domain::typed_order::TypedItem;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::store::{Read, StoreError, fold};

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
        let problem = format!("only a part of {} was given", product.name);
        return Err(Failure::usage(format!("{problem}; nothing changed"))
            .error(problem)
            .hint(format!("in a script, give its SKU or id {handle}, or --yes"))
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
    let Some(owner) = caller.sees_only() else { return find_product(read, text) };
    let all = read.products_ordered_by(&owner)?;
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

/// Finds the products of items as typed. Callers who do not work in the shop name them in full, and learn nothing of others.
pub fn find_items(read: &Read<'_>, specs: &[String], option: &str, is_by_shop: bool) -> anyhow::Result<Vec<TypedItem>> {
    let all = read.all_products()?;
    let handles = |product: &Product| {
        let barcode = product.barcode.as_deref().map(fold);
        barcode.into_iter().chain([fold(&product.name), product.id.to_string()])
    };
    let whole: HashSet<String> = all.iter().flat_map(handles).collect();
    let tiers = if is_by_shop { &[Fit::Exact, Fit::Whole, Fit::Part][..] } else { &[Fit::Exact, Fit::Whole] };
    let items = specs.iter().map(|text| {
        let spec = ItemSpec::read(text, |text| whole.contains(&fold(text)));
        let spec = spec.map_err(|problem| {
            Failure::usage(format!("invalid value '{}' for '{option} <SPEC>': {problem}", shorten(text)))
        })?;
        let tiers = tiers.iter().map(|fit| all.iter().filter(|one| fit.is_of(one, &spec.product)).collect());
        let known = if is_by_shop { all.as_slice() } else { &[] };
        let product = pick_product(&spec.product, tiers, known)?.clone();
        let is_size = |text: &str| product.is_sized() && product.line_for(Some(text)).is_ok();
        let ItemSpec { size, color, quantity, price, .. } = spec.with_size_of(is_size);
        Ok(TypedItem { product, size, color, quantity, price })
    });
    items.collect()
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
