//! What an incoming product changes in the catalogue.

use std::fmt;

use uuid::Uuid;

use super::limits::SIZES;
use super::money::Money;
use super::product::{PriceField, Product, ProductId, StockLine};
use super::refusal::{Conflict, Refusal, RefusalKind};
use super::remedy::Remedy;
use super::row_product::{NamingRefusal, RowMatches, RowProduct};
use super::text::{shorten, size_key};

/// A product as received. An absent key keeps the stored value; an inner `None` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncomingProduct {
    /// The id, if sent.
    pub id: Option<ProductId>,
    /// The name.
    pub name: Option<String>,
    /// The barcode.
    pub barcode: Option<Option<String>>,
    /// The price.
    pub price: Option<Money>,
    /// The discounted price.
    pub discounted_price: Option<Option<Money>>,
    /// The pictures.
    pub image_paths: Option<Vec<String>>,
    /// The stock at or below which it counts as low.
    pub low_stock_at: Option<Option<i64>>,
    /// The stock, by size or as one number.
    pub stock: Option<IncomingStock>,
}

/// The stock that a product was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncomingStock {
    /// Not tracked by size.
    Total(i64),
    /// By size, as spelled.
    BySize(Vec<(String, i64)>),
    /// The sizes alone, as spelled: how many there are is not said.
    Sizes(Vec<String>),
}

impl IncomingStock {
    /// Returns it as stock lines.
    pub fn lines(&self) -> Vec<StockLine> {
        let line =
            |size: &String, on_hand| StockLine { size_key: size_key(size), size: size.trim().to_owned(), on_hand };
        match self {
            IncomingStock::Total(on_hand) => vec![line(&String::new(), *on_hand)],
            IncomingStock::BySize(sizes) => sizes.iter().map(|(size, on_hand)| line(size, *on_hand)).collect(),
            IncomingStock::Sizes(sizes) => sizes.iter().map(|size| line(size, 0)).collect(),
        }
    }
}

/// The stored products that an incoming one may mean.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    /// The product with its id.
    pub by_id: Option<Product>,
    /// The product with its barcode.
    pub by_barcode: Option<Product>,
    /// The removed product with its id, which comes back.
    pub removed: Option<Product>,
}

/// What to do with an incoming product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductChange {
    /// Write it, with its stock as the first movements.
    New(Product),
    /// Write everything but its stock.
    Update(Product),
    /// It already has these values.
    Unchanged(Product),
}

impl ProductChange {
    /// Returns the product as it will be.
    pub fn product(&self) -> &Product {
        match self {
            ProductChange::New(product) | ProductChange::Update(product) | ProductChange::Unchanged(product) => product,
        }
    }

    /// Returns the product as it will be.
    pub fn into_product(self) -> Product {
        match self {
            ProductChange::New(product) | ProductChange::Update(product) | ProductChange::Unchanged(product) => product,
        }
    }
}

/// A decided product, with what a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDecision {
    /// What to write.
    pub change: ProductChange,
    /// What changes in a known product.
    pub differences: Vec<FieldChange>,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// The notice that the sent stock was ignored, if it differs.
    pub ignored_stock: Option<String>,
}

/// A value of a product that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its key, as in JSON.
    pub field: &'static str,
    /// The value before; `None` if there was none.
    pub from: Option<String>,
    /// The value after; `None` if there is none any more.
    pub to: Option<String>,
}

impl FieldChange {
    /// Returns whether it is a price, of which the history keeps every change.
    pub fn is_price(&self) -> bool {
        PriceField::parse(self.field).is_some()
    }
}

/// Returns the differences between a product before and after, its stock aside.
fn differences(before: &Product, after: &Product) -> Vec<FieldChange> {
    let values = |product: &Product| {
        [
            ("name", Some(product.name.clone())),
            ("barcode", product.barcode.clone()),
            ("price", Some(product.price.to_string())),
            ("discountedPrice", product.discounted_price.map(|price| price.to_string())),
            ("imagePaths", Some(product.image_paths.join(" ")).filter(|paths| !paths.is_empty())),
            ("lowStockAt", product.low_stock_at.map(|limit| limit.to_string())),
        ]
    };
    let pairs = values(before).into_iter().zip(values(after));
    let differing = pairs.filter(|((_, from), (_, to))| from != to);
    differing.map(|((field, from), (_, to))| FieldChange { field, from, to }).collect()
}

/// Why an incoming product was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRejected {
    /// Invalid input, or a conflict with the catalogue.
    pub kind: RefusalKind,
    /// The problems.
    pub problems: Vec<ProductProblem>,
}

/// What is wrong with a value of an incoming product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductProblem {
    /// The key of the value, as in JSON; in a table, the name of the column.
    pub key: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for ProductProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

impl From<NamingRefusal> for ProductRejected {
    fn from(refusal: NamingRefusal) -> ProductRejected {
        ProductRejected::of(refusal.kind, refusal.column.as_str(), refusal.problem)
    }
}

/// Decides about a product that must be new: its id and barcode must not exist yet.
pub fn add(incoming: &IncomingProduct, matches: Matches, new_id: &mut dyn FnMut() -> Uuid) -> Result<Product, Refusal> {
    let Matches { by_id, by_barcode, removed, .. } = matches;
    if let Some(known) = by_barcode.or(by_id) {
        return Err(Refusal::conflict(
            Conflict::Exists,
            format!("the catalogue has {} already: {}", known.handle(), known.name),
        )
        .remedy(Remedy::SetProduct(known.handle())));
    }
    new_product(incoming, removed.as_ref(), new_id).map_err(ProductRejected::into_refusal)
}

impl ProductRejected {
    fn of(kind: RefusalKind, key: &'static str, problem: String) -> ProductRejected {
        ProductRejected { kind, problems: vec![ProductProblem { key, problem }] }
    }

    /// Makes the refusal of a command about this one product.
    pub fn into_refusal(self) -> Refusal {
        let message = match self.kind {
            RefusalKind::Conflict(_) => "the product conflicts with another",
            _ => "invalid product",
        };
        Refusal::new(self.kind, message).details(self.problems.iter().map(ToString::to_string).collect())
    }
}

/// Decides what an incoming product changes. It is matched by id, else by barcode.
///
/// Only a new product gets its stock from here: later, only counting and adjusting change it.
pub fn decide(
    incoming: &IncomingProduct,
    matches: Matches,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<ProductDecision, ProductRejected> {
    if let (Some(id), Some(other)) = (incoming.id, &matches.by_barcode)
        && other.id != id
    {
        let barcode = other.barcode.as_deref().unwrap_or_default();
        let problem = format!("{barcode} is the barcode of {} ({})", other.name, other.id);
        return Err(ProductRejected::of(RefusalKind::Conflict(Conflict::Exists), "barcode", problem));
    }
    let Matches { by_id, by_barcode, removed } = matches;
    if let Some(known) = by_id.or(by_barcode) {
        return Ok(update(incoming, known));
    }
    let product = new_product(incoming, removed.as_ref(), new_id)?;
    let is_named = incoming.id.is_some() || product.barcode.is_some();
    let nameless = || format!("{} has neither id nor barcode: importing it again would add it twice", product.name);
    let warning = (!is_named).then(nameless);
    Ok(start(product, warning))
}

/// Decides what a row of a table changes; `removed` is the removed product with its id.
pub fn decide_row(
    incoming: &IncomingProduct,
    matches: RowMatches,
    removed: Option<&Product>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<ProductDecision, ProductRejected> {
    let row = incoming.row();
    let namesake = matches.namesakes.first().map(Product::handle);
    if let Some(known) = row.find(matches)? {
        // A SKU without its leading zeros is not a new one.
        let barcode = incoming.barcode.clone().filter(|_| !row.has_sku_of(&known));
        return Ok(update(&IncomingProduct { barcode, ..incoming.clone() }, known));
    }
    let product = new_product(incoming, removed, new_id)?;
    let (name, handle) = (&product.name, product.handle());
    let warning = namesake.map(|other| format!("{name} ({handle}) is new; {other} has this name too"));
    Ok(start(product, warning))
}

impl IncomingProduct {
    /// Returns how it names its product, as a row of a table does.
    pub fn row(&self) -> RowProduct {
        RowProduct { id: self.id, sku: self.barcode.clone().flatten(), name: self.name.clone() }
    }
}

/// Decides to start a product.
fn start(product: Product, warning: Option<String>) -> ProductDecision {
    let warnings = warning.into_iter().chain(discount_warning(&product)).collect();
    ProductDecision { change: ProductChange::New(product), differences: Vec::new(), warnings, ignored_stock: None }
}

/// Decides what changes of a known product.
fn update(incoming: &IncomingProduct, known: Product) -> ProductDecision {
    let ignored_stock = stock_warning(incoming, &known);
    let updated = Product {
        id: known.id,
        name: incoming.name.clone().unwrap_or_else(|| known.name.clone()),
        barcode: incoming.barcode.clone().unwrap_or_else(|| known.barcode.clone()),
        price: incoming.price.unwrap_or(known.price),
        discounted_price: incoming.discounted_price.map_or(known.discounted_price, Product::discounted_price_or_none),
        image_paths: incoming.image_paths.clone().unwrap_or_else(|| known.image_paths.clone()),
        low_stock_at: incoming.low_stock_at.unwrap_or(known.low_stock_at),
        stock: known.stock.clone(),
    };
    if updated == known {
        let change = ProductChange::Unchanged(known);
        return ProductDecision { change, differences: Vec::new(), warnings: Vec::new(), ignored_stock };
    }
    let warnings = discount_warning(&updated).into_iter().collect();
    let differences = differences(&known, &updated);
    ProductDecision { change: ProductChange::Update(updated), differences, warnings, ignored_stock }
}

/// Warns that the discounted price is above the price: orders are compared with the discounted one.
pub fn discount_warning(product: &Product) -> Option<String> {
    let discounted = product.discounted_price.filter(|discounted| *discounted > product.price)?;
    let (name, handle, price) = (&product.name, product.handle(), product.price);
    Some(format!("{name} ({handle}): discountedPrice {discounted} is above the price {price}"))
}

fn new_product(
    incoming: &IncomingProduct,
    removed: Option<&Product>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Product, ProductRejected> {
    let (Some(name), Some(price)) = (&incoming.name, incoming.price) else {
        let missing = [("name", incoming.name.is_none()), ("price", incoming.price.is_none())];
        let problems = missing
            .into_iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(key, _)| ProductProblem { key, problem: "is required for a new product".to_owned() })
            .collect();
        return Err(ProductRejected { kind: RefusalKind::InvalidInput, problems });
    };
    let mut stock = incoming.stock.as_ref().unwrap_or(&IncomingStock::Total(0)).lines();
    if stock.len() > SIZES {
        let problem = format!("has {} sizes: a product has at most {SIZES}", stock.len());
        return Err(ProductRejected::of(RefusalKind::InvalidInput, "stock", problem));
    }
    if let Some(removed) = removed.filter(|removed| removed.is_sized())
        && stock.iter().all(|line| line.size_key.is_empty())
    {
        if stock.iter().any(|line| line.on_hand > 0) {
            let sizes = removed.size_names();
            let problem = format!("{} was removed; it had the sizes {sizes}: say how many of each", removed.name);
            return Err(ProductRejected::of(RefusalKind::Conflict(Conflict::Content), "stock", problem));
        }
        // It had sizes, and gets them back.
        stock.clone_from(&removed.stock);
    }
    Ok(Product {
        id: incoming.id.unwrap_or_else(|| ProductId(new_id())),
        name: name.clone(),
        barcode: incoming.barcode.clone().flatten(),
        price,
        discounted_price: Product::discounted_price_or_none(incoming.discounted_price.flatten()),
        image_paths: incoming.image_paths.clone().unwrap_or_default(),
        low_stock_at: incoming.low_stock_at.flatten(),
        stock,
    })
}

fn stock_warning(incoming: &IncomingProduct, known: &Product) -> Option<String> {
    let sent = incoming.stock.as_ref()?;
    let (name, handle) = (&known.name, known.handle());
    let lines = sent.lines();
    let is_new =
        |line: &&StockLine| !line.size_key.is_empty() && known.sizes().all(|size| size.size_key != line.size_key);
    let new: Vec<&str> = lines.iter().filter(is_new).map(|line| line.size.as_str()).collect();
    if !new.is_empty() {
        let sizes = shorten(&new.join(", ")).into_owned();
        // The row's numbers for known sizes are ignored too.
        let pairs = lines.iter().filter_map(|line| {
            let known = known.sizes().find(|size| size.size_key == line.size_key)?;
            (matches!(sent, IncomingStock::BySize(_)) && known.on_hand != line.on_hand).then_some((known, line.on_hand))
        });
        let differing: Vec<_> =
            pairs.map(|(known, sent)| format!("{} stays {}, not {sent}", known.size, known.on_hand)).collect();
        let stays = if differing.is_empty() { String::new() } else { format!("; stock of {}", differing.join(", ")) };
        return Some(format!("{name} ({handle}): has no size {sizes} yet; product count or receive starts it{stays}"));
    }
    let key = |lines: Vec<StockLine>| {
        let mut lines: Vec<_> = lines.into_iter().map(|line| (line.size_key, line.on_hand)).collect();
        lines.retain(|line| *line != (String::new(), 0));
        lines.sort();
        lines
    };
    let same = match sent {
        IncomingStock::Total(total) => *total == known.stock_quantity(),
        IncomingStock::BySize(_) => key(lines.clone()) == key(known.stock.clone()),
        IncomingStock::Sizes(_) => true,
    };
    (!same).then(|| {
        let (sent, stays) = (lines.iter().map(|line| line.on_hand).sum::<i64>(), known.stock_quantity());
        format!("{name} ({handle}): stock stays {stays}, not {sent}; product count sets it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;

    fn named(name: &str) -> IncomingProduct {
        IncomingProduct { name: Some(name.into()), price: Money::parse("5").ok(), ..IncomingProduct::default() }
    }

    #[test]
    fn a_new_product_brings_its_stock_and_a_known_one_does_not() {
        let stock = Some(IncomingStock::BySize(vec![("S".into(), 1), (" L".into(), 2)]));
        let incoming = IncomingProduct { stock, ..named("Shirt") };
        let decision = decide(&incoming, Matches::default(), &mut || Uuid::nil()).unwrap();
        let ProductChange::New(new) = decision.change else { panic!("the product is new") };
        assert_eq!((new.stock_quantity(), new.size_names().as_str()), (3, "S, L"));

        let known = product("Shirt", &[("S", 1), ("L", 1)]);
        let matches = Matches { by_id: Some(known.clone()), by_barcode: None, removed: None };
        let decision = decide(&incoming, matches, &mut || Uuid::nil()).unwrap();
        let ProductChange::Update(updated) = decision.change else { panic!("its price changed") };
        assert_eq!((updated.stock, updated.price.hundredths()), (known.stock, 500));
        assert_eq!(
            decision.ignored_stock.as_deref(),
            Some("Shirt (SKU-Shirt): stock stays 2, not 3; product count sets it")
        );
    }

    #[test]
    fn a_new_product_has_at_most_a_thousand_sizes() {
        let sized = |count: usize| {
            let stock = (0..count).map(|size| (format!("S{size}"), 1)).collect();
            let incoming = IncomingProduct { stock: Some(IncomingStock::BySize(stock)), ..named("Shirt") };
            add(&incoming, Matches::default(), &mut Uuid::nil)
        };
        assert!(sized(SIZES).is_ok());
        let refusal = sized(SIZES + 1).unwrap_err();
        assert_eq!(refusal.details, ["stock: has 1001 sizes: a product has at most 1000"]);
    }

    #[test]
    fn a_warning_of_a_new_size_also_names_other_ignored_stock() {
        let known = product("Shirt", &[("S", 50), ("L", 2)]);
        let warning = |sizes: &[(&str, i64)]| {
            let sizes = sizes.iter().map(|(size, pieces)| ((*size).to_owned(), *pieces)).collect();
            stock_warning(&IncomingProduct { stock: Some(IncomingStock::BySize(sizes)), ..named("Shirt") }, &known)
        };
        let new = "Shirt (SKU-Shirt): has no size XXL yet; product count or receive starts it";
        assert_eq!(warning(&[("S", 50), ("XXL", 4)]).as_deref(), Some(new));
        let also = format!("{new}; stock of S stays 50, not 99, L stays 2, not 1");
        assert_eq!(warning(&[("s", 99), ("XXL", 4), ("L", 1)]), Some(also));
        assert_eq!(warning(&[("S", 50), ("L", 2)]), None);
    }

    #[test]
    fn absent_keys_keep_stored_values_and_null_clears_them() {
        let mut known = product("Shirt", &[("", 1)]);
        known.discounted_price = Money::parse("9.99").ok();
        let matches = || Matches { by_id: None, by_barcode: Some(known.clone()), removed: None };
        let nothing = decide(&IncomingProduct::default(), matches(), &mut || Uuid::nil()).unwrap();
        assert_eq!(nothing.change, ProductChange::Unchanged(known.clone()));
        let clearing = IncomingProduct { discounted_price: Some(None), ..IncomingProduct::default() };
        let cleared = decide(&clearing, matches(), &mut || Uuid::nil()).unwrap();
        assert_eq!(cleared.change, ProductChange::Update(Product { discounted_price: None, ..known.clone() }));
        let zero = IncomingProduct { discounted_price: Some(Some(Money::ZERO)), ..IncomingProduct::default() };
        let cleared = decide(&zero, matches(), &mut || Uuid::nil()).unwrap();
        assert_eq!(
            cleared.change,
            ProductChange::Update(Product { discounted_price: None, ..known.clone() }),
            "0 is none"
        );
        let new = add(
            &IncomingProduct { discounted_price: Some(Some(Money::ZERO)), ..named("Cap") },
            Matches::default(),
            &mut Uuid::nil,
        );
        assert_eq!(new.unwrap().list_price().hundredths(), 500);
    }

    #[test]
    fn a_new_product_needs_a_name_a_price_and_a_free_barcode() {
        let rejected = decide(&IncomingProduct::default(), Matches::default(), &mut || Uuid::nil()).unwrap_err();
        assert_eq!(
            rejected.into_refusal().details,
            ["name: is required for a new product", "price: is required for a new product"]
        );
        let known = product("Shirt", &[("", 1)]);
        let incoming = IncomingProduct { id: Some(ProductId(Uuid::max())), ..named("Cap") };
        let matches = Matches { by_id: None, by_barcode: Some(known), removed: None };
        assert_eq!(
            decide(&incoming, matches, &mut || Uuid::nil()).unwrap_err().kind,
            RefusalKind::Conflict(Conflict::Exists)
        );
    }

    #[test]
    fn an_existing_product_is_not_added_again() {
        let known = product("Shirt", &[("", 1)]);
        for matches in [
            Matches { by_id: Some(known.clone()), by_barcode: None, removed: None },
            Matches { by_id: None, by_barcode: Some(known.clone()), removed: None },
        ] {
            let refused = add(&named("Other"), matches, &mut || Uuid::nil()).unwrap_err();
            assert_eq!(
                (refused.kind, refused.message.as_str()),
                (RefusalKind::Conflict(Conflict::Exists), "the catalogue has SKU-Shirt already: Shirt")
            );
        }
        assert_eq!(add(&named("Cap"), Matches::default(), &mut || Uuid::nil()).unwrap().name, "Cap");
    }

    #[test]
    fn a_refusal_of_one_product_says_whether_it_conflicts_or_is_invalid() {
        for (kind, message) in [
            (RefusalKind::Conflict(Conflict::Exists), "the product conflicts with another"),
            (RefusalKind::InvalidInput, "invalid product"),
        ] {
            let refusal = ProductRejected::of(kind, "name", "x".to_owned()).into_refusal();
            assert_eq!(
                (refusal.kind, refusal.message.as_str(), refusal.details),
                (kind, message, vec!["name: x".to_owned()])
            );
        }
    }

    #[test]
    fn an_update_tells_what_it_changes() {
        let mut known = product("Shirt", &[("", 1)]);
        known.low_stock_at = Some(3);
        let matches = || Matches { by_id: Some(known.clone()), by_barcode: None, removed: None };
        let told = |incoming: &IncomingProduct| -> Vec<(&str, Option<String>, Option<String>, bool)> {
            let decision = decide(incoming, matches(), &mut Uuid::nil).unwrap();
            let tell = |change: FieldChange| (change.field, change.from.clone(), change.to.clone(), change.is_price());
            decision.differences.into_iter().map(tell).collect()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(told(&IncomingProduct::default()), []);
        let incoming = IncomingProduct {
            discounted_price: Some(Money::parse("9.9").ok()),
            image_paths: Some(vec!["a".to_owned(), "b".to_owned()]),
            low_stock_at: Some(None),
            barcode: Some(text("B")),
            ..named("Tee")
        };
        assert_eq!(
            told(&incoming),
            [
                ("name", text("Shirt"), text("Tee"), false),
                ("barcode", text("SKU-Shirt"), text("B"), false),
                ("price", text("29.99"), text("5.00"), true),
                ("discountedPrice", None, text("9.90"), true),
                ("imagePaths", None, text("a b"), false),
                ("lowStockAt", text("3"), None, false),
            ]
        );
    }

    #[test]
    fn a_barcode_under_its_own_id_is_no_conflict() {
        let known = product("Shirt", &[("", 1)]);
        let incoming = IncomingProduct { id: Some(known.id), ..IncomingProduct::default() };
        let matches = Matches { by_id: None, by_barcode: Some(known.clone()), removed: None };
        let decision = decide(&incoming, matches, &mut || Uuid::nil()).unwrap();
        assert_eq!(decision.change, ProductChange::Unchanged(known));
    }

    #[test]
    fn a_discounted_price_above_the_price_is_a_warning() {
        let mut shirt = product("Shirt", &[("", 1)]);
        for (discounted, warning) in [
            (None, None),
            (Some(2998), None),
            (Some(2999), None),
            (Some(3000), Some("Shirt (SKU-Shirt): discountedPrice 30.00 is above the price 29.99")),
        ] {
            shirt.discounted_price = discounted.map(Money::from_hundredths);
            assert_eq!(discount_warning(&shirt).as_deref(), warning);
        }
    }

    #[test]
    fn a_product_that_comes_back_has_its_sizes_again() {
        let removed = product("Shirt", &[("S", 0), ("L", 0)]);
        let matches = || Matches { by_id: None, by_barcode: None, removed: Some(removed.clone()) };
        let come_back = |stock| decide(&IncomingProduct { stock, ..named("Shirt") }, matches(), &mut Uuid::nil);
        for stock in [None, Some(IncomingStock::Total(0))] {
            let ProductChange::New(new) = come_back(stock).unwrap().change else { panic!("the product is new") };
            assert_eq!(new.stock, removed.stock);
        }
        let rejected = come_back(Some(IncomingStock::Total(1))).unwrap_err();
        assert_eq!(
            rejected.into_refusal().details,
            ["stock: Shirt was removed; it had the sizes S, L: say how many of each"]
        );
        let sizes = Some(IncomingStock::BySize(vec![("M".into(), 1)]));
        let ProductChange::New(new) = come_back(sizes).unwrap().change else { panic!("the product is new") };
        assert_eq!(new.size_names(), "M");
    }

    #[test]
    fn sending_the_present_stock_again_is_no_warning() {
        let known = product("Shirt", &[("S", 1), ("L", 2)]);
        let by_size = |sizes: &[(&str, i64)]| {
            IncomingStock::BySize(sizes.iter().map(|(size, count)| ((*size).to_owned(), *count)).collect())
        };
        for (stock, is_kept) in [
            (IncomingStock::Total(3), false),
            (IncomingStock::Total(4), true),
            (by_size(&[("l", 2), ("S", 1)]), false),
            (by_size(&[("S", 2), ("L", 1)]), true),
        ] {
            let incoming = IncomingProduct { stock: Some(stock.clone()), ..IncomingProduct::default() };
            let matches = Matches { by_id: Some(known.clone()), by_barcode: None, removed: None };
            let decision = decide(&incoming, matches, &mut Uuid::nil).unwrap();
            assert_eq!(decision.ignored_stock.is_some(), is_kept, "{stock:?}");
        }
        // An empty line without a size does not count.
        let mut emptied = known.clone();
        emptied.stock.extend(product("Shirt", &[("", 0)]).stock);
        let incoming = IncomingProduct { stock: Some(by_size(&[("S", 1), ("L", 2)])), ..IncomingProduct::default() };
        assert_eq!(stock_warning(&incoming, &emptied), None);
    }

    #[test]
    fn a_row_without_id_and_barcode_is_the_one_product_of_its_name() {
        let (one, mut other) = (product("Cap", &[("", 1)]), product("Cap", &[("", 2)]));
        other.id = ProductId(Uuid::max());
        other.barcode = None;
        let decide = |incoming: &IncomingProduct, namesakes: &[&Product]| {
            let namesakes = namesakes.iter().map(|&product| product.clone()).collect();
            decide_row(incoming, RowMatches { namesakes, ..RowMatches::default() }, None, &mut Uuid::nil)
        };
        let updated = decide(&named("Cap"), &[&one]).unwrap();
        assert!(
            matches!(&updated.change, ProductChange::Update(to) if to.id == one.id && to.price.hundredths() == 500)
        );
        let new = decide(&named("Cap"), &[]).unwrap();
        assert!(matches!(new.change, ProductChange::New(_)) && new.warnings.is_empty());
        let refused = decide(&named("Cap"), &[&one, &other]).unwrap_err().into_refusal();
        assert_eq!(
            (refused.kind, refused.details),
            (
                RefusalKind::Conflict(Conflict::Ambiguous),
                vec!["name: \"Cap\" is the name of 2 products: give the sku or id".to_owned()]
            )
        );
        // With a barcode it is another product.
        let with_barcode = IncomingProduct { barcode: Some(Some("C-2".to_owned())), ..named("Cap") };
        let new = decide(&with_barcode, &[&one]).unwrap();
        assert!(matches!(new.change, ProductChange::New(_)));
        assert_eq!(new.warnings, ["Cap (C-2) is new; SKU-Cap has this name too"]);
    }

    #[test]
    fn a_row_keeps_a_sku_that_a_spreadsheet_changed() {
        let cap = Product { barcode: Some("00123".to_owned()), ..product("Cap", &[("", 1)]) };
        for (id, sku, barcode) in [
            (None, "00123", "00123"),
            (None, "123", "00123"),
            (Some(cap.id), "123", "00123"),
            (None, &*cap.id.to_string(), "00123"),
            (Some(cap.id), "124", "124"),
        ] {
            let incoming = IncomingProduct { id, barcode: Some(Some(sku.to_owned())), ..named("Cap") };
            let (is_known, cap) = (id.is_some() || sku.len() == 36, cap.clone());
            let matches = match is_known {
                true => RowMatches { by_id: Some(cap), ..RowMatches::default() },
                false => RowMatches { zeros_differ: vec![cap], ..RowMatches::default() },
            };
            let decision = decide_row(&incoming, matches, None, &mut Uuid::nil).unwrap();
            let ProductChange::Update(updated) = decision.change else { panic!("its price changes") };
            assert_eq!(updated.barcode.as_deref(), Some(barcode), "{id:?} {sku}");
        }
    }

    #[test]
    fn a_new_size_of_a_known_product_is_a_warning() {
        let known = product("Shirt", &[("S", 1), ("L", 2)]);
        for (stock, warning) in [
            (IncomingStock::Sizes(vec!["l".into(), "S".into()]), None),
            (IncomingStock::Sizes(vec!["l".into()]), None),
            (IncomingStock::Sizes(vec!["XL".into()]), Some("XL")),
            (
                IncomingStock::BySize(vec![("S".into(), 1), ("L".into(), 2), ("XL".into(), 0), ("M".into(), 1)]),
                Some("XL, M"),
            ),
        ] {
            let incoming = IncomingProduct { stock: Some(stock), ..IncomingProduct::default() };
            let said = warning
                .map(|sizes| format!("Shirt (SKU-Shirt): has no size {sizes} yet; product count or receive starts it"));
            assert_eq!(stock_warning(&incoming, &known), said);
        }
    }

    #[test]
    fn a_new_product_without_id_and_barcode_is_a_warning() {
        let id = Some(ProductId(Uuid::max()));
        let barcode = Some(Some("CAP".to_owned()));
        for (id, barcode, warnings) in
            [(id, None, 0), (None, barcode.clone(), 0), (id, barcode, 0), (None, Some(None), 1)]
        {
            let incoming = IncomingProduct { id, barcode, ..named("Cap") };
            let decision = decide(&incoming, Matches::default(), &mut Uuid::nil).unwrap();
            assert_eq!(decision.warnings.len(), warnings, "{incoming:?}");
        }
        let decision = decide(&named("Cap"), Matches::default(), &mut Uuid::nil).unwrap();
        assert_eq!(decision.warnings, ["Cap has neither id nor barcode: importing it again would add it twice"]);
    }
}
