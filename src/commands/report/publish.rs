//! What all reports share: their window, and how they are printed.

use std::io::Write as _;

use chrono::TimeZone;

use crate::commands::Context;
use crate::commands::arguments::reporting::ReportOptions;
use crate::commands::arguments::until_before_since;
use crate::domain::calendar::When;
use crate::domain::report::sales::Window;
use crate::domain::time::Timestamp;
use crate::error::{Exit, Failure, OutputError};
use crate::options::OutputFormat;
use crate::render::report::{Report, html, text};
use crate::ui;

/// Prints a report in the format of the command line, and returns the exit code.
pub fn publish(mut report: Report, options: &ReportOptions, context: &Context) -> anyhow::Result<Exit> {
    if options.prints(report.is_empty) {
        let mut stdout = ui::stdout();
        let mut put =
            |text: &str| -> anyhow::Result<()> { Ok(stdout.write_all(text.as_bytes()).map_err(OutputError)?) };
        match context.global.format() {
            OutputFormat::Html => html::put_page(&mut report.sheet, &mut put)?,
            OutputFormat::Table => text::put_report(&mut report.sheet, &mut put)?,
            OutputFormat::Json | OutputFormat::Ndjson => report.put_json(&mut put)?,
            OutputFormat::Csv => {
                let keys = report.keys;
                context.print_as_it_comes(keys, report.zone, |printer| report.rows.each(|row| printer.put(&row)))?;
            }
            OutputFormat::Xlsx => context.print_workbook(report.workbook()?)?,
        }
        stdout.flush().map_err(OutputError)?;
    }
    Ok(options.exit(report.is_empty))
}

/// Returns the window of a report.
///
/// # Errors
/// No time is in it.
pub fn window(
    since: Option<When>,
    until: Option<When>,
    now: Timestamp,
    zone: &impl TimeZone,
) -> Result<Window, Failure> {
    Window::new(since, until, now, zone).ok_or_else(|| match until {
        Some(_) => until_before_since(),
        None => Failure::usage("--since is after today: no time is between them"),
    })
}
