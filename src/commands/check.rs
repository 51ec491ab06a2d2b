//! `orders check`: whether the file agrees with itself.

use clap::Args;
use serde_json::json;

use super::Context;
use crate::domain::text::visible;
use crate::error::Exit;
use crate::render::json::Body;

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
    let keys = ["code", "subject", "problem"];
    let bodies: Vec<Body> = findings
        .iter()
        .map(|finding| {
            let values = [json!(finding.code), json!(finding.subject), json!(finding.problem)];
            keys.into_iter().map(str::to_owned).zip(values).collect()
        })
        .collect();
    context.print_list(&keys, &bodies, || {
        let lines = findings.iter().map(|found| format!("{}: {}\n", visible(&found.subject), visible(&found.problem)));
        lines.collect()
    })?;
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
