//! Accounts, and what each role may do (rule 8).

use uuid::Uuid;

use super::order::OrderSummary;

/// An account's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub Uuid);

/// An account that may act through `--as`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The public id.
    pub id: UserId,
    /// The name, 1 to 150 characters, unique without regard to the case of ASCII letters.
    pub username: String,
    /// What the account may do.
    pub role: Role,
    /// A phone number as typed, 1 to 20 characters.
    pub phone: Option<String>,
    /// The digits of that number in full, at least one.
    pub number: Option<String>,
}

/// The owner of orders: of those that are linked to an account, and of those of its phone number, wherever they came
/// from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The account.
    pub account: UserId,
    username: String,
    number: Option<String>,
}

impl Owner {
    /// Makes the owner of an account's orders.
    pub fn of(user: &User) -> Owner {
        Owner { account: user.id, username: user.username.clone(), number: user.number.clone() }
    }

    /// Returns the digits of the account's number in full, at least one.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref().filter(|number| !number.is_empty())
    }

    /// Returns whether an order is theirs.
    pub fn owns(&self, order: &OrderSummary) -> bool {
        order.user.as_ref() == Some(&self.username) || self.number().is_some_and(|number| number == order.number)
    }
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Places orders and sees only their own.
    Buyer,
    /// Works with all orders and the catalogue.
    Seller,
    /// May do everything.
    Admin,
}

impl Role {
    /// All roles, from the fewest permissions to the most.
    pub const ALL: [Role; 3] = [Role::Buyer, Role::Seller, Role::Admin];

    /// Returns its word, as on the command line, in JSON and in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Buyer => "buyer",
            Role::Seller => "seller",
            Role::Admin => "admin",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::Caller;
    use crate::domain::permission::tests::account;

    /// The words are in files, in the JSON that scripts read, and typed on the command line.
    #[test]
    fn the_words_for_roles_and_callers_never_change() {
        let words = ["buyer", "seller", "admin"];
        assert_eq!(Role::ALL.map(Role::as_str), words);
        assert_eq!(words.map(Role::parse), Role::ALL.map(Some));
        assert_eq!(Role::parse("owner"), None);
        let callers = [Caller::Operator, Caller::Guest, account(Role::Buyer)];
        assert_eq!(callers.each_ref().map(Caller::name), ["operator", "guest", "a-buyer"]);
    }
}
