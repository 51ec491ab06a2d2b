//! Reading files and stdin.

use std::io::{self, BufRead, BufReader, IsTerminal, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use clap::Args;

use crate::commands::Context;
use crate::error::{Failure, FailureKind, Fault};
use crate::input::table::csv;
use crate::store::{NotOpened, OrdersFiles, PlainFile};
use crate::ui;

/// How many bytes to read at a time.
const BUFFER: usize = 1 << 16;

/// How many of a pipe's first bytes decide whether it has a known format (1 MiB).
const HEAD: usize = 1 << 20;

/// How much is read.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// The most bytes to read of a pipe: 512M, 8G
    #[arg(long, value_name = "BYTES", default_value = "4G", value_parser = parse_bytes)]
    max_input: u64,
}

/// Reads a number of bytes, with a unit that is a power of 1024.
fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_ascii_uppercase();
    let power = match unit.trim_end_matches("IB").trim_end_matches('B') {
        "" => Some(0),
        "K" => Some(10),
        "M" => Some(20),
        "G" => Some(30),
        "T" => Some(40),
        _ => None,
    };
    let number = digits.trim().parse::<u64>().ok().filter(|number| *number > 0);
    let bytes = number.zip(power).and_then(|(number, power)| number.checked_mul(1 << power));
    bytes.ok_or_else(|| "must be a number of bytes, such as 1000000, 512M or 8G".to_owned())
}

/// A source of records that never keeps the program waiting.
#[derive(Debug)]
pub struct InputFile {
    /// Its name as it was given; `-` for stdin.
    pub name: String,
    pub reader: BufReader<PlainFile>,
    /// Where it begins; a pipe that is read directly has no such place.
    start: Option<u64>,
}

impl InputFile {
    fn of(name: String, mut file: PlainFile) -> InputFile {
        let start = file.stream_position().ok();
        InputFile { name, reader: BufReader::with_capacity(BUFFER, file), start }
    }

    /// Opens it once more, from where it began.
    ///
    /// # Errors
    /// It is a pipe, or fails.
    pub fn reopened(&self) -> Result<InputFile, Failure> {
        let again = |start: Option<u64>| {
            let mut file = self.reader.get_ref().duplicate()?;
            file.seek(SeekFrom::Start(start.ok_or(io::ErrorKind::NotSeekable)?))?;
            Ok(InputFile::of(self.name.clone(), file))
        };
        again(self.start).map_err(|error| unreadable(&self.name, &error))
    }
}

/// Opens the named files; `-` or none is stdin. Pipes that `refuse_endless` does not refuse are first read to their end into
/// unnamed temporary files, so that a slow one keeps nobody waiting later.
///
/// # Errors
/// One cannot be opened, or is the orders file or a file beside it: a shell may expand `*` to these.
pub fn open_sources(
    names: &[String],
    limit: &InputArgs,
    refuse_endless: RefuseEndless<'_>,
    context: &Context,
) -> anyhow::Result<Vec<InputFile>> {
    if names.is_empty() {
        return Ok(vec![spooled(open_source(None, context)?, limit, refuse_endless)?]);
    }
    let orders_files = context.orders_files()?;
    let ours = names.iter().filter_map(|name| Some(problem(name, &orders_files.name(Path::new(name))?)));
    let ours: Vec<String> = ours.collect();
    if !ours.is_empty() {
        return Err(refuse(ours).into());
    }
    let open = |name: &String| Ok(spooled(open_named(name, &orders_files, context)?, limit, refuse_endless)?);
    names.iter().map(open).collect()
}

/// Opens a list in one file, with some of the `known` columns; `-` is stdin. A pipe is first read to its end, as
/// [`open_sources`] does.
///
/// # Errors
/// It cannot be opened, or is the orders file or beside it.
pub fn open_list(
    name: &str,
    known: &[&'static str],
    limit: &InputArgs,
    context: &Context,
) -> anyhow::Result<InputFile> {
    Ok(spooled(open_source(Some(name), context)?, limit, &|head| csv::refuse_endless(head, known))?)
}

/// Given the first bytes of a pipe that has more: says why it can never be read; `None` if it may.
pub type RefuseEndless<'r> = &'r dyn Fn(&[u8]) -> Option<String>;

/// Opens one file; `-` or none is stdin.
///
/// # Errors
/// It cannot be opened, or is the orders file or beside it.
pub fn open_source(name: Option<&str>, context: &Context) -> anyhow::Result<InputFile> {
    if name.is_none() && io::stdin().is_terminal() {
        return Err(Failure::usage("name a file, or - for stdin").into());
    }
    Ok(open_named(name.unwrap_or(STDIN), &context.orders_files()?, context)?)
}

/// Opens stdin for a list of references. Every command reads stdin through this or [`open_source`], so that all of them end at
/// the first end of it, and tell a person at a terminal what they wait for.
///
/// # Errors
/// It is the orders file or beside it; it is closed.
pub fn open_stdin(context: &Context) -> anyhow::Result<impl BufRead> {
    Ok(open_named(STDIN, &context.orders_files()?, context)?.reader)
}

/// The name that stands for stdin.
const STDIN: &str = "-";

fn open_named(name: &str, orders_files: &OrdersFiles, context: &Context) -> Result<InputFile, Failure> {
    let file = match name {
        STDIN => {
            if ui::is_interactive() {
                context.ui.note("type or paste here; Ctrl-D on a new line ends");
            }
            ui::begin_input();
            orders_files.open_stdin()
        }
        _ if Path::new(name).is_dir() => {
            return Err(Failure::new(FailureKind::Internal(Fault::Io), format!("cannot read {name}: it is a folder")));
        }
        _ => orders_files.open(Path::new(name)),
    };
    let file = file.map_err(|error| match error {
        NotOpened::Ours(ours) => refuse(vec![problem(name, &ours)]),
        NotOpened::Io(error) => unreadable(name, &error),
    })?;
    Ok(InputFile::of(name.to_owned(), file))
}

fn problem(name: &str, ours: &str) -> String {
    format!("{}: {ours}", if name == STDIN { "stdin" } else { name })
}

/// Refuses sources that are the orders file or beside it.
fn refuse(ours: Vec<String>) -> Failure {
    Failure::new(FailureKind::InvalidInput, "the orders file cannot be read as input")
        .error("The orders file cannot be read as input")
        .details(ours)
        .hint("name the files to read, such as *.json; * matches the orders file too")
}

fn spooled(source: InputFile, limit: &InputArgs, refuse_endless: RefuseEndless<'_>) -> Result<InputFile, Failure> {
    let InputFile { name, reader, .. } = source;
    let file = reader.into_inner();
    let is_file = file.file().metadata().map_err(|error| unreadable(&name, &error))?.is_file();
    let file = if is_file { file } else { spool(&name, file, limit.max_input, refuse_endless)? };
    Ok(InputFile::of(name, file))
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::io(error, format!("cannot read {name}"))
}

/// Reads a pipe to its end into an unnamed file. An endless one is refused by its first bytes, or beyond `most` bytes.
fn spool(name: &str, mut pipe: PlainFile, most: u64, refuse_endless: RefuseEndless<'_>) -> Result<PlainFile, Failure> {
    let in_folder = |error: io::Error| {
        let folder = std::env::temp_dir();
        Failure::io(&error, format!("cannot write a temporary file in {}", folder.display()))
            .hint("TMPDIR names another folder for temporary files")
    };
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => in_folder(error),
        _ => unreadable(name, &error),
    };
    let cannot_be_read = |what: String| {
        Failure::new(FailureKind::InvalidInput, format!("{name} cannot be read"))
            .error("The input cannot be read")
            .details(vec![what])
    };
    let mut head = Vec::new();
    (&mut pipe).take(HEAD as u64).read_to_end(&mut head).map_err(failed)?;
    if head.len() == HEAD
        && let Some(what) = refuse_endless(&head)
    {
        return Err(cannot_be_read(format!("{name}:1: {what}")));
    }
    let mut file = tempfile::tempfile().map_err(in_folder)?;
    file.write_all(&head).map_err(failed)?;
    let length = head.len() as u64;
    drop(head);
    let rest = most.saturating_add(1).saturating_sub(length);
    let length = length + io::copy(&mut (&mut pipe).take(rest), &mut file).map_err(failed)?;
    if length > most {
        let what = format!("{name}: has more than {most} bytes");
        return Err(cannot_be_read(what).hint("--max-input 8G reads more; or name a file"));
    }
    file.rewind().map_err(failed)?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_again_from_where_it_began() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"read before, {}").unwrap();
        file.seek(SeekFrom::Start(13)).unwrap();
        let source = InputFile::of("-".to_owned(), file.into());
        for _ in 0..2 {
            let mut text = String::new();
            source.reopened().unwrap().reader.read_to_string(&mut text).unwrap();
            assert_eq!(text, "{}");
        }
    }

    #[test]
    fn bytes_are_counted_in_powers_of_1024() {
        for (text, bytes) in [
            ("17", Some(17)),
            ("4G", Some(4 << 30)),
            ("512 MiB", Some(512 << 20)),
            ("1kb", Some(1024)),
            ("0", None),
            ("-1", None),
            ("1.5G", None),
            ("G", None),
            ("1X", None),
            ("99999999999999999999", None),
            ("17179869184G", None),
        ] {
            assert_eq!(parse_bytes(text).ok(), bytes, "{text}");
        }
    }
}
