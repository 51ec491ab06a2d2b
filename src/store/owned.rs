//! Whose orders a query is limited to: everybody's, or an [`Owner`]'s.

use rusqlite::ToSql;

use crate::domain::user::{Owner, UserId};

/// The condition for the orders of the owner who is bound, or for all of them. For queries that find orders otherwise.
pub(super) const IS_OWNED: &str = "(:account IS NULL OR user_id = :account OR customer_phone_digits = :account_number)";

macro_rules! owned {
    () => {
        "SELECT pk FROM orders WHERE user_id = :account
         UNION ALL SELECT pk FROM orders WHERE customer_phone_digits = :account_number"
    };
}

/// The keys of the orders of the owner who is bound, found by indexes.
pub(super) const OWNED: &str = owned!();

/// The condition for the orders `o` of the owner who is bound, found by indexes.
pub(super) const IS_AMONG_OWNED: &str = concat!("o.pk IN (", owned!(), ")");

/// The values that these conditions need.
pub(super) struct OwnerKeys {
    account: Option<UserId>,
    number: Option<String>,
}

impl OwnerKeys {
    pub fn of(owner: Option<&Owner>) -> OwnerKeys {
        // NULL equals nothing: nobody owns the orders without a number.
        let number = owner.and_then(Owner::number).map(str::to_owned);
        OwnerKeys { account: owner.map(|owner| owner.account), number }
    }

    /// Returns them with `more` values.
    pub fn and<'v>(&'v self, more: &[(&'static str, &'v dyn ToSql)]) -> Vec<(&'static str, &'v dyn ToSql)> {
        let own: [(&'static str, &'v dyn ToSql); 2] = [(":account", &self.account), (":account_number", &self.number)];
        own.into_iter().chain(more.iter().copied()).collect()
    }
}
