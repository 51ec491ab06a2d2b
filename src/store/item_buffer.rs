//! Items of new orders, which wait until the orders are written.
//!
//! Written in turn, the pages of the items and those of the orders' indexes drive each other out of SQLite's cache.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rusqlite::Statement;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::StoreError;
use super::values::{Id, execute_in_order};
use crate::domain::order::{OrderItem, OrderPk};

/// How many bytes of items are kept in memory (32 KiB).
const BLOCK: usize = 1 << 15;

/// The row of an item. Money is in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ItemRow<'a> {
    pub order: i64,
    /// The item's place in the order, from 1.
    pub position: i64,
    pub id: Uuid,
    pub product_id: Uuid,
    pub product_name: &'a str,
    pub product_barcode: Option<&'a str>,
    pub product_image: Option<&'a str>,
    pub quantity: u32,
    pub unit_price: i64,
    pub selected_size: Option<&'a str>,
    pub selected_color: Option<&'a str>,
    pub subtotal: i64,
    pub list_price: i64,
    pub is_price_agreed: bool,
}

impl ItemRow<'_> {
    /// The statement that writes a row.
    pub const INSERT: &'static str =
        "INSERT INTO order_items (order_pk, position, id, product_id, product_name, product_barcode,
             product_image, quantity, unit_price, selected_size, selected_color, subtotal, list_price, price_agreed)
         VALUES (:order, :position, :id, :product, :name, :barcode,
             :image, :quantity, :unit_price, :size, :color, :subtotal, :list_price, :price_agreed)";

    /// Writes the row by that statement.
    pub fn insert(&self, statement: &mut Statement<'_>) -> rusqlite::Result<()> {
        execute_in_order!(
            statement,
            ":order": self.order,
            ":position": self.position,
            ":id": Id(self.id),
            ":product": Id(self.product_id),
            ":name": self.product_name,
            ":barcode": self.product_barcode,
            ":image": self.product_image,
            ":quantity": self.quantity,
            ":unit_price": self.unit_price,
            ":size": self.selected_size,
            ":color": self.selected_color,
            ":subtotal": self.subtotal,
            ":list_price": self.list_price,
            ":price_agreed": self.is_price_agreed,
        )?;
        Ok(())
    }
}

/// Returns the rows of an order's items.
pub(super) fn rows_of(order: OrderPk, items: &[OrderItem]) -> impl Iterator<Item = ItemRow<'_>> {
    (1..).zip(items).map(move |(position, item)| ItemRow {
        order: order.0,
        position,
        id: item.id,
        product_id: item.product_id.0,
        product_name: &item.product_name,
        product_barcode: item.product_barcode.as_deref(),
        product_image: item.product_image.as_deref(),
        quantity: item.quantity,
        unit_price: item.unit_price.hundredths(),
        selected_size: item.selected_size.as_deref(),
        selected_color: item.selected_color.as_deref(),
        subtotal: item.subtotal.hundredths(),
        list_price: item.list_price.hundredths(),
        is_price_agreed: item.is_price_agreed,
    })
}

/// Items that a transaction has taken in and not written yet, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct ItemBuffer {
    /// The newest items.
    block: Vec<u8>,
    /// The items before them.
    blocks: Option<Blocks>,
}

impl ItemBuffer {
    /// Adds an item. Returns whether there is room for more; if not, the caller must write all items now.
    pub fn add(&mut self, item: &ItemRow<'_>, folder: &Path) -> bool {
        self.block = postcard::to_extend(item, std::mem::take(&mut self.block)).expect("memory takes every item");
        self.block.len() < BLOCK || self.put_block_away(folder).is_ok()
    }

    fn put_block_away(&mut self, folder: &Path) -> io::Result<()> {
        let blocks = match &mut self.blocks {
            Some(blocks) => blocks,
            none => none.insert(Blocks::in_folder(folder)?),
        };
        blocks.put(&self.block)?;
        self.block.clear();
        Ok(())
    }

    /// Hands each item to `write`.
    ///
    /// # Errors
    /// Those of `write`; the blocks cannot be read again.
    pub fn write_each(self, mut write: impl FnMut(ItemRow<'_>) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        let mut write_block = |mut block: &[u8]| {
            while !block.is_empty() {
                let (item, rest) = postcard::take_from_bytes(block)
                    .map_err(|error| StoreError::ItemBuffer(io::Error::other(error)))?;
                write(item)?;
                block = rest;
            }
            Ok::<_, StoreError>(())
        };
        if let Some(blocks) = self.blocks {
            blocks.each(&mut write_block)?;
        }
        write_block(&self.block)
    }
}

/// Blocks one after the other in a file without a name, which a killed program leaves nowhere. (Where the file system makes
/// none without a name, the file has one for a moment.)
#[derive(Debug)]
struct Blocks {
    file: File,
    /// How long each block is, in bytes.
    lengths: Vec<usize>,
    /// Where the last one ends.
    end: u64,
}

impl Blocks {
    fn in_folder(folder: &Path) -> io::Result<Blocks> {
        Ok(Blocks { file: tempfile::tempfile_in(folder)?, lengths: Vec::new(), end: 0 })
    }

    fn put(&mut self, block: &[u8]) -> io::Result<()> {
        self.file.write_all_at(block, self.end)?;
        self.lengths.push(block.len());
        self.end += block.len() as u64;
        Ok(())
    }

    fn each(self, mut take: impl FnMut(&[u8]) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let (mut block, mut start) = (Vec::new(), 0);
        for length in self.lengths {
            block.resize(length, 0);
            self.file.read_exact_at(&mut block, start).map_err(StoreError::ItemBuffer)?;
            take(&block)?;
            start += length as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(position: i64, name: &str) -> ItemRow<'_> {
        ItemRow {
            order: 7,
            position,
            id: Uuid::from_u128(1),
            product_id: Uuid::from_u128(2),
            product_name: name,
            product_barcode: None,
            product_image: Some(""),
            quantity: u32::MAX,
            unit_price: i64::MAX,
            selected_size: Some("L"),
            selected_color: None,
            subtotal: -1,
            is_price_agreed: false,
            list_price: 0,
        }
    }

    /// In memory, and in a file of several blocks.
    #[test]
    fn items_come_back_as_they_were_put_in_and_in_that_order() {
        let folder = tempfile::tempdir().unwrap();
        let long = "ليلى ".repeat(50);
        for count in [0, 1, 500] {
            let mut buffer = ItemBuffer::default();
            assert!((0..count).all(|position| buffer.add(&item(position, &long), folder.path())));
            let in_file = buffer.blocks.as_ref().map_or(0, |blocks| blocks.lengths.len());
            assert_eq!(in_file > 2, count == 500);
            let mut next = 0;
            let same = |row: ItemRow<'_>| {
                assert_eq!(row, item(next, &long));
                next += 1;
                Ok(())
            };
            buffer.write_each(same).unwrap();
            assert_eq!(next, count);
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn items_that_cannot_be_read_again_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut buffer = ItemBuffer::default();
        let long = "x".repeat(BLOCK);
        assert!((1..=2).all(|position| buffer.add(&item(position, &long), folder.path())));
        let blocks = buffer.blocks.as_ref().unwrap();
        blocks.file.set_len(blocks.end - 1).unwrap();
        let mut written = 0;
        let all = buffer.write_each(|_| {
            written += 1;
            Ok(())
        });
        assert!(matches!(all, Err(StoreError::ItemBuffer(_))), "{all:?}");
        assert_eq!(written, 1);
    }

    /// The items then have to be written at once.
    #[test]
    fn no_item_is_lost_if_no_file_can_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        let mut buffer = ItemBuffer::default();
        let added = (1..1_000_000).find(|position| !buffer.add(&item(*position, "Shirt"), &nowhere)).unwrap();
        let mut written = 0;
        let count = |_: ItemRow<'_>| {
            written += 1;
            Ok(())
        };
        buffer.write_each(count).unwrap();
        assert_eq!(written, added);
    }
}
