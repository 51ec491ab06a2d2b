//! Reading files and stdin.

use std::io::{self, BufReader, IsTerminal, Seek};
use std::path::Path;

use crate::error::{Failure, Fault, Kind};
use crate::store::{NotOpened, OrdersFiles, PlainFile};

/// How many bytes are read at a time.
const BUFFER: usize = 1 << 16;

/// Something to read records from, ready to be read at the program's own pace.
#[derive(Debug)]
pub struct Source {
    /// Its name as it was given; `-` for stdin.
    pub name: String,
    /// Its content.
    pub reader: BufReader<PlainFile>,
}

/// Opens the files that were named; `-`, or none at all, is stdin. Pipes are read to their end into unlinked temporary
/// files, so that a slow one keeps nobody waiting later.
///
/// # Errors
/// One cannot be opened; some are the orders file or stand beside it, as where a shell puts in every file of its folder.
pub fn open_sources(names: &[String], orders_files: &OrdersFiles) -> anyhow::Result<Vec<Source>> {
    if names.is_empty() {
        return Ok(vec![spooled(open_source(None, orders_files)?)?]);
    }
    let ours = names.iter().filter_map(|name| Some(problem(name, &orders_files.name(Path::new(name))?)));
    let ours: Vec<String> = ours.collect();
    if !ours.is_empty() {
        return Err(refuse(ours).into());
    }
    names.iter().map(|name| Ok(spooled(open_source(Some(name), orders_files)?)?)).collect()
}

/// Opens one file, which is read at its own pace; `-`, or none, is stdin.
///
/// # Errors
/// It cannot be opened; it is the orders file or stands beside it.
pub fn open_source(name: Option<&str>, orders_files: &OrdersFiles) -> anyhow::Result<Source> {
    if name.is_none() && io::stdin().is_terminal() {
        return Err(Failure::usage("name a file, or - for stdin").into());
    }
    let name = name.unwrap_or("-");
    let file = match name {
        "-" => orders_files.open_stdin(),
        _ if Path::new(name).is_dir() => {
            return Err(Failure::new(Kind::Internal(Fault::Io), format!("cannot read {name}: it is a folder")).into());
        }
        _ => orders_files.open(Path::new(name)),
    };
    let file = file.map_err(|error| match error {
        NotOpened::Ours(ours) => refuse(vec![problem(name, &ours)]),
        NotOpened::Io(error) => unreadable(name, &error),
    })?;
    Ok(Source { name: name.to_owned(), reader: BufReader::with_capacity(BUFFER, file) })
}

fn problem(name: &str, ours: &str) -> String {
    format!("{}: {ours}", if name == "-" { "stdin" } else { name })
}

/// Refuses sources that are the orders file, or stand beside it.
fn refuse(ours: Vec<String>) -> Failure {
    Failure::new(Kind::InvalidInput, "the orders file cannot be read as input; nothing changed")
        .error("The orders file cannot be read as input")
        .details(ours)
        .hint("name the files to read, such as *.json: * takes in the orders file too")
}

fn spooled(source: Source) -> Result<Source, Failure> {
    let Source { name, reader } = source;
    let (file, failed) = (reader.into_inner(), |error: io::Error| unreadable(&name, &error));
    let file = if file.file().metadata().map_err(failed)?.is_file() { file } else { spool(file, failed)? };
    Ok(Source { reader: BufReader::with_capacity(BUFFER, file), name })
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::io(error, format!("cannot read {name}: {error}"))
}

/// Reads a pipe to its end, into a file that has no name.
fn spool(mut pipe: PlainFile, failed: impl Fn(io::Error) -> Failure) -> Result<PlainFile, Failure> {
    let in_folder = |error: io::Error| {
        let folder = std::env::temp_dir();
        Failure::io(&error, format!("cannot keep what is read in {}: {error}", folder.display()))
            .hint("TMPDIR names another folder")
    };
    let mut file = tempfile::tempfile().map_err(in_folder)?;
    io::copy(&mut pipe, &mut file).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => in_folder(error),
        _ => failed(error),
    })?;
    file.rewind().map_err(failed)?;
    Ok(file.into())
}
