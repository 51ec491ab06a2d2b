//! `orders check`: whether the file agrees with itself.

use clap::Args;

use super::Context;
use crate::error::Exit;
use crate::render::json::{FINDING_KEYS, finding};
use crate::render::prose::sentence;
use crate::ui;

/// Check that the file agrees with itself: silent when all is well, else 10 and each finding
///
/// Replays movements to stock on hand, items to totals and events to statuses, and runs SQLite's own checks.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders check
  orders check --json
  orders check || echo 'look at this' | mail -s 'orders file' owner@shop.example")]
pub struct CheckArgs {}

/// Runs the command.
pub fn run(_args: &CheckArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let findings = context.open_to_read()?.read(|read| read.findings())?;
    let bodies: Vec<_> = findings.iter().map(finding).collect();
    context.print_list(FINDING_KEYS, &bodies, || {
        let lines = findings.iter().map(|found| format!("{}: {}", found.subject, found.problem));
        lines.map(|line| sentence(&line, ui::width())).collect()
    })?;
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
