//! The options of commands that report, for scripts.

use clap::Args;

use crate::error::Exit;

/// When a report is printed, and how the command ends.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// Print nothing where there is nothing to report
    #[arg(long)]
    if_any: bool,
    /// End with 10 where there is something to report
    #[arg(long)]
    exit_code: bool,
}

impl ReportOptions {
    /// Returns whether to print a report.
    pub fn prints(&self, is_empty: bool) -> bool {
        !(is_empty && self.if_any)
    }

    /// Returns the exit code of a report.
    pub fn exit(&self, is_empty: bool) -> Exit {
        if self.exit_code && !is_empty { Exit::Findings } else { Exit::Done }
    }
}
