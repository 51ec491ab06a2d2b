//! How domain values are stored in columns.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};
use rusqlite::{Row, Statement, ToSql};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domain::content::Content;
use crate::domain::history::EventKind;
use crate::domain::money::{Balance, Money};
use crate::domain::movement::Reason;
use crate::domain::order::OrderPk;
use crate::domain::payment::{Method, PaymentPk};
use crate::domain::product::{PriceField, ProductId};
use crate::domain::reference::Reference;
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::domain::user::{Role, UserId};

/// A column's text is not valid: another program wrote the file.
#[derive(Debug, thiserror::Error)]
#[error("unexpected value {0:?}")]
struct Unexpected(String);

fn read<T>(value: ValueRef<'_>, parse: impl Fn(&str) -> Option<T>) -> FromSqlResult<T> {
    let text = value.as_str()?;
    parse(text).ok_or_else(|| FromSqlError::Other(Box::new(Unexpected(text.to_owned()))))
}

/// The SHA-256 of a content, which the file remembers for each source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Takes the hash of a content.
    pub fn of(content: &Content) -> ContentHash {
        ContentHash(Sha256::digest(content.bytes()).into())
    }
}

impl ToSql for ContentHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

/// A UUID as lower-case text. (rusqlite's own `uuid` feature would store sixteen bytes.)
#[derive(Debug, Clone, Copy)]
pub(super) struct Id(pub Uuid);

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Id> {
        read(value, |text| Uuid::try_parse(text).ok()).map(Id)
    }
}

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned((*self).into()))
    }
}

impl From<Id> for Value {
    fn from(id: Id) -> Value {
        Value::Text(id.0.to_string())
    }
}

/// Stores values as another type.
macro_rules! stored_as {
    ($($kind:ty: $stored:ty, $read:expr, $write:expr;)*) => {$(
        impl FromSql for $kind {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$kind> {
                <$stored>::column_result(value).map($read)
            }
        }

        impl ToSql for $kind {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let write: fn(&$kind) -> $stored = $write;
                Ok(ToSqlOutput::Owned(write(self).into()))
            }
        }
    )*};
}

stored_as! {
    ProductId: Id, |id| ProductId(id.0), |id| Id(id.0);
    UserId: Id, |id| UserId(id.0), |id| Id(id.0);
    OrderPk: i64, OrderPk, |pk| pk.0;
    PaymentPk: i64, PaymentPk, |pk| pk.0;
    Money: i64, Money::from_hundredths, |money| money.hundredths();
    Balance: i64, Balance::from_hundredths, |balance| balance.hundredths();
}

impl FromSql for Method {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Method> {
        read(value, |text| Method::parse(text).ok().filter(|method| method.as_str() == text))
    }
}

impl ToSql for Method {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Timestamp> {
        read(value, Timestamp::parse)
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Reference {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Reference> {
        read(value, Reference::parse)
    }
}

impl ToSql for Reference {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

/// Stores values as the words for them.
macro_rules! stored_as_word {
    ($($kind:ty),*) => {$(
        impl FromSql for $kind {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$kind> {
                read(value, <$kind>::parse)
            }
        }

        impl ToSql for $kind {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }
    )*};
}

stored_as_word!(EventKind, PriceField, Reason, Role, Status);

/// Reads the values of a row one after the other. For long lists: looking up every column by name would take longer than
/// all the rest.
pub(super) struct InOrder<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> InOrder<'r> {
    pub fn of(row: &'r Row<'r>) -> InOrder<'r> {
        InOrder { row, next: 0 }
    }

    /// Takes the next value.
    pub fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    /// Takes the next text as it stands in the row, or `None` for NULL.
    pub fn take_text(&mut self) -> rusqlite::Result<Option<&'r str>> {
        self.next += 1;
        Ok(self.row.get_ref(self.next - 1)?.as_str_or_null()?)
    }
}

/// Executes a statement that runs by the hundred thousand. Its values are named, in the order in which their names first stand
/// in it, but bound by that order: looking names up costs an import an eighth of the writing thread's instructions.
macro_rules! execute_in_order {
    ($statement:expr, $($name:literal: $value:expr),+ $(,)?) => {{
        $crate::store::values::debug_assert_order(&$statement, &[$($name),+]);
        $statement.execute(rusqlite::params![$($value),+])
    }};
}
pub(super) use execute_in_order;

/// Checks that these are the names of all of a statement's values, in its order.
pub(super) fn debug_assert_order(statement: &Statement<'_>, names: &[&str]) {
    if cfg!(debug_assertions) {
        let in_statement: Vec<_> = (1..=statement.parameter_count()).map(|at| statement.parameter_name(at)).collect();
        assert!(names.iter().copied().map(Some).eq(in_statement), "{names:?} in {statement:?}");
    }
}

/// Returns the value of a LIMIT: SQLite takes a negative one as none.
pub(super) fn limit<N: TryInto<i64>>(most: Option<N>) -> i64 {
    most.and_then(|most| most.try_into().ok()).unwrap_or(-1)
}

/// A JSON array of texts or keys, for `json_each`: one parameter for a set of any size.
pub(super) fn json_array<T: Into<serde_json::Value>>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().collect::<serde_json::Value>().to_string()
}
