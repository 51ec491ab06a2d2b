//! The SQL functions that the program provides.

use memchr::memmem::Finder;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::FromSqlError;

use super::fold::fold;
use crate::domain::phone::{full_number, phone_problem};
use crate::domain::text::size_key;

/// Registers `is_found_in(needle, text, …)`, which says whether one of the texts contains a folded needle, and
/// `full_number(phone, country code)`.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("is_found_in", -1, flags, |context| {
        // The same for every row of a statement.
        let needle =
            context.get_or_create_aux(0, |needle| Ok::<_, FromSqlError>(Finder::new(needle.as_str()?).into_owned()))?;
        let is_found = |index| {
            let text = context.get_raw(index).as_str();
            text.is_ok_and(|text| needle.find(fold(text).as_bytes()).is_some())
        };
        Ok((1..context.len()).any(is_found))
    })?;
    connection.create_scalar_function("full_number", 2, flags, |context| {
        let text = |index| context.get_raw(index).as_str_or_null();
        Ok(text(0).ok().flatten().map(|phone| full_number(phone, text(1).ok().flatten())))
    })?;
    connection.create_scalar_function("phone_problem", 1, flags, |context| {
        Ok(context.get_raw(0).as_str().map_or(None, phone_problem))
    })?;
    connection.create_scalar_function("size_key", 1, flags, |context| Ok(size_key(context.get_raw(0).as_str()?)))
}
