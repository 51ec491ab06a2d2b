//! What a dry run of an import would change, product by product.

use serde_json::Value;

use crate::commands::Context;
use crate::domain::product_change::{ProductChange, ProductDecision};
use crate::render::json::{self, Body};
use crate::render::product;
use crate::spool::{Spool, SpoolError};
use crate::ui;

/// The most changes that a body has.
const LISTED: usize = 1000;

/// The changes, which only a dry run keeps.
pub enum CatalogueChanges {
    /// They are not wanted.
    None,
    /// As lines for people, however many.
    Lines(Spool<String>),
    /// The first ones, for programs.
    Listed(Vec<Value>),
}

impl CatalogueChanges {
    /// Keeps what this run is to show.
    pub fn of(context: &Context) -> CatalogueChanges {
        match (context.is_dry_run(), context.is_table()) {
            (true, true) if !context.ui.quiet => CatalogueChanges::Lines(Spool::default()),
            (true, false) => CatalogueChanges::Listed(Vec::new()),
            _ => CatalogueChanges::None,
        }
    }

    /// Adds what becomes of one product.
    ///
    /// # Errors
    /// The temporary folder takes no more.
    pub fn add(&mut self, decision: &ProductDecision) -> Result<(), SpoolError> {
        match (self, &decision.change) {
            (CatalogueChanges::None, _) | (_, ProductChange::Unchanged(_)) => Ok(()),
            (CatalogueChanges::Lines(lines), _) => lines.push(&product::change(decision, ui::width())),
            (CatalogueChanges::Listed(listed), _) => {
                let room = LISTED.saturating_sub(listed.len());
                listed.extend(json::product_changes(decision).into_iter().map(Value::Object).take(room));
                Ok(())
            }
        }
    }

    /// Prints the result of the import: its `line` and the changes, or its body with them.
    pub fn print(self, mut body: Body, line: impl FnOnce() -> String, context: &Context) -> anyhow::Result<()> {
        let mut lines = match self {
            CatalogueChanges::None => None,
            CatalogueChanges::Lines(lines) => Some(lines),
            CatalogueChanges::Listed(listed) => {
                body.insert("changes".to_owned(), listed.into());
                None
            }
        };
        let quiet = context.ui.quiet;
        if let Some(lines) = &mut lines {
            ui::print(&line())?;
            lines.each(|line| anyhow::Ok(ui::print(&line)?))?;
            return Ok(context.print_one(body, String::new)?);
        }
        Ok(context.print_one(body, || if quiet { String::new() } else { line() })?)
    }
}
