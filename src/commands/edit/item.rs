//! The item that `edit` changes, adds or removes.

use clap::{ArgGroup, Args};

use crate::commands::arguments::size;
use crate::commands::naming::find_product;
use crate::domain::item_edit::ItemEdit;
use crate::domain::item_spec::quantity;
use crate::domain::money::Money;
use crate::error::Failure;
use crate::store::Read;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("an item").args(["item", "add"]))]
pub struct ItemArgs {
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
    /// The price of one piece, as agreed with the customer
    #[arg(long, value_name = "PRICE", value_parser = Money::parse_typed, requires = "an item")]
    price: Option<Money>,
}

/// A size or color; `None` removes it.
#[derive(Debug, Clone)]
struct Chosen(Option<String>);

fn item_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "must be the number of an item, as show numbers them".to_owned())
}

fn chosen(text: &str) -> Result<Chosen, String> {
    if text.trim().is_empty() { Ok(Chosen(None)) } else { Ok(Chosen(Some(size(text)?))) }
}

impl ItemArgs {
    /// Returns whether an item was named.
    pub fn is_given(&self) -> bool {
        self.item.is_some() || self.add.is_some() || self.remove.is_some()
    }

    /// Returns whether the price of an item is to change.
    pub fn has_price(&self) -> bool {
        self.item.is_some() && self.price.is_some()
    }

    /// Refuses an item without a change.
    pub fn refuse_nothing(&self) -> Result<(), Failure> {
        let changes_it =
            self.quantity.is_some() || self.size.is_some() || self.item_color.is_some() || self.price.is_some();
        if self.item.is_some() && !changes_it {
            return Err(Failure::usage("say what to change in the item: --quantity, --size, --item-color or --price"));
        }
        Ok(())
    }

    /// Returns the change of the items, if one was asked for.
    pub fn edit(&self, read: &Read<'_>) -> anyhow::Result<Option<ItemEdit>> {
        let value = |chosen: &Option<Chosen>| chosen.clone().map(|Chosen(value)| value);
        Ok(match (self.item, &self.add, self.remove) {
            (Some(number), ..) => Some(ItemEdit::Change {
                number,
                quantity: self.quantity,
                size: value(&self.size),
                color: value(&self.item_color),
                price: self.price,
            }),
            (None, Some(product), _) => Some(ItemEdit::Add {
                product: Box::new(find_product(read, product)?),
                quantity: self.quantity.unwrap_or(1),
                size: value(&self.size).flatten(),
                color: value(&self.item_color).flatten(),
                price: self.price,
            }),
            (None, None, number) => number.map(|number| ItemEdit::Remove { number }),
        })
    }
}
