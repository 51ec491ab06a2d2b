//! Which files are accepted, and how one is created.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::connection::Access;
use super::error::StoreError;
use super::side_files::refuse_leftovers;
use crate::scratch::{folder_of, no_place_in, sync_folder};

/// Makes sure that `path` is a file that SQLite can lock and sync. Returns whether it was created.
pub(super) fn find_or_create(path: &Path, access: Access) -> Result<bool, StoreError> {
    let found = match fs::metadata(path) {
        Ok(metadata) => metadata,
        // No file is created at the target of a link: whoever made the link meant an existing file.
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            let target = fs::read_link(path)?;
            return Err(StoreError::refused(format!("is a link to {}, which is not there", target.display())));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && access == Access::Create => {
            refuse_network_folder(path.parent().unwrap_or(Path::new("/")))?;
            refuse_leftovers(path)?;
            if create(path)? {
                return Ok(true);
            }
            fs::metadata(path)?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(StoreError::Missing),
        Err(error) => return Err(error.into()),
    };
    if found.is_dir() {
        return Err(StoreError::NotOurs("is a folder, not an orders file"));
    }
    if !found.is_file() {
        return Err(StoreError::NotOurs("is not a regular file"));
    }
    if found.nlink() != 1 {
        // Locks and side files go by name: under two names, two programs would write past each other.
        return Err(StoreError::refused("has more than one hard link; give each copy its own file"));
    }
    refuse_network_folder(path)?;
    Ok(false)
}

/// Creates the file exclusively, for its owner only; `false` if another program was first.
///
/// If the program is killed from here on, an empty file stays at worst, which the next creating command completes.
#[expect(clippy::disallowed_methods, reason = "nothing has the new file open through SQLite yet")]
fn create(path: &Path) -> Result<bool, StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::refused(format!("cannot be made: {}", no_place_in(folder_of(path)))));
        }
        Err(error) => return Err(error.into()),
    }
    sync_folder(folder_of(path))?;
    Ok(true)
}

/// Refuses network file systems, whose locks cannot be trusted. `on` is the file, or its folder if there is no file
/// yet.
#[cfg(target_os = "linux")]
fn refuse_network_folder(on: &Path) -> Result<(), StoreError> {
    const NETWORK: [(i64, &str); 4] = [(0x6969, "NFS"), (0x517B, "SMB"), (0xFE53_4D42, "SMB"), (0xFF53_4D42, "CIFS")];
    let Ok(found) = rustix::fs::statfs(on) else {
        return Ok(());
    };
    let kind = found.f_type & 0xFFFF_FFFF;
    match NETWORK.iter().find(|(magic, _)| *magic == kind) {
        Some((_, name)) => Err(StoreError::refused(format!("is on a network folder ({name}), where locks fail"))),
        None => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn refuse_network_folder(_on: &Path) -> Result<(), StoreError> {
    Ok(())
}
