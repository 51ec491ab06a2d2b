//! Giving a finished file its name: whole and safely on the disk, or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// Gives a temporary file in the same file system its name, which must not be taken.
///
/// # Errors
/// Where this fails, there is no such file: also where only the folder, and so the name, cannot be synced.
pub fn publish(file: NamedTempFile, name: &Path) -> io::Result<()> {
    let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(folder)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(name).map_err(|error| error.error)?;
    folder.sync_all().inspect_err(|_| {
        let _ = fs::remove_file(name);
    })
}
