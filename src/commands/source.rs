//! Reading files and stdin.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Seek};
use std::os::fd::AsFd;
use std::path::Path;

use crate::error::{Failure, Fault, Kind};

/// How many bytes are read at a time.
const BUFFER: usize = 1 << 16;

/// Something to read records from, ready to be read at the program's own pace.
#[derive(Debug)]
pub struct Source {
    /// Its name as it was given; `-` for stdin.
    pub name: String,
    /// Its content.
    pub reader: BufReader<File>,
}

/// Opens the files that were named; `-`, or none at all, is stdin. Pipes are read to their end into unlinked temporary
/// files, so that a slow one keeps nobody waiting later.
pub fn open_sources(names: &[String]) -> anyhow::Result<Vec<Source>> {
    if names.is_empty() {
        return Ok(vec![spooled(open_source(None)?)?]);
    }
    names.iter().map(|name| Ok(spooled(open_source(Some(name))?)?)).collect()
}

/// Opens one file, which is read at its own pace; `-`, or none, is stdin.
pub fn open_source(name: Option<&str>) -> anyhow::Result<Source> {
    if name.is_none() && io::stdin().is_terminal() {
        return Err(Failure::usage("name a file, or - for stdin").into());
    }
    let name = name.unwrap_or("-");
    let file = if name == "-" {
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else if Path::new(name).is_dir() {
        return Err(Failure::new(Kind::Internal(Fault::Io), format!("cannot read {name}: it is a folder")).into());
    } else {
        File::open(name)
    };
    let file = file.map_err(|error| unreadable(name, &error))?;
    Ok(Source { name: name.to_owned(), reader: BufReader::with_capacity(BUFFER, file) })
}

fn spooled(source: Source) -> Result<Source, Failure> {
    let Source { name, reader } = source;
    let (file, failed) = (reader.into_inner(), |error: io::Error| unreadable(&name, &error));
    let file = if file.metadata().map_err(failed)?.is_file() { file } else { spool(file, failed)? };
    Ok(Source { reader: BufReader::with_capacity(BUFFER, file), name })
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::io(error, format!("cannot read {name}: {error}"))
}

/// Reads a pipe to its end, into a file that has no name.
fn spool(mut pipe: File, failed: impl Fn(io::Error) -> Failure) -> Result<File, Failure> {
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
    Ok(file)
}
