//! The log of a shop in rqlite: its tables and requests.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::change::{Body, Change, Kind, Position};
use super::http::{Answer, Nodes, Size};
use super::log::{Appended, Entry, Log, LogError, QueuedTicket};
use crate::store::error::StoreError;

/// The most changes that are read at once.
const CHANGES: usize = 100;
/// The largest body that stands in its change, deflated (64 KiB); larger ones go up in pieces first.
const INLINE: u64 = 1 << 16;
/// The size of a piece, deflated (1 MiB).
const PIECE: usize = 1 << 20;

/// How often a ticket says that it is alive.
const BEAT: Duration = Duration::from_secs(1);

const TABLES: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS orders_changes (shop TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL, \
     kind TEXT NOT NULL, schema INTEGER NOT NULL, rows INTEGER NOT NULL, pieces INTEGER NOT NULL, body TEXT, \
     PRIMARY KEY (shop, version))",
    "CREATE INDEX IF NOT EXISTS orders_files ON orders_changes (shop, version) WHERE kind = 'file'",
    "CREATE TABLE IF NOT EXISTS orders_pieces (shop TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL, \
     body TEXT NOT NULL, PRIMARY KEY (shop, id, number))",
    "CREATE TABLE IF NOT EXISTS orders_queue (ticket INTEGER PRIMARY KEY AUTOINCREMENT, shop TEXT NOT NULL, \
     id TEXT NOT NULL UNIQUE, beat INTEGER NOT NULL DEFAULT 0)",
];

/// A shop's log in rqlite.
#[derive(Debug)]
pub struct Rqlite {
    nodes: Nodes,
    shop: String,
    /// How many machines wait for their turn to write, as of the last reading.
    queued: i64,
    /// This program's ticket in the queue.
    ticket: Option<Ticket>,
}

/// A ticket in the queue of those who wait for their turn to write. Others see whether it is alive.
#[derive(Debug)]
struct Ticket {
    id: Uuid,
    /// Closing it ends the thread that keeps it alive.
    _alive: Sender<()>,
}

impl Ticket {
    fn new(mut nodes: Nodes) -> Ticket {
        let (alive, ended) = channel();
        let id = Uuid::new_v4();
        let keep_alive = move || {
            let sql = "UPDATE orders_queue SET beat = beat + 1 WHERE id = :id";
            while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                let _ = nodes.send("/db/execute", &json!([[sql, {"id": id}]]), Size::Small);
            }
        };
        // Without it, others take a long import for dead, and it may lose again.
        let _ = std::thread::Builder::new().name("ticket".to_owned()).spawn(keep_alive);
        Ticket { id, _alive: alive }
    }
}

impl Rqlite {
    pub(super) fn of(nodes: Nodes, shop: String) -> Rqlite {
        Rqlite { nodes, shop, queued: 0, ticket: None }
    }

    fn execute(&mut self, statements: &Value, size: Size) -> Result<Answer, LogError> {
        self.nodes.send("/db/execute?transaction", statements, size).map_err(|error| match error {
            // None of these changes the shop.
            LogError::Unreached { problem, .. } => LogError::Unreached { problem, may_be_done: false },
            error => error,
        })
    }

    /// Reads what is certainly the newest: a node may believe that it is still the leader.
    fn read_newest(&mut self, statements: &Value, size: Size) -> Result<Answer, LogError> {
        let answer = self.nodes.send("/db/query?level=linearizable", statements, size);
        match answer {
            // The node took linearizable for a weaker level.
            Ok(Answer { is_linearizable: false, .. }) | Err(LogError::NotBegun) => {
                self.nodes.send("/db/query?level=strong", statements, size)
            }
            answer => answer,
        }
    }

    fn put_up(&mut self, id: Uuid, body: &mut Body) -> Result<i64, LogError> {
        let mut number: i64 = 0;
        body.pieces(PIECE, |piece| {
            number += 1;
            let named = json!({"shop": self.shop, "id": id, "number": number, "body": STANDARD.encode(piece)});
            let sql = "INSERT INTO orders_pieces (shop, id, number, body) VALUES (:shop, :id, :number, :body) \
                       ON CONFLICT DO NOTHING";
            self.execute(&json!([[sql, named]]), Size::Piece).map(drop)
        })?;
        Ok(number)
    }

    /// Removes the pieces of a change that was not appended.
    fn take_back(&mut self, id: Uuid) -> Result<(), LogError> {
        let sql = "DELETE FROM orders_pieces WHERE shop = :shop AND id = :id \
                   AND NOT EXISTS (SELECT 1 FROM orders_changes WHERE shop = :shop AND id = :id)";
        self.execute(&json!([[sql, {"shop": self.shop, "id": id}]]), Size::Small).map(drop)
    }
}

impl Log for Rqlite {
    fn begin(&mut self) -> Result<(), LogError> {
        let statements: Vec<Value> = TABLES.iter().map(|sql| json!([sql])).collect();
        self.execute(&Value::Array(statements), Size::Small).map(drop)
    }

    fn changes_from(&mut self, version: i64) -> Result<(Vec<Entry>, bool), LogError> {
        let named = json!({"shop": self.shop, "mine": version});
        let changes = format!(
            "SELECT version, id, kind, schema, rows, pieces, body FROM orders_changes WHERE shop = :shop \
             AND (version = :mine OR version >= max(:mine + 1, (SELECT coalesce(max(version), 0) FROM orders_changes \
             WHERE shop = :shop AND kind = 'file'))) ORDER BY version LIMIT {CHANGES}"
        );
        let queued = "SELECT count(*) FROM orders_queue WHERE shop = :shop";
        let answer = match self.read_newest(&json!([[changes, named], [queued, {"shop": self.shop}]]), Size::Small) {
            Err(LogError::NotBegun) => return Ok((Vec::new(), false)),
            answer => answer?,
        };
        self.queued = answer.rows(1).first().and_then(|row| row.get(0)?.as_i64()).unwrap_or(0);
        let entries: Vec<Entry> = answer.rows(0).iter().map(read_entry).collect::<Result<_, _>>()?;
        let is_more = entries.len() == CHANGES;
        Ok((entries, is_more))
    }

    fn body(&mut self, entry: &Entry) -> Result<Option<Body>, LogError> {
        let mut body = Body::default();
        if let Some(bytes) = &entry.body {
            body.push(bytes)?;
            return Ok(Some(body));
        }
        for number in 1..=entry.pieces {
            let named = json!({"shop": self.shop, "id": entry.position.id, "number": number});
            let sql = "SELECT body FROM orders_pieces WHERE shop = :shop AND id = :id AND number = :number";
            let statements = json!([[sql, named]]);
            // Pieces never change, so a weak read is enough. A former leader may lack them.
            let mut answer = self.nodes.send("/db/query?level=weak", &statements, Size::Piece)?;
            if answer.rows(0).is_empty() {
                answer = self.read_newest(&statements, Size::Piece)?;
            }
            let Some(piece) = answer.rows(0).first().and_then(|row| row.get(0)) else { return Ok(None) };
            body.push(&read_bytes(piece)?)?;
        }
        Ok((entry.pieces > 0).then_some(body))
    }

    fn append(&mut self, after: Option<Position>, id: Uuid, change: &mut Change) -> Result<Appended, LogError> {
        let length = change.body.length()?;
        let (pieces, body) = if length > INLINE {
            (self.put_up(id, &mut change.body)?, None)
        } else {
            let mut body = None;
            change.body.pieces::<LogError>(PIECE, |bytes| {
                body = Some(STANDARD.encode(bytes));
                Ok(())
            })?;
            (0, body.or(Some(String::new())))
        };
        let version = after.map_or(1, |after| after.version + 1);
        let place = json!({"shop": self.shop, "version": version, "id": id});
        let mut statements = vec![
            json!([
                "INSERT INTO orders_changes (shop, version, id, kind, schema, rows, pieces, body) \
                 SELECT :shop, :version, :id, :kind, :schema, :rows, :pieces, :body \
                 WHERE (:version = 1 OR EXISTS (SELECT 1 FROM orders_changes WHERE shop = :shop \
                 AND version = :version - 1 AND id = :after)) \
                 AND (SELECT count(*) FROM orders_pieces WHERE shop = :shop AND id = :id) = :pieces \
                 ON CONFLICT DO NOTHING",
                {"shop": self.shop, "version": version, "id": id, "after": after.map(|after| after.id),
                 "kind": change.kind.as_str(), "schema": change.schema, "rows": change.rows, "pieces": pieces, "body": body}
            ]),
            json!(["SELECT id FROM orders_changes WHERE shop = :shop AND version = :version",
                   {"shop": self.shop, "version": version}]),
        ];
        // Each of these may arrive again later, after other changes.
        const IS_IN: &str =
            "EXISTS (SELECT 1 FROM orders_changes WHERE shop = :shop AND version = :version AND id = :id)";
        if let Some(ticket) = &self.ticket {
            statements.push(json!([
                format!("DELETE FROM orders_queue WHERE id = :ticket AND {IS_IN}"),
                {"shop": self.shop, "version": version, "id": id, "ticket": ticket.id}
            ]));
        }
        if change.kind == Kind::File {
            // Earlier bodies are not needed any more. Their ids still tell a replica of this log from one of another.
            statements.push(json!([
                format!(
                    "UPDATE orders_changes SET body = NULL WHERE shop = :shop AND version < :version \
                         AND body IS NOT NULL AND {IS_IN}"
                ),
                place
            ]));
            statements.push(json!([
                format!(
                    "DELETE FROM orders_pieces WHERE shop = :shop AND id <> :id AND {IS_IN} \
                         AND NOT EXISTS (SELECT 1 FROM orders_changes WHERE shop = :shop AND version > :version)"
                ),
                place
            ]));
        }
        let answer = self.nodes.send_change("/db/request?transaction", &Value::Array(statements));
        let answer = answer.map_err(|error| match error {
            // The statements whose tables are there have been carried out.
            LogError::NotBegun => {
                LogError::Unreached { problem: "lacks a table of orders".to_owned(), may_be_done: true }
            }
            error => error,
        })?;
        Ok(match answer.rows(1).first().and_then(|row| row.get(0)?.as_str()) {
            Some(first) if first == id.to_string() => {
                self.ticket = None;
                Appended::Mine
            }
            _ => {
                if pieces > 0 {
                    // Without success, they go with the next whole file.
                    let _ = self.take_back(id);
                }
                Appended::Not
            }
        })
    }

    fn is_crowded(&self) -> bool {
        self.queued > 0 && self.ticket.is_none()
    }

    fn before_in_queue(&mut self) -> Result<Option<Vec<QueuedTicket>>, LogError> {
        let ticket = match &self.ticket {
            Some(ticket) => ticket.id,
            None => {
                let ticket = self.ticket.insert(Ticket::new(self.nodes.clone())).id;
                let sql = "INSERT INTO orders_queue (shop, id) VALUES (:shop, :id) ON CONFLICT DO NOTHING";
                self.execute(&json!([[sql, {"shop": self.shop, "id": ticket}]]), Size::Small)?;
                ticket
            }
        };
        let sql = "SELECT id, beat FROM orders_queue WHERE shop = :shop ORDER BY ticket";
        let answer = self.nodes.send("/db/query?level=weak", &json!([[sql, {"shop": self.shop}]]), Size::Small)?;
        let read =
            |row: &Value| Some(QueuedTicket { id: row.get(0)?.as_str()?.parse().ok()?, beat: row.get(1)?.as_i64()? });
        let mut waiting: Vec<QueuedTicket> = answer.rows(0).iter().filter_map(read).collect();
        Ok(waiting.iter().position(|other| other.id == ticket).map(|place| {
            waiting.truncate(place);
            waiting
        }))
    }

    fn remove_from_queue(&mut self, ticket: Uuid) -> Result<(), LogError> {
        let sql = "DELETE FROM orders_queue WHERE id = :id";
        self.execute(&json!([[sql, {"id": ticket}]]), Size::Small).map(drop)
    }
}

/// A ticket that was not used is given back.
impl Drop for Rqlite {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let _ = self.remove_from_queue(ticket.id);
        }
    }
}

fn read_entry(row: &Value) -> Result<Entry, LogError> {
    let read = || {
        Some(Entry {
            position: Position { version: row.get(0)?.as_i64()?, id: row.get(1)?.as_str()?.parse().ok()? },
            kind: Kind::parse(row.get(2)?.as_str()?)?,
            schema: i32::try_from(row.get(3)?.as_i64()?).ok()?,
            rows: row.get(4)?.as_u64()?,
            pieces: row.get(5)?.as_i64()?,
            body: match row.get(6)? {
                Value::Null => None,
                body => Some(read_bytes(body).ok()?),
            },
        })
    };
    read().ok_or_else(|| {
        LogError::Refused(StoreError::refused("holds a change that this program cannot read: update orders"))
    })
}

fn read_bytes(value: &Value) -> Result<Vec<u8>, LogError> {
    let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
    bytes.ok_or_else(|| LogError::Refused(StoreError::refused("holds a change that is damaged")))
}
