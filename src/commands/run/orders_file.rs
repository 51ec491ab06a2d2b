//! Which file is the orders file, and opening it.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

#[cfg(feature = "cluster")]
use super::address::address_in;
use super::address::{ensure_file, is_url};
use super::context::Context;
#[cfg(feature = "cluster")]
use super::shop;
use crate::domain::shell::shell_argument;
use crate::domain::text::without_user_info;
use crate::error::{Failure, NAME_ANOTHER_FILE};
#[cfg(feature = "cluster")]
use crate::store::Address;
use crate::store::{Access, ExposedTo, OrdersFiles, Store};

impl Context {
    pub fn open_to_read(&self) -> anyhow::Result<Store> {
        self.open(&self.file()?, Access::Read)
    }

    /// Opens the orders file for reading; what is too long to be sorted in memory is sorted in files.
    pub fn open_to_survey(&self) -> anyhow::Result<Store> {
        self.open(&self.file()?, Access::Survey)
    }

    pub fn open_to_back_up(&self) -> anyhow::Result<Store> {
        self.open(&self.file()?, Access::BackUp)
    }

    /// Opens an existing orders file for writing.
    pub fn open_to_write(&self) -> anyhow::Result<Store> {
        let access = if self.is_dry_run() { Access::DryRun } else { Access::Write };
        self.open(&self.file()?, access)
    }

    /// Opens the orders file for writing, and creates it if it is missing, unless this is a dry run.
    pub fn open_or_create(&self) -> anyhow::Result<Store> {
        if self.is_dry_run() {
            return self.open_to_write();
        }
        let path = self.file()?;
        if self.global.db.is_none()
            && let Some(folder) = path.parent()
            && named_by_environment().is_none()
        {
            make_private_folder(folder).map_err(|error| {
                Failure::io(&error, format!("cannot make the folder {}", folder.display())).hint(NAME_ANOTHER_FILE)
            })?;
        }
        let store = self.open(&path, Access::Create)?;
        if store.was_created() {
            self.ui.note(&format!("made a new orders file: {}", self.name(store.path()).display()));
        }
        Ok(store)
    }

    /// Opens the orders file. Warns once a run, even with `--quiet`, if others can use it: its mode is its only lock.
    fn open(&self, path: &Path, access: Access) -> anyhow::Result<Store> {
        let store = self.open_store(path, access)?;
        if let Some(may) = store.exposed_to()
            && !self.has_warned_of_others.replace(true)
        {
            let done = match may {
                ExposedTo::Read => "read",
                ExposedTo::Write => "changed",
            };
            let file = store.path().display().to_string();
            self.ui.warn(&format!("{file} can be {done} by other users"));
            self.ui.hint(&format!("to keep it to yourself:  chmod 600 {}", shell_argument(&file)));
        }
        if let Some(kept) = store.migration_backup() {
            let (file, kept) = (self.name(store.path()), kept.display());
            let file = file.display();
            self.ui.warn(&format!("brought {file} up to this version of orders; the old file is kept as {kept}"));
        }
        Ok(store)
    }

    #[cfg(feature = "cluster")]
    fn open_store(&self, path: &Path, access: Access) -> anyhow::Result<Store> {
        match self.address()? {
            Some(address) => shop::open(&address, access, self),
            None => Ok(Store::open(path, access, self.global.wait())?),
        }
    }

    #[cfg(not(feature = "cluster"))]
    fn open_store(&self, path: &Path, access: Access) -> anyhow::Result<Store> {
        Ok(Store::open(path, access, self.global.wait())?)
    }

    /// Returns the shop in a cluster that `--db` or `ORDERS_DB` names, if one does.
    #[cfg(feature = "cluster")]
    pub fn address(&self) -> anyhow::Result<Option<Address>> {
        match self.global.db.clone().or_else(named_by_environment) {
            Some(path) => address_in(&path),
            None => Ok(None),
        }
    }

    /// Returns what messages call an orders file: for a replica, the address of the shop without its password.
    #[cfg(feature = "cluster")]
    pub fn name(&self, path: &Path) -> PathBuf {
        match self.address() {
            Ok(Some(address)) => address.to_string().into(),
            _ => path.to_owned(),
        }
    }

    /// Returns what messages call an orders file.
    #[cfg(not(feature = "cluster"))]
    #[expect(clippy::unused_self, reason = "other builds need it")]
    pub fn name(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    /// Returns the caller's `--db` as hints may show it: without a password.
    pub fn shown_db(&self) -> Option<PathBuf> {
        let path = self.global.db.as_ref()?;
        let name = if is_url(path) { self.name(path) } else { path.clone() };
        Some(match name.to_str() {
            Some(name) => without_user_info(name).into_owned().into(),
            None => name,
        })
    }

    /// Returns the absolute path of the orders file: `--db`, else `ORDERS_DB`, else the one in the user's data folder. Of a shop in a
    /// cluster it is this machine's replica.
    pub fn file(&self) -> anyhow::Result<PathBuf> {
        #[cfg(feature = "cluster")]
        if let Some(address) = self.address()? {
            return shop::replica(&address);
        }
        let absolute = |path: &Path| {
            let gone =
                |error| Failure::io(&error, "cannot find the current folder").hint("cd to a folder that is there");
            Ok(std::path::absolute(path).map_err(gone)?)
        };
        match (&self.global.db, named_by_environment()) {
            (Some(path), _) if path.as_os_str().is_empty() => {
                Err(Failure::usage("--db needs the path of a file").into())
            }
            (Some(path), _) => absolute(ensure_file(path)?),
            (None, Some(path)) => absolute(ensure_file(&path)?),
            (None, None) => {
                let folders = etcetera::choose_base_strategy().map_err(|_| {
                    Failure::usage("there is no home folder; name the file with --db FILE or ORDERS_DB")
                })?;
                Ok(folders.data_dir().join("orders").join("orders.db"))
            }
        }
    }

    /// Returns the orders file and the files beside it, which no other argument may name.
    pub fn orders_files(&self) -> anyhow::Result<OrdersFiles> {
        Ok(OrdersFiles::of(&self.file()?))
    }
}

fn named_by_environment() -> Option<PathBuf> {
    std::env::var_os("ORDERS_DB").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
