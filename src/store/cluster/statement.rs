//! Statements apart from their values: a change has each text once, and it is prepared once where the change is played in.

use std::borrow::Cow;
use std::ops::Range;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// A value of a statement. There are no floats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
    Blob(Vec<u8>),
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A statement's text, which has a place for each value.
#[derive(Debug)]
pub struct Template {
    /// What stands before, between and after its values.
    around: Vec<String>,
}

impl Template {
    /// Finds the places of a statement's values: its parameters.
    pub fn of(sql: &str) -> Template {
        let (mut around, mut end) = (Vec::new(), 0);
        for parameter in parameters(sql) {
            around.push(sql[end..parameter.start].to_owned());
            end = parameter.end;
        }
        around.push(sql[end..].to_owned());
        Template { around }
    }

    /// Returns the text, with the parameters numbered by their places.
    pub fn sql(&self) -> String {
        self.around.join("?")
    }

    /// Returns the values of the statement as SQLite shows it with them; `None` if it is another statement, or has a value
    /// that is no [`Value`].
    pub fn values<'a>(&self, expanded: &'a str) -> Option<Vec<Value<'a>>> {
        let (first, others) = self.around.split_first()?;
        let mut rest = expanded.strip_prefix(first.as_str())?;
        let mut values = Vec::with_capacity(others.len());
        for after in others {
            let (value, behind) = read_literal(rest)?;
            values.push(value);
            rest = behind.strip_prefix(after.as_str())?;
        }
        rest.is_empty().then_some(values)
    }
}

/// Returns where the parameters of a statement stand.
fn parameters(sql: &str) -> Vec<Range<usize>> {
    let bytes = sql.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
    let end_of_word = |from: usize| from + bytes[from..].iter().take_while(|byte| is_word(byte)).count();
    let behind = |from: usize, end: &str| sql.get(from..).and_then(|rest| Some(from + rest.find(end)? + end.len()));
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let after = match byte {
            // A quote that is doubled begins the next text.
            b'\'' => behind(at + 1, "'"),
            b'"' => behind(at + 1, "\""),
            b'`' => behind(at + 1, "`"),
            b'[' => behind(at + 1, "]"),
            b'-' if bytes.get(at + 1) == Some(&b'-') => behind(at, "\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => behind(at + 2, "*/"),
            b'?' | b':' | b'@' | b'$' => {
                let end = end_of_word(at + 1);
                if *byte == b'?' || end > at + 1 {
                    found.push(at..end);
                }
                Some(end)
            }
            byte if is_word(byte) => Some(end_of_word(at)),
            _ => Some(at + 1),
        };
        at = after.unwrap_or(bytes.len());
    }
    found
}

/// Reads the value that a text begins with, as SQLite shows it; returns what comes after it too.
fn read_literal(text: &str) -> Option<(Value<'_>, &str)> {
    if let Some(rest) = text.strip_prefix("NULL") {
        return Some((Value::Null, rest));
    }
    if let Some(rest) = text.strip_prefix("zeroblob(0)") {
        return Some((Value::Blob(Vec::new()), rest));
    }
    if let Some(rest) = text.strip_prefix("x'") {
        let (digits, rest) = rest.split_once('\'')?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? << 4 | digit(*pair.get(1)?)?).ok();
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
        return Some((Value::Blob(bytes?), rest));
    }
    if let Some(rest) = text.strip_prefix('\'') {
        let mut end = 0;
        loop {
            end += rest[end..].find('\'')?;
            if !rest[end + 1..].starts_with('\'') {
                break;
            }
            end += 2;
        }
        let quoted = &rest[..end];
        let value = if quoted.contains('\'') { Cow::Owned(quoted.replace("''", "'")) } else { Cow::Borrowed(quoted) };
        return Some((Value::Text(value), &rest[end + 1..]));
    }
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let sign = usize::from(text.starts_with('-'));
    let (number, rest) = text.split_at(sign + text.as_bytes()[sign..].iter().take_while(|byte| is_digit(byte)).count());
    Some((Value::Integer(number.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusqlite::{Connection, params_from_iter};

    #[test]
    fn parameters_are_told_from_the_rest_of_a_statement() {
        for (sql, template) in [
            ("INSERT INTO t (a, b) VALUES (?1, :b)", "INSERT INTO t (a, b) VALUES (?, ?)"),
            ("UPDATE t SET a = :a WHERE b = :a OR c=@c-$d", "UPDATE t SET a = ? WHERE b = ? OR c=?-?"),
            (
                "DELETE FROM t WHERE a = ':a' AND \"?\" = ? AND [:x]=`:y`",
                "DELETE FROM t WHERE a = ':a' AND \"?\" = ? AND [:x]=`:y`",
            ),
            ("SELECT 'it''s :a', ? -- :b\n, ? /* :c */", "SELECT 'it''s :a', ? -- :b\n, ? /* :c */"),
            ("SELECT x$y, 'قميص', قميص, ?12, 1", "SELECT x$y, 'قميص', قميص, ?, 1"),
            ("SELECT 'open", "SELECT 'open"),
            ("SELECT 1 -- :a", "SELECT 1 -- :a"),
            ("", ""),
        ] {
            assert_eq!(Template::of(sql).sql(), template);
        }
    }

    #[test]
    fn another_statement_and_values_of_other_kinds_are_not_read() {
        let template = Template::of("SELECT ?1, ?2");
        for (expanded, values) in [
            ("SELECT NULL, -9223372036854775808", Some(vec![Value::Null, Value::Integer(i64::MIN)])),
            ("SELECT '', x''", Some(vec![Value::Text("".into()), Value::Blob(Vec::new())])),
            ("SELECT zeroblob(0), 1", Some(vec![Value::Blob(Vec::new()), Value::Integer(1)])),
            ("SELECT 1.5, 1", None),
            ("SELECT 1, 2, 3", None),
            ("SELECT 1", None),
            ("SELECT 'open, 1", None),
            ("SELECT x'0g', 1", None),
            ("SELECT x'000', 1", None),
            ("SELECT zeroblob(3), 1", None),
            ("SELECT 9223372036854775808, 1", None),
            ("-- SELECT 1, 2", None),
        ] {
            assert_eq!(template.values(expanded), values, "{expanded}");
        }
    }

    fn value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Integer),
            "([^\0]|'){0,12}".prop_map(|text| Value::Text(text.into())),
            prop::collection::vec(any::<u8>(), 0..12).prop_map(Value::Blob),
        ]
    }

    proptest! {
        #[test]
        fn values_are_read_as_sqlite_shows_them(values in prop::collection::vec(value(), 3)) {
            let sql = "SELECT ?1 || ':x', -:y, 'a''?', @z -- ?\n";
            let connection = Connection::open_in_memory().unwrap();
            let mut statement = connection.prepare(sql).unwrap();
            let _ = statement.query(params_from_iter(&values)).unwrap();
            for (place, value) in values.iter().enumerate() {
                statement.raw_bind_parameter(place + 1, value).unwrap();
            }
            let expanded = statement.expanded_sql().unwrap();
            prop_assert_eq!(Template::of(sql).values(&expanded), Some(values));
        }
    }
}
