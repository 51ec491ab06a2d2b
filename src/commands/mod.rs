//! The commands: one command, one file; its arguments on top, then what it does.
//!
//! What they share stands here and in `find` (naming orders and products), `source` (reading files and stdin),
//! `receive` (taking one order in) and `tally` (what became of many records).

pub mod cancel;
pub mod config;
pub mod confirm;
pub mod create;
pub mod find;
pub mod help;
pub mod import;
pub mod list;
pub mod product;
pub mod receive;
pub mod set_status;
pub mod show;
pub mod source;
pub mod tally;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use serde_json::{Value, json};
use uuid::{NoContext, Uuid};

use crate::cli::{Command, Format, Global};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::error::{Exit, Failure, OutputError};
use crate::render::json::Body;
use crate::render::{Look, csv, zone};
use crate::store::{Access, Outcome, Stamp, Store, Write};
use crate::ui::Ui;

/// Runs a command.
pub fn run(command: Command, context: &mut Context) -> anyhow::Result<Exit> {
    if context.global.format() == Format::Html {
        return Err(Failure::usage("--format html is for reports only").into());
    }
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::Import(args) => import::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Confirm(args) => confirm::run(&args, context),
        Command::SetStatus(args) => set_status::run(&args, context),
        Command::Cancel(args) => cancel::run(&args, context),
        Command::Product(args) => product::run(args, context),
        Command::Config(args) => config::run(&args, context),
        Command::Help(args) => help::run(&args, context),
    }
}

/// What every command works with: the global options, the clock and the streams.
#[derive(Debug)]
pub struct Context {
    /// The global options.
    pub global: Global,
    /// The time of this run.
    pub now: Timestamp,
    /// The streams.
    pub ui: Ui,
    has_committed: bool,
}

impl Context {
    /// Starts a run.
    pub fn new(global: Global, now: Timestamp, ui: Ui) -> Context {
        Context {
            global,
            now,
            ui,
            has_committed: false,
        }
    }

    /// Tells whether this run has changed the file.
    pub fn has_committed(&self) -> bool {
        self.has_committed
    }

    /// Tells whether nothing is to be changed.
    pub fn is_dry_run(&self) -> bool {
        self.global.dry_run
    }

    /// Tells whether the result is for people.
    pub fn is_table(&self) -> bool {
        self.global.format() == Format::Table
    }

    /// Opens the orders file for reading.
    pub fn open_to_read(&self) -> anyhow::Result<Store> {
        Ok(Store::open(
            &self.file()?,
            Access::Read,
            self.global.wait(),
        )?)
    }

    /// Opens the orders file for changing what is there.
    pub fn open_to_write(&self) -> anyhow::Result<Store> {
        Ok(Store::open(
            &self.file()?,
            Access::Write,
            self.global.wait(),
        )?)
    }

    /// Opens the orders file for changing it, and makes it where it is missing, unless this is a dry run.
    pub fn open_or_create(&self) -> anyhow::Result<Store> {
        if self.is_dry_run() {
            return self.open_to_write();
        }
        let path = self.file()?;
        if self.global.db.is_none()
            && let Some(folder) = path.parent()
            && named_by_environment().is_none()
        {
            make_private_folder(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let store = Store::open(&path, Access::Create, self.global.wait())?;
        if store.was_created() {
            self.ui.note(&format!(
                "made a new orders file: {}",
                store.path().display()
            ));
        }
        Ok(store)
    }

    fn file(&self) -> anyhow::Result<PathBuf> {
        if let Some(path) = &self.global.db {
            if path.as_os_str().is_empty() {
                return Err(Failure::usage("--db needs the path of a file").into());
            }
            return Ok(path.clone());
        }
        if let Some(path) = named_by_environment() {
            return Ok(path);
        }
        let folders = etcetera::choose_base_strategy().map_err(|_| {
            Failure::usage("there is no home folder; name the file with --db FILE or ORDERS_DB")
        })?;
        Ok(folders.data_dir().join("orders").join("orders.db"))
    }

    /// Changes the file in one transaction, which a dry run undoes.
    pub fn write<T>(
        &mut self,
        store: &mut Store,
        write: impl FnOnce(&Write<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let outcome = if self.is_dry_run() {
            Outcome::RollBack
        } else {
            Outcome::Commit
        };
        let value = store.write(outcome, write)?;
        self.has_committed = outcome == Outcome::Commit;
        Ok(value)
    }

    /// Returns when, by whom and with which note this run writes.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            at: self.now,
            actor: "operator".to_owned(),
            note: self.global.note.clone(),
        }
    }

    /// Returns a maker of new ids. Ids of one run sort by time, which keeps the index on them compact.
    pub fn ids(&self) -> impl FnMut() -> Uuid + use<> {
        let millis = u64::try_from(self.now.millis()).unwrap_or_default();
        let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or_default();
        move || Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, millis / 1000, nanos))
    }

    /// Returns how results look to the person who reads them.
    pub fn look(&self, settings: &Settings) -> Look {
        Look {
            width: self.ui.width(),
            zone: zone::zone_of(settings),
        }
    }

    /// Prints the one body of a command, or for people `text`.
    pub fn print_one(&self, body: Body, text: impl FnOnce() -> String) -> Result<(), OutputError> {
        self.print(vec![body], false, text)
    }

    /// Prints a body for each thing that a command was about, or for people `text`. One thing gives a bare body.
    pub fn print_each(
        &self,
        bodies: Vec<Body>,
        text: impl FnOnce() -> String,
    ) -> Result<(), OutputError> {
        let many = bodies.len() != 1;
        self.print(bodies, many, text)
    }

    fn print(
        &self,
        mut bodies: Vec<Body>,
        many: bool,
        text: impl FnOnce() -> String,
    ) -> Result<(), OutputError> {
        if self.global.format() == Format::Table {
            return self.ui.print(&text());
        }
        if self.is_dry_run() {
            for body in &mut bodies {
                body.insert("dryRun".to_owned(), json!(true));
            }
        }
        let keys: Vec<String> = bodies
            .first()
            .map(|body| body.keys().cloned().collect())
            .unwrap_or_default();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut printer = Printer::new(self, &keys, many)?;
        for body in bodies {
            printer.put(body)?;
        }
        printer.finish()
    }
}

/// Prints bodies one by one, in any form but the table.
#[derive(Debug)]
pub struct Printer {
    stdout: std::io::BufWriter<std::io::StdoutLock<'static>>,
    format: Format,
    many: bool,
    count: u64,
}

impl Printer {
    /// Starts a list (`many`) or a single body. CSV begins with the header `keys`.
    pub fn new(context: &Context, keys: &[&str], many: bool) -> Result<Printer, OutputError> {
        let mut printer = Printer {
            stdout: context.ui.stdout(),
            format: context.global.format(),
            many,
            count: 0,
        };
        if printer.format == Format::Csv {
            printer.write(&csv::header(keys))?;
        }
        Ok(printer)
    }

    /// Prints one body.
    pub fn put(&mut self, body: Body) -> Result<(), OutputError> {
        let is_array = self.many && self.format == Format::Json;
        let before = match (is_array, self.count) {
            (true, 0) => "[\n",
            (true, _) => ",\n",
            (false, _) => "",
        };
        self.count += 1;
        self.write(before.as_bytes())?;
        if self.format == Format::Csv {
            return self.write(&csv::row(&body));
        }
        let after = if is_array { "" } else { "\n" };
        self.write(format!("{}{after}", Value::Object(body)).as_bytes())
    }

    /// Ends the list.
    pub fn finish(mut self) -> Result<(), OutputError> {
        if self.many && self.format == Format::Json {
            let end: &[u8] = if self.count == 0 { b"[]\n" } else { b"\n]\n" };
            self.write(end)?;
        }
        self.stdout.flush().map_err(OutputError)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.stdout.write_all(bytes).map_err(OutputError)
    }
}

fn named_by_environment() -> Option<PathBuf> {
    std::env::var_os("ORDERS_DB")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

fn make_private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Returns the columns that `--fields` chose among those there are, or else `default`.
pub fn choose_fields<'a>(
    chosen: Option<&'a [String]>,
    all: &[&'static str],
    default: &[&'static str],
) -> anyhow::Result<Vec<&'a str>>
where
    'static: 'a,
{
    let Some(chosen) = chosen else {
        return Ok(default.to_vec());
    };
    let unknown: Vec<_> = chosen
        .iter()
        .filter(|field| !all.contains(&field.as_str()))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let message = format!("there is no field {}", unknown.join(", "));
        return Err(Failure::usage(message)
            .hint(format!("the fields are {}", all.join(", ")))
            .into());
    }
    Ok(chosen.iter().map(String::as_str).collect())
}
