//! Compares the schema of a file with `schema.sql`.
//!
//! Definitions are compared by meaning. Comments, spaces, quotes and the order of columns make no difference (a column that
//! was added later stands last), nor does it matter whether a CHECK has its words in one list or in several.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::error::StoreError;
use super::identity::{SCHEMA, SCHEMA_VERSION};
use super::migrate::bring_up_to_date;
use super::sql_functions;
use crate::domain::finding::Finding;

/// The tables that Litestream adds to a file that it replicates, and the one that a replica of a cluster has.
const OF_OTHERS: [&str; 3] = ["_litestream_seq", "_litestream_lock", "replica"];

/// The objects of a schema: kind and name, with the definition.
type Objects = BTreeMap<(String, String), String>;

/// Returns the names of the tables that an orders file has.
pub(super) fn tables() -> rusqlite::Result<Vec<String>> {
    let ours = Connection::open_in_memory()?;
    ours.execute_batch(SCHEMA)?;
    Ok(objects(&ours)?.into_keys().filter(|(kind, _)| kind == "table").map(|(_, name)| name).collect())
}

/// An index on a part of a table.
pub(super) struct PartialIndex {
    pub name: String,
    pub table: String,
    /// Which rows it has.
    pub condition: String,
    pub definition: String,
}

/// Returns the indexes of an orders file that are on a part of a table.
pub(super) fn partial_indexes() -> rusqlite::Result<Vec<PartialIndex>> {
    let ours = Connection::open_in_memory()?;
    ours.execute_batch(SCHEMA)?;
    let mut statement = ours.prepare(
        "SELECT m.name, m.tbl_name, m.sql FROM sqlite_schema AS m, pragma_index_list(m.tbl_name) AS i
         WHERE m.type = 'index' AND i.name = m.name AND i.partial ORDER BY m.name",
    )?;
    let indexes = statement.query_map([], |row| {
        let definition: String = row.get(2)?;
        let condition = definition.split_once("WHERE").map(|(_, condition)| condition.trim().to_owned());
        Ok(PartialIndex { name: row.get(0)?, table: row.get(1)?, condition: condition.unwrap_or_default(), definition })
    })?;
    indexes.collect()
}

/// Finds what a file's schema has that is not ours, and what it lacks. An older file is compared as it would be
/// after migration.
pub(super) fn schema_differences(connection: &Connection, version: i32) -> Result<Vec<Finding>, StoreError> {
    let ours = Connection::open_in_memory()?;
    ours.execute_batch(SCHEMA)?;
    let ours = objects(&ours)?;
    let mut theirs = objects(connection)?;
    let mut findings = Vec::new();
    if version < SCHEMA_VERSION {
        match migrated(&theirs, version) {
            Ok(model) => theirs = model,
            Err(error) => return Ok(vec![finding("schema", error.to_string())]),
        }
    }
    for ((kind, name), sql) in &ours {
        match theirs.get(&(kind.clone(), name.clone())) {
            None => findings.push(finding(name, format!("the {kind} is missing"))),
            Some(found) => findings.extend(differences(found, sql).into_iter().map(|problem| finding(name, problem))),
        }
    }
    for (kind, name) in theirs.keys().filter(|object| !ours.contains_key(object)) {
        findings.push(finding(
            name,
            format!("is {} {kind} that this program does not have", if kind == "index" { "an" } else { "a" }),
        ));
    }
    Ok(findings)
}

/// Returns the schema of an older file as it would be after migration.
fn migrated(theirs: &Objects, version: i32) -> Result<Objects, StoreError> {
    let model = Connection::open_in_memory()?;
    sql_functions::register(&model)?;
    // Tables first: indexes, views and triggers need them.
    for kind in ["table", "index", "view", "trigger"] {
        for (_, sql) in theirs.iter().filter(|((of_kind, _), _)| of_kind == kind) {
            model.execute_batch(sql)?;
        }
    }
    model.pragma_update(None, "user_version", version)?;
    bring_up_to_date(&model)?;
    Ok(objects(&model)?)
}

fn finding(subject: &str, problem: String) -> Finding {
    Finding { code: "schema".to_owned(), subject: subject.to_owned(), problem }
}

fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    let mut statement = connection.prepare(
        "SELECT type, lower(name), coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let objects = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    let is_ours = |((_, name), _): &((String, String), String)| !OF_OTHERS.contains(&name.as_str());
    objects.filter(|object| object.as_ref().map_or(true, is_ours)).collect()
}

/// Says how a definition differs from ours.
fn differences(theirs: &str, ours: &str) -> Vec<String> {
    let (theirs, ours) = (parts(theirs), parts(ours));
    let lacks =
        ours.iter().filter(|part| !theirs.contains(part)).map(|part| format!("lacks in its definition: {part}"));
    let adds = theirs.iter().filter(|part| !ours.contains(part)).map(|part| format!("has in its definition: {part}"));
    lacks.chain(adds).collect()
}

/// Splits the definition of a table into its columns, its constraints, and what stands outside the parentheses.
fn parts(sql: &str) -> Vec<String> {
    let nodes = parse(&mut tokens(sql).into_iter());
    let Some(body) = nodes.iter().position(|node| matches!(node, Node::Group(_))) else {
        return vec![text(&nodes)];
    };
    let Node::Group(columns) = &nodes[body] else { return vec![text(&nodes)] };
    // The order of columns matters in an index.
    if nodes.get(1).is_none_or(|node| !node.is("table")) {
        return vec![text(&nodes)];
    }
    let mut parts = vec![text(&nodes[..body])];
    parts.extend(nodes[body + 1..].split(|node| node.is(",")).map(text));
    parts.extend(columns.split(|node| node.is(",")).map(text));
    parts
}

/// A token, or a group in parentheses.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Token(String),
    Group(Vec<Node>),
}

impl Node {
    fn is(&self, token: &str) -> bool {
        matches!(self, Node::Token(found) if found == token)
    }

    fn is_text(&self) -> bool {
        matches!(self, Node::Token(token) if token.starts_with('\''))
    }
}

fn text(nodes: &[Node]) -> String {
    let texts = nodes.iter().map(|node| match node {
        Node::Token(token) => token.clone(),
        Node::Group(nodes) => format!("({})", text(nodes)),
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn parse(tokens: &mut impl Iterator<Item = String>) -> Vec<Node> {
    let mut nodes = Vec::new();
    while let Some(token) = tokens.next() {
        match token.as_str() {
            "(" => nodes.push(Node::Group(in_one_list(parse(tokens)))),
            ")" => break,
            _ => nodes.push(Node::Token(token)),
        }
    }
    nodes
}

/// Rewrites `a = 'x' OR a IN ('z', 'y')` as `a IN ('x', 'y', 'z')`.
fn in_one_list(nodes: Vec<Node>) -> Vec<Node> {
    let mut column = None;
    let mut words = Vec::new();
    for term in nodes.split(|node| node.is("or")) {
        let (name, listed) = match term {
            [name @ Node::Token(_), equals, word] if equals.is("=") && word.is_text() => {
                (name, std::slice::from_ref(word))
            }
            [name @ Node::Token(_), within, Node::Group(list)] if within.is("in") => (name, list.as_slice()),
            _ => return nodes,
        };
        if *column.get_or_insert(name) != name {
            return nodes;
        }
        for word in listed.iter().filter(|node| !node.is(",")) {
            match word {
                Node::Token(word) if word.starts_with('\'') => words.push(word.clone()),
                _ => return nodes,
            }
        }
    }
    let Some(column) = column.cloned() else { return nodes };
    words.sort();
    vec![column, Node::Token("in".to_owned()), Node::Group(vec![Node::Token(words.join(", "))])]
}

/// Splits SQL into tokens: words in lower case and unquoted, texts with their quotes. Comments are dropped.
fn tokens(sql: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' | '"' | '`' => quoted(rest, first),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            first if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ if ["<>", "<=", ">=", "==", "!=", "||"].iter().any(|sign| rest.starts_with(sign)) => 2,
            first => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '-' | '/' if length > 1 => {}
            '\'' => tokens.push(token.to_owned()),
            '"' | '`' | '[' => tokens.push(token[1..token.len().max(2) - 1].to_lowercase()),
            _ => tokens.push(token.to_lowercase()),
        }
        rest = after.trim_start();
    }
    tokens
}

/// Returns the length of a quoted token in bytes; a quote inside is doubled.
fn quoted(sql: &str, quote: char) -> usize {
    let mut from = 1;
    while let Some(end) = sql[from..].find(quote) {
        from += end + 1;
        if !sql[from..].starts_with(quote) {
            return from;
        }
        from += 1;
    }
    sql.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_compared_by_meaning() {
        let ours = "CREATE TABLE t (\n    a TEXT NOT NULL, -- why\n    \"from\" TEXT CHECK (\"from\" = 'x' OR \"from\" IN ('y', 'z''s')),\n    CHECK ((a IN ('p', 'q')) = (\"from\" IS NULL))\n) STRICT, WITHOUT ROWID";
        for same in [
            "CREATE TABLE \"t\" (a text not null,[from] TEXT CHECK (\"from\" IN ('z''s','x','y')), CHECK ((a = 'q' OR a = 'p') = (\"from\" IS NULL))) WITHOUT ROWID, STRICT",
            "CREATE TABLE t (a TEXT NOT NULL, CHECK ((a IN ('p', 'q')) = (\"from\" IS NULL)), \"from\" TEXT /* why */ CHECK (\"from\" IN ('x', 'y', 'z''s'))) STRICT, WITHOUT ROWID",
        ] {
            assert_eq!(differences(same, ours), <[&str; 0]>::default(), "{same}");
        }
        for (other, expected) in [
            (
                ours.replace("NOT NULL", ""),
                &["lacks in its definition: a text not null", "has in its definition: a text"][..],
            ),
            (ours.replace(", WITHOUT ROWID", ""), &["lacks in its definition: without rowid"]),
            (ours.replace("'y', ", ""), &["lacks", "has"]),
            (ours.replace("a TEXT", "b TEXT, a TEXT"), &["has in its definition: b text"]),
            ("CREATE TABLE t (a".to_owned(), &["lacks"]),
            ("CREATE TABLE t ('".to_owned(), &["lacks"]),
            (String::new(), &["lacks"]),
        ] {
            let found = differences(&other, ours);
            let begin = |(found, expected): (&String, &&str)| found.starts_with(expected);
            assert!(
                found.len() >= expected.len()
                    && expected.iter().all(|expected| found.iter().any(|found| begin((found, expected)))),
                "{other}: {found:#?}"
            );
        }
        let index = "CREATE INDEX i ON t (a, b) WHERE a IS NOT NULL";
        assert_eq!(differences(&index.to_lowercase(), index), <[&str; 0]>::default());
        assert!(!differences("CREATE INDEX i ON t (b, a) WHERE a IS NOT NULL", index).is_empty());
        assert!(!differences("CREATE INDEX i ON t (a, b)", index).is_empty());
    }
}
