//! An order message line by line: what stands under which label, and in which item.

use super::labels::{ITEMS_SECTION, Label, SECTIONS, item_start, label_of, name_of, words_of};
use crate::domain::order::ITEMS_LIMIT;
use crate::domain::problems::Problems;
use crate::domain::text::{is_edge, shorten};

/// The value of a label, with its line.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) line: usize,
    pub(super) text: String,
}

/// An item of a message, with what its labels say.
#[derive(Debug, Default)]
pub(super) struct DraftItem {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) fields: Vec<(Label, Field)>,
}

/// An order message as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) reference: Option<Field>,
    pub(super) date: Option<Field>,
    pub(super) name: Option<Field>,
    pub(super) phone: Option<Field>,
    pub(super) address: Option<Field>,
    /// The first [`ITEMS_LIMIT`] items.
    pub(super) items: Vec<DraftItem>,
    /// How many items there are.
    pub(super) item_count: usize,
    pub(super) total_items: Option<Field>,
    pub(super) subtotal: Option<Field>,
    pub(super) delivery_fee: Option<Field>,
    pub(super) total: Option<Field>,
    /// Whether the heading of the items was seen: after it, a number begins an item.
    in_items: bool,
    pub(super) problems: Problems,
}

impl Draft {
    /// Refuses a line with NUL.
    pub(super) fn refuse_nul(&mut self, number: usize, line: &str) {
        if line.contains('\0') {
            self.problem(number, format_args!("must not contain NUL"));
        }
    }

    /// Takes a line in, by its label or its place.
    pub(super) fn take(&mut self, number: usize, line: &str) {
        self.refuse_nul(number, line);
        let words = words_of(line);
        if words.is_empty() || SECTIONS.contains(&words) {
            self.in_items |= words == ITEMS_SECTION;
            return;
        }
        let item = item_start(line).or_else(|| self.plain_item_start(line));
        if let Some((place, name)) = item.filter(|_| self.total_items.is_none()) {
            let before = self.item_count;
            if place != before + 1 {
                self.problem(number, format_args!("item {place} follows item {before}: a part is missing"));
            }
            self.item_count += 1;
            // Only count the others: the order is refused.
            if self.item_count <= ITEMS_LIMIT {
                self.items.push(DraftItem { line: number, name: name.to_owned(), fields: Vec::new() });
            }
            return;
        }
        let Some((label, value)) = label_of(line) else {
            // An address may take several lines.
            match &mut self.address {
                Some(address) if self.items.is_empty() => {
                    address.text.push('\n');
                    address.text.push_str(line.trim_matches(is_edge));
                }
                _ => self.problem(number, format_args!("is not understood: {}", shorten(line))),
            }
            return;
        };
        let field = Field { line: number, text: value.to_owned() };
        self.put(label, field);
    }

    /// Reads the line that begins an item that lost its asterisks: `1. Polo Shirt`, among the items only.
    fn plain_item_start<'l>(&self, line: &'l str) -> Option<(usize, &'l str)> {
        let (number, name) = line.split_once(". ")?;
        let is_next = number.parse() == Ok(self.item_count + 1);
        (self.in_items && is_next).then(|| (self.item_count + 1, name.trim_matches(is_edge)))
    }

    fn put(&mut self, label: Label, field: Field) {
        let line = field.line;
        let in_items = !self.items.is_empty() && self.total_items.is_none();
        let slot = match label {
            Label::Reference => &mut self.reference,
            Label::Date => &mut self.date,
            Label::Name => &mut self.name,
            Label::Phone => &mut self.phone,
            Label::Address => &mut self.address,
            Label::TotalItems => &mut self.total_items,
            Label::Subtotal if !in_items => &mut self.subtotal,
            Label::Delivery => &mut self.delivery_fee,
            Label::Total => &mut self.total,
            _ => {
                if in_items && self.item_count > ITEMS_LIMIT {
                    return;
                }
                let Some(item) = self.items.last_mut().filter(|_| in_items) else {
                    self.problem(line, format_args!("{} stands outside an item", name_of(label)));
                    return;
                };
                if item.fields.iter().any(|(known, _)| *known == label) {
                    self.problem(line, format_args!("{} is given twice", name_of(label)));
                } else {
                    item.fields.push((label, field));
                }
                return;
            }
        };
        if slot.is_some() {
            self.problem(line, format_args!("{} is given twice", name_of(label)));
        } else {
            *slot = Some(field);
        }
    }

    fn problem(&mut self, line: usize, problem: std::fmt::Arguments<'_>) {
        self.problems.push(format!("line {line}: {problem}"));
    }
}
