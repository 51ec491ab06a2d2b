//! Accounts.

use rusqlite::{Row, named_params};

use super::error::StoreError;
use super::transaction::{Read, Write};
use crate::domain::user::{User, UserId};

/// The columns of an account.
const COLUMNS: &str = "id, username, role, phone,
    nullif(full_number(phone, (SELECT value FROM settings WHERE key = 'countryCode')), '') AS number";

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get("id")?,
        username: row.get("username")?,
        role: row.get("role")?,
        phone: row.get("phone")?,
        number: row.get("number")?,
    })
}

impl Read<'_> {
    /// Loads all accounts, sorted by name.
    pub fn users(&self) -> Result<Vec<User>, StoreError> {
        self.rows(&format!("SELECT {COLUMNS} FROM users ORDER BY username, id"), [], user)
    }

    /// Finds an account by its name.
    pub fn user(&self, username: &str) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE username = :username");
        self.first(&sql, named_params! {":username": username}, user)
    }

    /// Counts the orders of an account.
    pub fn orders_of_user(&self, id: UserId) -> Result<i64, StoreError> {
        self.row("SELECT COUNT(*) FROM orders WHERE user_id = :id", named_params! {":id": id}, |row| row.get(0))
    }
}

impl Write<'_> {
    /// Writes a new account.
    ///
    /// # Errors
    /// Its name is no longer free.
    pub fn insert_user(&self, user: &User) -> Result<(), StoreError> {
        self.change_one(
            "the account",
            "INSERT INTO users (id, username, role, phone) VALUES (:id, :username, :role, :phone)
             ON CONFLICT DO NOTHING",
            named_params! {
                ":id": user.id,
                ":username": user.username,
                ":role": user.role,
                ":phone": user.phone,
            },
        )
    }

    /// Removes an account. Its orders stay, without a user.
    pub fn remove_user(&self, id: UserId) -> Result<(), StoreError> {
        self.execute("DELETE FROM users WHERE id = :id", named_params! {":id": id})
    }
}
