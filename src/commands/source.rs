//! Reading files and stdin.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Seek};
use std::os::fd::AsFd;
use std::path::Path;

use crate::error::{Failure, Kind};

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
        if io::stdin().is_terminal() {
            return Err(Failure::usage("name a file, or - for stdin").into());
        }
        return Ok(vec![open("-")?]);
    }
    names.iter().map(|name| open(name)).collect()
}

/// Opens one file; `-` is stdin.
fn open(name: &str) -> anyhow::Result<Source> {
    let failed = |error: io::Error| Failure::new(Kind::Internal, format!("cannot read {name}: {error}"));
    let file = if name == "-" {
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else if Path::new(name).is_dir() {
        return Err(Failure::new(Kind::Internal, format!("cannot read {name}: it is a folder")).into());
    } else {
        File::open(name)
    }
    .map_err(failed)?;
    let file = if file.metadata().map_err(failed)?.is_file() { file } else { spool(file, failed)? };
    Ok(Source { name: name.to_owned(), reader: BufReader::with_capacity(1 << 16, file) })
}

/// Reads a pipe to its end, into a file that has no name.
fn spool(mut pipe: File, failed: impl Fn(io::Error) -> Failure) -> Result<File, Failure> {
    let in_folder = |error: io::Error| {
        let folder = std::env::temp_dir();
        Failure::new(Kind::Internal, format!("cannot keep what is read in {}: {error}", folder.display()))
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
