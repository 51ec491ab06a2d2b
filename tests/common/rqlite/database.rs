//! What rqlite does with statements, and the words in which it says so.

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, Statement};
use serde_json::{Value, json};

use super::wire::{JSON, PLAIN};
use super::{Reply, Request};

/// Runs a request on a database.
pub fn perform(database: &Connection, request: &Request) -> Reply {
    let plain = |status, body: &str| Reply::Answer { status, kind: PLAIN, body: body.to_owned() };
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/db/query" | "/db/execute" | "/db/request") => {}
        (_, "/db/query" | "/db/execute" | "/db/request") => return plain("405 Method Not Allowed", ""),
        ("GET", "/readyz") => return plain("200 OK", "[+]node ok\n[+]leader ok\n[+]store ok"),
        _ => return plain("404 Not Found", ""),
    }
    let statements = match parse(&request.body) {
        Ok(statements) => statements,
        Err(problem) => return plain("400 Bad Request", &format!("{problem}\n")),
    };
    let may_write = request.path != "/db/query";
    let is_transaction = request.query.contains_key("transaction") && may_write;
    let results = run(database, &statements, may_write, is_transaction, request.path == "/db/execute");
    let body = json!({ "results": results }).to_string();
    Reply::Answer { status: "200 OK", kind: JSON, body }
}

struct Asked {
    sql: String,
    positional: Vec<SqlValue>,
    named: Vec<(String, SqlValue)>,
}

fn parse(body: &str) -> Result<Vec<Asked>, &'static str> {
    let body: Value = serde_json::from_str(body).map_err(|_| "invalid JSON body")?;
    let statements = body.as_array().ok_or("invalid request")?;
    if statements.is_empty() {
        return Err("no statements");
    }
    statements.iter().map(parse_statement).collect()
}

fn parse_statement(statement: &Value) -> Result<Asked, &'static str> {
    let (sql, parameters) = match statement {
        Value::String(sql) => (sql, [].as_slice()),
        Value::Array(parts) => match parts.split_first() {
            Some((Value::String(sql), parameters)) => (sql, parameters),
            _ => return Err("invalid request"),
        },
        _ => return Err("invalid request"),
    };
    let mut asked = Asked { sql: sql.clone(), positional: Vec::new(), named: Vec::new() };
    for parameter in parameters {
        match parameter {
            Value::Object(named) => {
                for (name, value) in named {
                    asked.named.push((format!(":{name}"), sql_value(value)?));
                }
            }
            value => asked.positional.push(sql_value(value)?),
        }
    }
    Ok(asked)
}

/// Takes a parameter as nodes of every version do. A text such as `x'41'` becomes a blob in newer ones: it is refused here.
fn sql_value(value: &Value) -> Result<SqlValue, &'static str> {
    match value {
        Value::Null => Ok(SqlValue::Null),
        Value::Bool(is_true) => Ok(SqlValue::Integer((*is_true).into())),
        Value::Number(number) if number.is_i64() => Ok(SqlValue::Integer(number.as_i64().unwrap_or_default())),
        Value::Number(number) => number.as_f64().map(SqlValue::Real).ok_or("unsupported type"),
        Value::String(text) if text.starts_with(['x', 'X']) && text[1..].starts_with('\'') => {
            Err("a blob to some nodes")
        }
        Value::String(text) => Ok(SqlValue::Text(text.clone())),
        Value::Array(_) | Value::Object(_) => Err("unsupported type"),
    }
}

/// Runs statements as rqlite does: one that cannot be prepared is skipped, one that fails undoes a transaction and ends it.
fn run(
    database: &Connection,
    statements: &[Asked],
    may_write: bool,
    is_transaction: bool,
    is_execute: bool,
) -> Vec<Value> {
    if is_transaction {
        database.execute_batch("BEGIN").unwrap();
    }
    let mut results = Vec::new();
    for asked in statements {
        let error = |error: &rusqlite::Error| json!({ "error": message(error) });
        let mut statement = match database.prepare_cached(&asked.sql) {
            Ok(statement) => statement,
            Err(problem) => {
                results.push(error(&problem));
                continue;
            }
        };
        if !may_write && !statement.readonly() {
            results.push(json!({ "error": "attempt to change database via query operation" }));
            continue;
        }
        let result = if statement.column_count() > 0 && !is_execute {
            rows(&mut statement, asked)
        } else {
            change(database, &mut statement, asked)
        };
        match result {
            Ok(result) => results.push(result),
            Err(problem) => {
                results.push(error(&problem));
                if is_transaction {
                    drop(statement);
                    database.execute_batch("ROLLBACK").unwrap();
                    return results;
                }
            }
        }
    }
    if is_transaction {
        database.execute_batch("COMMIT").unwrap();
    }
    results
}

fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::InvalidParameterCount(got, want) => {
            format!("not enough args to execute query: want {want} got {got}")
        }
        other => other.to_string(),
    }
}

fn bind(statement: &mut Statement<'_>, asked: &Asked) -> rusqlite::Result<()> {
    for (index, value) in asked.positional.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    let mut bound = asked.positional.len();
    for (name, value) in &asked.named {
        // One that the statement does not have is no error to rqlite.
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
            bound += 1;
        }
    }
    let wanted = statement.parameter_count();
    match bound == wanted {
        true => Ok(()),
        false => Err(rusqlite::Error::InvalidParameterCount(bound, wanted)),
    }
}

fn change(database: &Connection, statement: &mut Statement<'_>, asked: &Asked) -> rusqlite::Result<Value> {
    bind(statement, asked)?;
    statement.raw_execute()?;
    // Both are of the connection: a statement that changes nothing repeats those of an earlier one.
    let counts =
        [("last_insert_id", database.last_insert_rowid()), ("rows_affected", database.changes().cast_signed())];
    let known = counts.into_iter().filter(|(_, count)| *count != 0);
    Ok(Value::Object(known.map(|(name, count)| (name.to_owned(), count.into())).collect()))
}

fn rows(statement: &mut Statement<'_>, asked: &Asked) -> rusqlite::Result<Value> {
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    bind(statement, asked)?;
    let mut values = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let mut value = Vec::with_capacity(columns.len());
        for column in 0..columns.len() {
            value.push(match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => json!(number),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                ValueRef::Blob(_) => "a blob, which the program never stores".into(),
            });
        }
        values.push(Value::Array(value));
    }
    let mut result = json!({ "columns": columns });
    if !values.is_empty() {
        result["values"] = Value::Array(values);
    }
    Ok(result)
}
