//! Accounts for people.

use super::RenderStyle;
use super::table::{Column, render};
use crate::domain::user::User;

/// Renders accounts as a list, one line each.
pub fn list(users: &[User], style: RenderStyle<'_>) -> String {
    let columns =
        [Column::new("USERNAME").shrinks_to(8), Column::new("ROLE"), Column::new("PHONE").rank(1).field("phone")];
    let rows: Vec<_> = users
        .iter()
        .map(|user| vec![user.username.clone(), user.role.as_str().to_owned(), user.phone.clone().unwrap_or_default()])
        .collect();
    render(&columns, &rows, style)
}
