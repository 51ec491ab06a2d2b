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
use crate::render::report::rows::RowForm;
use crate::render::report::{Report, html, text};
use crate::ui;

/// Returns what the rows of a report are printed as.
pub fn row_form(context: &Context) -> RowForm {
    match context.global.format() {
        OutputFormat::Csv => RowForm::Csv,
        format if format.is_for_people() => RowForm::Tables,
        _ => RowForm::Bodies,
    }
}

/// Prints a report in the format of the command line, and returns the exit code.
pub fn publish(mut report: Report, options: &ReportOptions, context: &Context) -> anyhow::Result<Exit> {
    let is_empty = report.is_empty;
    if options.prints(is_empty) {
        let mut stdout = ui::stdout();
        let mut write = |bytes: &[u8]| anyhow::Ok(stdout.write_all(bytes).map_err(OutputError)?);
        let mut put = |text: &str| write(text.as_bytes());
        match context.global.format() {
            OutputFormat::Html => html::put_page(&mut report.sheet, &mut put)?,
            OutputFormat::Table => text::put_report(&mut report.sheet, &mut put)?,
            OutputFormat::Json | OutputFormat::Ndjson => report.put_json(&mut put)?,
            OutputFormat::Csv => report.rows.put_csv(&mut write)?,
            OutputFormat::Xlsx => context.print_workbook(report.workbook()?)?,
        }
        stdout.flush().map_err(OutputError)?;
    }
    Ok(options.exit(is_empty))
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
