//! Orders that come in: many are written at a time, as they come by the hundred thousand.

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ErrorCode, OptionalExtension, named_params, params_from_iter};

use super::orders::content_hash;
use super::{Stamp, StoreError, Write};
use crate::domain::content::Content;
use crate::domain::history::EventKind;
use crate::domain::order::{Order, OrderPk};
use crate::domain::receive::{Known, NewOrder};
use crate::domain::reference::Reference;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;

/// How many orders wait until they are written together.
const ORDERS_AT_ONCE: usize = 64;
/// The most rows that one statement writes, by its power of two: 256.
const MOST_ROWS: u32 = 8;

/// Orders on their way into the file. What is asked of the file through it takes in those that wait.
#[derive(Debug)]
pub struct Intake<'w> {
    write: &'w Write<'w>,
    stamp: &'w Stamp,
    at: String,
    /// The key that the next order gets.
    next: i64,
    waiting: Vec<Waiting>,
}

/// An order that is decided and not yet written.
#[derive(Debug)]
struct Waiting {
    pk: OrderPk,
    new: NewOrder,
    note: Option<String>,
}

/// Rows on their way into one table.
struct Rows<'v> {
    /// Up to the word VALUES.
    insert: &'static str,
    columns: usize,
    values: Vec<ToSqlOutput<'v>>,
}

impl<'w> Write<'w> {
    /// Takes orders in: all that `take` hands over are written when it returns.
    pub fn take_in<T, E: From<StoreError>>(
        &'w self,
        stamp: &'w Stamp,
        take: impl FnOnce(&mut Intake<'w>) -> Result<T, E>,
    ) -> Result<T, E> {
        let newest = "SELECT coalesce(MAX(pk), 0) FROM orders";
        let newest: i64 = self
            .connection
            .query_row(newest, [], |row| row.get(0))
            .map_err(|error| E::from(StoreError::from(error)))?;
        let at = stamp.at.to_string();
        let mut intake = Intake { write: self, stamp, at, next: newest + 1, waiting: Vec::new() };
        let taken = take(&mut intake)?;
        intake.write_waiting()?;
        Ok(taken)
    }
}

impl Intake<'_> {
    /// Writes a new order with its items, its source and its first event, now or with the next ones.
    ///
    /// # Errors
    /// The reference of one that waited is no longer free.
    pub fn insert(&mut self, new: NewOrder, note: Option<String>) -> Result<OrderPk, StoreError> {
        let pk = OrderPk(self.next);
        self.next += 1;
        self.waiting.push(Waiting { pk, new, note });
        if self.waiting.len() >= ORDERS_AT_ONCE {
            self.write_waiting()?;
        }
        Ok(pk)
    }

    /// Remembers another message or document that brought an order which is there.
    pub fn insert_source(
        &mut self,
        order: OrderPk,
        source: &crate::domain::receive::Source,
        content: &Content,
    ) -> Result<(), StoreError> {
        self.write_waiting()?;
        self.write.insert_source(order, source, content, self.stamp)
    }

    /// Finds the order that a WhatsApp message brought.
    pub fn order_of_message(&mut self, message_id: &str) -> Result<Option<OrderPk>, StoreError> {
        self.write_if(|new| new.source.message_id.as_deref() == Some(message_id))?;
        let mut statement =
            self.write.connection.prepare_cached("SELECT order_pk FROM order_sources WHERE message_id = :message")?;
        Ok(statement.query_row(named_params! {":message": message_id}, |row| row.get(0)).optional()?)
    }

    /// Loads what is known of a reference under which `content` came in.
    pub fn known_order(&mut self, reference: &Reference, content: &Content) -> Result<Option<Known>, StoreError> {
        self.write_if(|new| new.reference.as_str().eq_ignore_ascii_case(reference.as_str()))?;
        let connection = self.write.connection;
        let mut find = connection.prepare_cached("SELECT pk FROM orders WHERE reference = :reference")?;
        let pk: Option<OrderPk> =
            find.query_row(named_params! {":reference": reference}, |row| row.get("pk")).optional()?;
        let Some(order) = pk.map(|pk| self.write.orders(&[pk])).transpose()?.and_then(|mut orders| orders.pop()) else {
            return Ok(None);
        };
        let mut received = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM order_sources WHERE order_pk = :order AND content_hash = :hash)",
        )?;
        let received_before = received
            .query_row(named_params! {":order": order.summary.pk, ":hash": content_hash(content)}, |row| row.get(0))?;
        Ok(Some(Known { order, received_before }))
    }

    /// Loads the orders that one with this content and date may be a duplicate of.
    pub fn likely_duplicates(&mut self, content: &Content, date: Timestamp) -> Result<Vec<Order>, StoreError> {
        self.write_if(|new| new.content.phone_digits() == content.phone_digits())?;
        self.write.likely_duplicates(content, date, None)
    }

    /// Writes those that wait, if one of them is what is asked for.
    fn write_if(&mut self, is_asked_for: impl Fn(&NewOrder) -> bool) -> Result<(), StoreError> {
        if self.waiting.iter().any(|waiting| is_asked_for(&waiting.new)) { self.write_waiting() } else { Ok(()) }
    }

    fn write_waiting(&mut self) -> Result<(), StoreError> {
        let (at, actor) = (self.at.as_str(), self.stamp.actor.as_str());
        let mut orders = Rows::of(
            "INSERT INTO orders (pk, id, reference, order_date, customer_name, customer_phone, customer_phone_digits,
                 customer_address, user_id, status, total, item_count, currency, created_at, updated_at) VALUES",
            15,
        );
        let mut items = Rows::of(
            "INSERT INTO order_items (order_pk, position, id, product_id, product_name, product_barcode, product_image,
                 quantity, unit_price, selected_size, selected_color, subtotal, list_price) VALUES",
            13,
        );
        let mut sources =
            Rows::of("INSERT INTO order_sources (order_pk, kind, message_id, content_hash, received_at) VALUES", 5);
        let mut events = Rows::of(r#"INSERT INTO order_events (order_pk, at, actor, kind, "to", note) VALUES"#, 6);
        for Waiting { pk, new, note } in self.waiting.drain(..) {
            let hash = content_hash(&new.content).to_vec();
            orders.put([
                pk.0.into(),
                text(new.id.to_string()),
                text(new.reference.as_str().to_owned()),
                text(new.order_date.to_string()),
                text(new.customer.name),
                text(new.customer.phone),
                text(new.content.phone_digits().to_owned()),
                optional(new.customer.address),
                optional(new.user.map(|user| user.0.to_string())),
                Status::Pending.as_str().into(),
                new.total.hundredths().into(),
                new.item_count.into(),
                optional(new.currency),
                at.into(),
                at.into(),
            ]);
            for (position, item) in (1_i64..).zip(new.items) {
                items.put([
                    pk.0.into(),
                    position.into(),
                    text(item.id.to_string()),
                    text(item.product_id.to_string()),
                    text(item.product_name),
                    optional(item.product_barcode),
                    optional(item.product_image),
                    item.quantity.into(),
                    item.unit_price.hundredths().into(),
                    optional(item.selected_size),
                    optional(item.selected_color),
                    item.subtotal.hundredths().into(),
                    item.list_price.hundredths().into(),
                ]);
            }
            sources.put([
                pk.0.into(),
                new.source.kind.as_str().into(),
                optional(new.source.message_id),
                ToSqlOutput::Owned(Value::Blob(hash)),
                at.into(),
            ]);
            events.put([
                pk.0.into(),
                at.into(),
                actor.into(),
                EventKind::Created.as_str().into(),
                Status::Pending.as_str().into(),
                optional(note),
            ]);
        }
        let connection = self.write.connection;
        orders.write(connection).map_err(|error| match error.sqlite_error_code() {
            // The reference is no longer free.
            Some(ErrorCode::ConstraintViolation) => StoreError::Changed("the order"),
            _ => error.into(),
        })?;
        for rows in [items, sources, events] {
            rows.write(connection)?;
        }
        Ok(())
    }
}

fn text(text: String) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(text.into())
}

fn optional(text: Option<String>) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(text.into())
}

impl<'v> Rows<'v> {
    fn of(insert: &'static str, columns: usize) -> Rows<'v> {
        Rows { insert, columns, values: Vec::new() }
    }

    fn put<const N: usize>(&mut self, row: [ToSqlOutput<'v>; N]) {
        debug_assert_eq!(N, self.columns, "{}", self.insert);
        self.values.extend(row);
    }

    /// Writes the rows, many by one statement: each statement costs as much as a row, and more where a CHECK has a list,
    /// of which SQLite makes a table of its own each time. Their numbers are powers of two, so that few statements serve
    /// any number of rows.
    fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        let row = format!("({})", vec!["?"; self.columns].join(", "));
        let mut rest = self.values.as_slice();
        while !rest.is_empty() {
            let rows = 1 << (rest.len() / self.columns).ilog2().min(MOST_ROWS);
            let (now, later) = rest.split_at(rows * self.columns);
            let sql = format!("{} {}", self.insert, vec![row.as_str(); rows].join(", "));
            connection.prepare_cached(&sql)?.execute(params_from_iter(now))?;
            rest = later;
        }
        Ok(())
    }
}
