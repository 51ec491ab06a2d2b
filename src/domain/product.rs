//! The catalogue: products and their stock on hand.

use std::fmt;

use uuid::Uuid;

use super::limits::{IMAGE, excess};
use super::money::Money;
use super::text::size_key;
use super::time::Timestamp;

/// A product's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId(pub Uuid);

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A product with its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The public id.
    pub id: ProductId,
    /// The name, 1 to [`NAME`](super::limits::NAME) characters.
    pub name: String,
    /// The barcode (SKU), unique, up to 100 characters.
    pub barcode: Option<String>,
    /// The price without a discount.
    pub price: Money,
    /// The current price, if it differs.
    pub discounted_price: Option<Money>,
    /// Pictures: URLs or paths of the web page.
    pub image_paths: Vec<String>,
    /// The stock at or below which it counts as low; `None` means the shop's setting.
    pub low_stock_at: Option<i64>,
    /// The stock on hand, one line a size; a single line with the key `""` if size is not tracked.
    pub stock: Vec<StockLine>,
}

/// One of the two prices of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceField {
    /// The price without a discount.
    Price,
    /// The current price, if it differs.
    DiscountedPrice,
}

impl PriceField {
    /// Both.
    pub const ALL: [PriceField; 2] = [PriceField::Price, PriceField::DiscountedPrice];

    /// Reads the word.
    pub fn parse(word: &str) -> Option<PriceField> {
        PriceField::ALL.into_iter().find(|field| field.as_str() == word)
    }

    /// Returns its word, as in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            PriceField::Price => "price",
            PriceField::DiscountedPrice => "discountedPrice",
        }
    }
}

/// The stock on hand of one product in one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLine {
    /// The size trimmed and in lower case; `""` if size is not tracked.
    pub size_key: String,
    /// The size as the catalogue spells it.
    pub size: String,
    /// The stock on hand, zero or more.
    pub on_hand: i64,
}

/// A product in one size: what stock is counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StockKey {
    /// The product.
    pub product_id: ProductId,
    /// The size key, `""` where size is not tracked.
    pub size_key: String,
}

impl StockKey {
    /// Returns the key of a product in this size.
    pub fn of(product_id: ProductId, size_key: impl Into<String>) -> StockKey {
        StockKey { product_id, size_key: size_key.into() }
    }
}

/// Why there is no stock line for the size of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeProblem {
    /// The product is tracked by size, and the item names no size.
    Missing,
    /// The product has no such size.
    Unknown,
}

/// Says that a product lacks the chosen size, or that a size must be chosen; `sizes` are the available ones.
pub fn no_such_size(product: &str, size: Option<&str>, sizes: &str) -> String {
    match size {
        Some(size) => format!("{product}: has no size {size} (sizes: {sizes})"),
        None => format!("{product}: needs a size (sizes: {sizes})"),
    }
}

/// A product that was removed from the catalogue, with its former barcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedProduct {
    /// The product.
    pub product: Product,
    /// When it was removed.
    pub at: Timestamp,
}

impl Product {
    /// Returns the price to compare items of an order with: the discounted one, else the price.
    pub fn list_price(&self) -> Money {
        self.discounted_price.unwrap_or(self.price)
    }

    /// Returns the discounted price, if any: shop pages send 0 for none.
    pub fn discounted_price_or_none(sent: Option<Money>) -> Option<Money> {
        sent.filter(|price| *price != Money::ZERO)
    }

    /// Returns the sum of the stock on hand over all sizes.
    pub fn stock_quantity(&self) -> i64 {
        self.stock.iter().map(|line| line.on_hand).sum()
    }

    /// Returns whether the product is tracked by size.
    pub fn is_sized(&self) -> bool {
        self.stock.iter().any(|line| !line.size_key.is_empty())
    }

    /// Returns the lines of its sizes; none if it is not tracked by size.
    pub fn sizes(&self) -> impl Iterator<Item = &StockLine> {
        self.stock.iter().filter(|line| !line.size_key.is_empty())
    }

    /// Returns the line of pieces without a size in a product that is tracked by size: they came back from an order older
    /// than the sizes.
    pub fn leftover(&self) -> Option<&StockLine> {
        self.stock.iter().find(|line| self.is_sized() && line.size_key.is_empty() && line.on_hand > 0)
    }

    /// Returns its lines as people see them: its sizes, then pieces without one; or its only line.
    pub fn lines(&self) -> impl Iterator<Item = &StockLine> {
        let single = self.stock.iter().filter(|_| !self.is_sized());
        single.chain(self.sizes()).chain(self.leftover())
    }

    /// Returns the sizes for people: `S, M, L`. Only the first of very many are named, as every item of an order may
    /// repeat them.
    pub fn size_names(&self) -> String {
        const NAMED: usize = 20;
        let names: Vec<&str> = self.sizes().map(|line| line.size.as_str()).collect();
        match names.get(..NAMED) {
            Some(first) if names.len() > NAMED => format!("{} and {} more", first.join(", "), names.len() - NAMED),
            _ => names.join(", "),
        }
    }

    /// Finds the stock line of a size key.
    pub fn stock_line(&self, size_key: &str) -> Option<&StockLine> {
        self.stock.iter().find(|line| line.size_key == size_key)
    }

    /// Finds the stock line that an item takes from. The size is ignored if size is not tracked.
    pub fn line_for(&self, selected_size: Option<&str>) -> Result<&StockLine, SizeProblem> {
        let key = if self.is_sized() { selected_size.map(size_key).unwrap_or_default() } else { String::new() };
        let missing = key.is_empty() && self.is_sized();
        match self.stock_line(&key) {
            Some(line) if !missing => Ok(line),
            _ => Err(if missing { SizeProblem::Missing } else { SizeProblem::Unknown }),
        }
    }

    /// Returns a chosen size as the catalogue spells it.
    ///
    /// # Errors
    /// The product has no such size, or needs one; the error says which there are.
    pub fn spelled_size(&self, size: Option<&str>) -> Result<Option<String>, String> {
        match self.line_for(size) {
            Ok(line) if self.is_sized() => Ok(Some(line.size.clone())),
            Ok(_) => Ok(size.map(str::to_owned)),
            Err(_) => Err(no_such_size(&self.name, size, &self.size_names())),
        }
    }

    /// Returns the name, with the size if tracked: `Classic T-Shirt (L)`.
    pub fn label(&self, line: &StockLine) -> String {
        self.label_with(&line.size)
    }

    /// Returns the name with the size of this key, as the catalogue spells it if it has it.
    pub fn label_of(&self, size_key: &str) -> String {
        let spelled = self.stock_line(size_key).map_or(size_key, |line| &line.size);
        self.label_with(spelled)
    }

    fn label_with(&self, size: &str) -> String {
        if size.is_empty() { self.name.clone() } else { format!("{} ({size})", self.name) }
    }

    /// Returns what people type for it: the barcode, else the id.
    pub fn handle(&self) -> String {
        self.barcode.clone().unwrap_or_else(|| self.id.to_string())
    }

    /// Returns whether the stock is at or below the product's own limit, else the shop's.
    pub fn is_low(&self, shop_limit: i64) -> bool {
        self.stock_quantity() <= self.low_stock_at.unwrap_or(shop_limit)
    }

    /// Returns the first picture with an http or https URL, which an order may store.
    pub fn web_image(&self) -> Option<&str> {
        self.image_paths.iter().map(String::as_str).find(|path| is_web_url(path))
    }
}

/// Returns whether a text is an http or https URL without spaces.
pub fn is_web_url(text: &str) -> bool {
    let scheme = ["http://", "https://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    scheme.is_some_and(|scheme| {
        text.len() > scheme.len() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// Says why the picture of an item is left out: it must not cost anybody an order.
pub fn image_problem(url: &str) -> Option<String> {
    if !is_web_url(url) {
        return Some("is not an http or https URL and was left out".to_owned());
    }
    excess(url, IMAGE).map(|problem| format!("{problem}, and was left out"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A product at 29.99 with this stock: `[("", 10)]`, or one entry a size.
    pub fn product(name: &str, stock: &[(&str, i64)]) -> Product {
        Product {
            id: ProductId(id_of(name)),
            name: name.to_owned(),
            barcode: Some(format!("SKU-{name}")),
            price: Money::from_hundredths(2999),
            discounted_price: None,
            image_paths: Vec::new(),
            low_stock_at: None,
            stock: stock
                .iter()
                .map(|(size, on_hand)| StockLine {
                    size_key: size_key(size),
                    size: (*size).to_owned(),
                    on_hand: *on_hand,
                })
                .collect(),
        }
    }

    /// The same name always gives the same id.
    fn id_of(name: &str) -> Uuid {
        let number = name.bytes().fold(7_u128, |hash, b| hash.wrapping_mul(0x0100_0000_01b3).wrapping_add(b.into()));
        Uuid::from_u128(number)
    }

    #[test]
    fn a_label_has_the_size_as_the_catalogue_or_else_the_line_spells_it() {
        let shirt = product("Shirt", &[("X L", 1), ("", 0)]);
        let new = StockLine { size_key: "xxl".to_owned(), size: "XXL".to_owned(), on_hand: 0 };
        let of_lines = [&shirt.stock[0], &shirt.stock[1], &new].map(|line| shirt.label(line));
        assert_eq!(of_lines, ["Shirt (X L)", "Shirt", "Shirt (XXL)"]);
        let of_keys = ["x l", "", "xxl"].map(|key| shirt.label_of(key));
        assert_eq!(of_keys, ["Shirt (X L)", "Shirt", "Shirt (xxl)"]);
    }

    #[test]
    fn an_item_takes_from_the_line_of_its_size() {
        let sized = product("Shirt", &[("S", 1), ("L", 2)]);
        let plain = product("Cap", &[("", 3)]);
        let with_leftover = product("Polo", &[("", 5), ("S", 1)]);
        let cases = [
            (&sized, Some("L"), Ok(2)),
            (&sized, Some(" l "), Ok(2)),
            (&sized, None, Err(SizeProblem::Missing)),
            (&sized, Some("  "), Err(SizeProblem::Missing)),
            (&sized, Some("XL"), Err(SizeProblem::Unknown)),
            (&plain, None, Ok(3)),
            (&plain, Some("44"), Ok(3)),
            // Whoever must choose a size gets no piece without one.
            (&with_leftover, None, Err(SizeProblem::Missing)),
        ];
        for (product, size, expected) in cases {
            assert_eq!(product.line_for(size).map(|line| line.on_hand), expected, "{} {size:?}", product.name);
        }
    }

    /// The words are in files and in the JSON that scripts read.
    #[test]
    fn the_words_for_prices_never_change() {
        let words = ["price", "discountedPrice"];
        assert_eq!(PriceField::ALL.map(PriceField::as_str), words);
        assert_eq!(words.map(PriceField::parse), PriceField::ALL.map(Some));
    }

    #[test]
    fn only_the_first_of_very_many_sizes_are_named() {
        let names: Vec<String> = (1..=1000).map(|size| size.to_string()).collect();
        let stock = |count: usize| names.iter().take(count).map(|name| (name.as_str(), 1)).collect::<Vec<_>>();
        assert_eq!(product("Shoe", &stock(20)).size_names().split(", ").count(), 20);
        assert!(product("Shoe", &stock(20)).size_names().ends_with("19, 20"));
        assert!(product("Shoe", &stock(21)).size_names().ends_with("19, 20 and 1 more"));
        assert!(product("Shoe", &stock(1000)).size_names().ends_with("19, 20 and 980 more"));
    }

    #[test]
    fn web_urls_are_http_or_https_without_spaces() {
        for (text, expected) in [
            ("https://res.cloudinary.com/demo/shirt.jpg", true),
            ("HTTP://shop.example/a.jpg", true),
            ("/media/shirt.jpg", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://a b", false),
        ] {
            assert_eq!(is_web_url(text), expected, "{text}");
        }
    }

    #[test]
    fn pieces_without_a_size_are_left_over_where_there_are_sizes() {
        let leftover = |stock: &[(&str, i64)]| product("Polo", stock).leftover().map(|line| line.on_hand);
        assert_eq!(leftover(&[("", 5), ("S", 1)]), Some(5));
        assert_eq!(leftover(&[("", 0), ("S", 1)]), None);
        assert_eq!(leftover(&[("S", 1)]), None);
        assert_eq!(leftover(&[("", 5)]), None);
    }

    #[test]
    fn a_discounted_price_of_0_is_none() {
        let price = Money::from_hundredths;
        assert_eq!(
            [None, Some(price(0)), Some(price(1))].map(Product::discounted_price_or_none),
            [None, None, Some(price(1))]
        );
    }

    #[test]
    fn people_name_a_product_by_its_barcode_or_else_its_id() {
        let mut shirt = product("Shirt", &[("", 1)]);
        assert_eq!(shirt.handle(), "SKU-Shirt");
        shirt.barcode = None;
        shirt.id = ProductId(Uuid::max());
        assert_eq!(shirt.handle(), "ffffffff-ffff-ffff-ffff-ffffffffffff");
    }
}
