//! An item as somebody types it: `P[/SIZE[/COLOR]][*QUANTITY][@PRICE]`.

use std::fmt;

use super::limits;
use super::money::Money;
use super::order::QUANTITY_LIMIT;
use super::product::Product;
use super::remedy::Remedy;
use super::text::{shorten, whole_number};

/// An item as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSpec {
    /// The product: a barcode, an id, or a part of the name.
    pub product: String,
    /// The size, if one was typed.
    pub size: Option<String>,
    /// The color, if one was typed.
    pub color: Option<String>,
    /// How many.
    pub quantity: u32,
    /// The price of one that was agreed; `None`: the list price.
    pub price: Option<Money>,
}

/// The form of an item, for messages.
pub const FORM: &str = "P[/SIZE[/COLOR]][*QUANTITY][@PRICE]";

/// The form of an item that replaces another, for messages.
pub const REPLACEMENT: &str = "P[/SIZE[/COLOR]][@PRICE]";

/// Returns how to write an item of a product whose size is missing; `None` if none is.
pub fn write_size(product: &Product, size: Option<&str>) -> Option<Remedy> {
    // These signs would end the size.
    let mut sizes = product.sizes().filter(|line| size.is_none() && !line.size.contains(['*', '@']));
    Some(Remedy::WriteSize { product: product.handle(), size: sizes.next()?.size.clone() })
}

/// The most characters that a product, size, color, quantity and price can take together.
const LONGEST: usize = limits::NAME + 2 * limits::CHOICE + 30;

impl ItemSpec {
    /// Reads an item. A product may have the signs in its name or barcode: the longest beginning that `is_whole`
    /// accepts is the product. Without one, the product ends at the first sign.
    ///
    /// # Errors
    /// It has another form; the error says what to type.
    pub fn read(text: &str, is_whole: impl Fn(&str) -> bool) -> Result<ItemSpec, String> {
        if let Some(excess) = limits::excess(text, LONGEST) {
            return Err(excess);
        }
        let text = text.trim();
        let ends = text.char_indices().filter(|(_, c)| "/*@".contains(*c)).map(|(end, _)| end);
        let ends: Vec<usize> = ends.chain([text.len()]).collect();
        let read = |end: usize| ItemSpec::with(&text[..end], &text[end..]);
        let whole = ends.iter().rev().filter(|end| is_whole(text[..**end].trim())).find_map(|end| read(*end).ok());
        whole.map_or_else(|| read(ends[0]), Ok)
    }

    /// Tells the size from the color by the sizes of the product: a size may have the sign in it, such as `S/M`. The
    /// longest beginning that `is_size` accepts is the size.
    #[must_use]
    pub fn with_size_of(self, is_size: impl Fn(&str) -> bool) -> ItemSpec {
        let (Some(size), Some(color)) = (&self.size, &self.color) else { return self };
        let chosen = format!("{size}/{color}");
        let ends = chosen.match_indices('/').map(|(end, _)| end).chain([chosen.len()]);
        let longest = ends.filter(|end| is_size(chosen[..*end].trim())).last();
        let Some(end) = longest else { return self };
        let color = chosen[end..].trim_start_matches('/').trim();
        let color = (!color.is_empty()).then(|| color.to_owned());
        ItemSpec { size: Some(chosen[..end].trim().to_owned()), color, ..self }
    }

    /// Reads what follows the product: `[/SIZE[/COLOR]][*QUANTITY][@PRICE]`.
    fn with(product: &str, rest: &str) -> Result<ItemSpec, String> {
        let (rest, price) = match rest.rsplit_once('@') {
            Some((rest, price)) => match Money::parse_typed(price) {
                Ok(price) => (rest, Some(price)),
                Err(problem) => return Err(swapped(product, rest, price).unwrap_or(wrong("price", price, &problem))),
            },
            None => (rest, None),
        };
        let (rest, quantity) = match rest.rsplit_once('*') {
            Some((rest, quantity)) => (rest, read_quantity(quantity.trim())?),
            None => (rest, 1),
        };
        let mut chosen = match rest.strip_prefix('/') {
            Some(chosen) => chosen.splitn(2, '/'),
            None => "".splitn(2, '/'),
        };
        let mut choice = |what| {
            let text = chosen.next().unwrap_or_default().trim();
            match limits::excess(text, limits::CHOICE) {
                Some(excess) => Err(wrong(what, text, &excess)),
                None => Ok((!text.is_empty()).then(|| text.to_owned())),
            }
        };
        let (size, color) = (choice("size")?, choice("color")?);
        let product = product.trim();
        if product.is_empty() {
            return Err(format!("names no product: {FORM}"));
        }
        match limits::excess(product, limits::NAME) {
            Some(excess) => Err(wrong("product", product, &excess)),
            None => Ok(ItemSpec { product: product.to_owned(), size, color, quantity, price }),
        }
    }
}

/// Reads how many pieces of an item there are.
///
/// # Errors
/// It is not a whole number from 1 to the largest quantity.
pub fn quantity(text: &str) -> Result<u32, String> {
    let number = whole_number(text).filter(|number| (1..=QUANTITY_LIMIT).contains(number));
    number.ok_or_else(|| format!("must be a whole number from 1 to {QUANTITY_LIMIT}"))
}

fn read_quantity(text: &str) -> Result<u32, String> {
    quantity(text).map_err(|problem| wrong("quantity", text, &problem))
}

/// Returns the problem of a price with a quantity behind it: `@5*2`.
fn swapped(product: &str, rest: &str, price: &str) -> Option<String> {
    let (price, quantity) = price.split_once('*').map(|(price, quantity)| (price.trim(), quantity.trim()))?;
    let is_meant = !rest.contains('*') && Money::parse_typed(price).is_ok() && self::quantity(quantity).is_ok();
    let meant = format!("{}{rest}*{quantity}@{price}", product.trim());
    is_meant.then(|| format!("the quantity stands before the price: {}", shorten(&meant)))
}

fn wrong(what: &str, text: &str, problem: &str) -> String {
    format!("the {what} {:?} {problem}", shorten(text))
}

impl fmt::Display for ItemSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.product)?;
        match (&self.size, &self.color) {
            (size, Some(color)) => write!(f, "/{}/{color}", size.as_deref().unwrap_or_default())?,
            (Some(size), None) => write!(f, "/{size}")?,
            (None, None) => {}
        }
        // What follows the last asterisk is the quantity.
        let has_asterisk = [&self.size, &self.color].into_iter().flatten().any(|choice| choice.contains('*'));
        if self.quantity != 1 || has_asterisk {
            write!(f, "*{}", self.quantity)?;
        }
        self.price.map_or(Ok(()), |price| write!(f, "@{price}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spec(product: &str, size: &str, color: &str, quantity: u32, price: Option<i64>) -> ItemSpec {
        let choice = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (size, color, price) = (choice(size), choice(color), price.map(Money::from_hundredths));
        ItemSpec { product: product.to_owned(), size, color, quantity, price }
    }

    #[test]
    fn an_item_is_a_product_with_its_choices_quantity_and_price() {
        for (typed, expected) in [
            ("BLT-01", spec("BLT-01", "", "", 1, None)),
            ("SKU-1/L", spec("SKU-1", "L", "", 1, None)),
            ("SKU-1/L/Blue", spec("SKU-1", "L", "Blue", 1, None)),
            ("SKU-1//Blue", spec("SKU-1", "", "Blue", 1, None)),
            ("SKU-1/L/Blue/White*2@25", spec("SKU-1", "L", "Blue/White", 2, Some(2500))),
            ("SKU-1*3", spec("SKU-1", "", "", 3, None)),
            ("SKU-1@0", spec("SKU-1", "", "", 1, Some(0))),
            (" Classic T-Shirt / L * 2 @ 19.99 ", spec("Classic T-Shirt", "L", "", 2, Some(1999))),
            ("قميص/كبير*2", spec("قميص", "كبير", "", 2, None)),
            ("SKU-1/", spec("SKU-1", "", "", 1, None)),
        ] {
            assert_eq!(ItemSpec::read(typed, |_| false), Ok(expected), "{typed}");
        }
        let quantity = "must be a whole number from 1 to 2147483647";
        for (typed, problem) in [
            ("", format!("names no product: {FORM}")),
            ("/L", format!("names no product: {FORM}")),
            ("*2", format!("names no product: {FORM}")),
            ("SKU-1*", format!("the quantity \"\" {quantity}")),
            ("SKU-1*0", format!("the quantity \"0\" {quantity}")),
            ("SKU-1*+2", format!("the quantity \"+2\" {quantity}")),
            ("SKU-1*2147483648", format!("the quantity \"2147483648\" {quantity}")),
            ("SKU-1*L", format!("the quantity \"L\" {quantity}")),
            ("SKU-1@", "the price \"\" must be a number such as 29.99".to_owned()),
            ("SKU-1@1,5", "the price \"1,5\" must be written without a comma: 1.50".to_owned()),
            ("SKU-1@5*2", "the quantity stands before the price: SKU-1*2@5".to_owned()),
            ("SKU-1/L @ 5 * 2", "the quantity stands before the price: SKU-1/L *2@5".to_owned()),
            ("SKU-1*2@5*2", "the price \"5*2\" must be a number such as 29.99".to_owned()),
            ("SKU-1@5*L", "the price \"5*L\" must be a number such as 29.99".to_owned()),
            (
                &format!("SKU-1/{}", "x".repeat(51)),
                format!("the size {:?} must have at most 50 characters, has 51", "x".repeat(51)),
            ),
            // As much as a name has, or an item with quantity and price would print longer than one may be typed.
            (
                &"x".repeat(256),
                format!("the product {:?} must have at most 255 characters, has 256", shorten(&"x".repeat(256))),
            ),
            (&"x".repeat(386), "must have at most 385 characters, has 386".to_owned()),
        ] {
            assert_eq!(ItemSpec::read(typed, |_| false), Err(problem), "{typed}");
        }
    }

    #[test]
    fn a_whole_barcode_wins_over_its_signs() {
        for (barcode, typed, expected) in [
            ("SKU/1", "SKU/1", spec("SKU/1", "", "", 1, None)),
            ("SKU/1", "SKU/1/L*2@5", spec("SKU/1", "L", "", 2, Some(500))),
            ("SKU/1", "SKU/2/L", spec("SKU", "2", "L", 1, None)),
            ("A*2", "A*2", spec("A*2", "", "", 1, None)),
            ("A*2", "A*2*3", spec("A*2", "", "", 3, None)),
            ("A*2", "A*3", spec("A", "", "", 3, None)),
            ("A@B", "A@B*2", spec("A@B", "", "", 2, None)),
            ("A@5", "A@5@6", spec("A@5", "", "", 1, Some(600))),
            ("A/", "A//L", spec("A/", "L", "", 1, None)),
            ("@*/", "@*/", spec("@*/", "", "", 1, None)),
        ] {
            assert_eq!(ItemSpec::read(typed, |product| product == barcode), Ok(expected), "{typed}");
        }
        // What follows the last asterisk is the quantity.
        assert_eq!(spec("SKU-1", "2*3", "", 1, None).to_string(), "SKU-1/2*3*1");
        // What follows the barcode has to fit too.
        assert!(ItemSpec::read("A*2x", |product| product == "A*2").is_err());
    }

    #[test]
    fn a_whole_size_wins_over_its_sign() {
        for (typed, size, color) in [
            ("P/S", "S", ""),
            ("P/S/M", "S/M", ""),
            ("P/S / M / Blue", "S/M", "Blue"),
            ("P/S/Blue", "S", "Blue"),
            ("P/S/M/Blue/White", "S/M", "Blue/White"),
            ("P/M/S/M", "M", "S/M"),
            ("P/X/S", "X", "S"),
            ("P//S/M", "", "S/M"),
        ] {
            let sizes = ["S", "M", "S/M"];
            let read = ItemSpec::read(typed, |_| false).unwrap().with_size_of(|text| sizes.contains(&text));
            assert_eq!(read, spec("P", size, color, 1, None), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn no_text_causes_a_panic(text in "[/*@a ٣\\PC]{0,40}", barcode in "[/*@a]{0,4}") {
            let _ = ItemSpec::read(&text, |_| false);
            if let Ok(read) = ItemSpec::read(&text, |product| product == barcode) {
                prop_assert!(text.trim().starts_with(&read.product));
            }
        }

        #[test]
        fn an_item_reads_back_what_it_prints(
            barcode in "[/*@a-z0-9]{1,8}",
            size in "[A-Z0-9]{0,3}",
            color in "([A-Z][a-z/*]{0,5})?",
            quantity in 1_u32..=QUANTITY_LIMIT,
            price in proptest::option::of(0..=9_999_999_999_i64),
        ) {
            let item = spec(&barcode, &size, &color, quantity, price);
            prop_assert_eq!(ItemSpec::read(&item.to_string(), |product| product == barcode), Ok(item));
        }
    }
}
