//! What an orders file holds, as text that can be compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::common;
use crate::shop::quick_folder;

/// Returns every row of a file that is sound; a file that is missing or blank has none.
pub fn state_of(file: &Path) -> Result<String, String> {
    if !file.exists() {
        return Ok(String::new());
    }
    let journal = PathBuf::from(format!("{}-journal", file.display()));
    if journal.exists() {
        // Whoever looks plays it back: that is left to the program.
        let room = quick_folder();
        let [copy, copied_journal] = ["copy", "copy-journal"].map(|name| room.path().join(name));
        fs::copy(&journal, copied_journal).and_then(|_| fs::copy(file, &copy)).unwrap();
        return rows_of(&copy);
    }
    rows_of(file)
}

fn rows_of(file: &Path) -> Result<String, String> {
    let look = || -> rusqlite::Result<(String, String)> {
        let connection = Connection::open(file)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let damage = "SELECT coalesce(group_concat(problem), '') FROM
                      (SELECT integrity_check AS problem FROM pragma_integrity_check WHERE integrity_check <> 'ok'
                       UNION ALL SELECT \"table\" FROM pragma_foreign_key_check)";
        let damage = connection.query_row(damage, [], |row| row.get(0))?;
        Ok((damage, dump(&connection)?))
    };
    match look() {
        Ok((damage, state)) if damage.is_empty() => Ok(state),
        Ok((damage, _)) => Err(format!("{} is damaged: {damage}", file.display())),
        Err(error) => Err(format!("{} cannot be read: {error}", file.display())),
    }
}

/// Returns every row of every table, with the ids that are drawn at random masked. What is derived of other rows is left out:
/// an older file has it not, and `orders check` holds that it agrees with them. So is the token of the last write, which a
/// refusal writes too, and what an older file has no column for,
/// where it says nothing.
pub fn dump(connection: &Connection) -> rusqlite::Result<String> {
    const DERIVED: [(&str, &str); 6] = [
        ("last_write", ""),
        ("order_texts", ""),
        ("item_names", ""),
        ("orders", "items_hash"),
        // What is left to do says nothing of what is done.
        ("to_overwrite", ""),
        // How far a replica has come is of the cluster.
        ("replica", ""),
    ];
    let is_derived = |table: &str, column: &str| {
        DERIVED.iter().any(|(derived, of)| table == *derived && (of.is_empty() || column == *of))
    };
    let dump = common::dump(connection, |table, column| !is_derived(table, column))?;
    let rows = dump.lines().map(|row| without_defaults(row).trim_end_matches("|Null").to_owned() + "\n");
    Ok(masked(&rows.collect::<String>()))
}

/// Leaves out the last columns of a row that an older file lacks, where they say nothing.
fn without_defaults(row: &str) -> &str {
    const TERMS: &str = "|Null|Integer(0)|Integer(0)|Integer(1)|Integer(1)|Integer(1)|Integer(0)|Integer(0)";
    let row = row.trim_end_matches("|Null");
    match row.split('|').next() {
        Some("orders") => row.strip_suffix(TERMS).unwrap_or(row),
        Some("order_items") => row.strip_suffix("|Integer(0)").unwrap_or(row),
        _ => row,
    }
}

/// Returns a text with the ids masked that the program drew: UUIDs of version 7, which no file of the tests brings.
pub fn masked(text: &str) -> String {
    const LENGTH: usize = 36;
    let is_drawn = |word: &[u8]| {
        word[14] == b'7'
            && word.iter().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    };
    let (mut masked, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(dash) = rest.find('-') {
        // An id has its first dash after eight digits.
        let word = dash.checked_sub(8).and_then(|start| Some((start, rest.as_bytes().get(start..start + LENGTH)?)));
        match word {
            Some((start, word)) if is_drawn(word) => {
                masked.push_str(&rest[..start]);
                masked.push_str("(drawn)");
                rest = &rest[start + LENGTH..];
            }
            _ => {
                masked.push_str(&rest[..=dash]);
                rest = &rest[dash + 1..];
            }
        }
    }
    masked + rest
}

/// Shows the rows in which a state differs from another.
pub fn difference(state: &str, other: &str) -> String {
    let only_in = |some: &str, others: &str, sign: &str| -> String {
        let lines = some.lines().filter(|line| !others.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    only_in(other, state, "-") + &only_in(state, other, "+")
}
