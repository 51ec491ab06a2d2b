//! Who runs a command, and what they may do (rule 8).

use super::order::OrderSummary;
use super::user::{Owner, Role, User, UserId};

/// Names that no account can have.
pub const RESERVED: [&str; 2] = [GUEST, OPERATOR];
/// The name of a caller without an account.
pub const GUEST: &str = "guest";
/// The name of a caller without `--as`: whoever may open the file.
pub const OPERATOR: &str = "operator";

/// Who runs a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Whoever may open the file. They may do everything, but have no orders of their own.
    Operator,
    /// A customer without an account.
    Guest,
    /// An account.
    Account(User),
}

impl Caller {
    /// Returns the caller with a name that needs no account.
    pub fn without_account(name: &str) -> Option<Caller> {
        name.eq_ignore_ascii_case(GUEST).then_some(Caller::Guest)
    }

    /// Returns the caller's name in the history.
    pub fn name(&self) -> &str {
        match self {
            Caller::Operator => OPERATOR,
            Caller::Guest => GUEST,
            Caller::Account(user) => &user.username,
        }
    }

    /// Returns whose orders the caller is limited to; `None` means no limit.
    pub fn sees_only(&self) -> Option<Owner> {
        match self {
            Caller::Account(user) if user.role == Role::Buyer => Some(Owner::of(user)),
            _ => None,
        }
    }

    /// Returns whether the caller may see an order: guests see none, buyers their own, others all.
    pub fn sees(&self, order: &OrderSummary) -> bool {
        match self {
            Caller::Operator => true,
            Caller::Guest => false,
            Caller::Account(_) => self.sees_only().is_none_or(|owner| owner.owns(order)),
        }
    }

    /// Returns the account to link the caller's new orders to.
    pub fn owns_new_orders(&self) -> Option<UserId> {
        self.sees_only().map(|owner| owner.account)
    }

    /// Returns whether the caller may perform a task.
    pub fn may(&self, task: Task) -> bool {
        self.ensure_may(task).is_ok()
    }

    /// Checks whether the caller may perform a task.
    ///
    /// # Errors
    /// They may not. The message says who may, in the guide's words where it has them.
    pub fn ensure_may(&self, task: Task) -> Result<(), &'static str> {
        let role = match (self, task) {
            (_, Task::Create) => return Ok(()),
            (Caller::Operator, Task::MyOrders) => return Err(NO_ACCOUNT),
            (Caller::Operator, _) => return Ok(()),
            (Caller::Guest, Task::MyOrders | Task::Read) => return Err(NO_ACCOUNT),
            (Caller::Guest, _) => None,
            (Caller::Account(user), _) => Some(user.role),
        };
        let (refused, least) = match task {
            Task::Create | Task::MyOrders | Task::Read => return Ok(()),
            Task::UpdateStatus => ("Only admins and sellers can update order status", Role::Seller),
            Task::Confirm => ("Only admins and sellers can confirm orders", Role::Seller),
            Task::Edit => ("Only admins and sellers can edit orders", Role::Seller),
            Task::Pack => ("Only admins and sellers can print slips", Role::Seller),
            Task::Payments => ("Only admins and sellers can record payments", Role::Seller),
            Task::Customers => ("Only admins and sellers can work with customers", Role::Seller),
            Task::Forget => ("Only admins can forget customers", Role::Admin),
            Task::Products => ("Only admins and sellers can work with products", Role::Seller),
            Task::Report => ("Only admins and sellers can see reports", Role::Seller),
            Task::Import => ("Only admins and sellers can import orders", Role::Seller),
            Task::Check => ("Only admins and sellers can check the file", Role::Seller),
            Task::Backup => ("Only admins and sellers can back up the file", Role::Seller),
            Task::Users => ("Only admins can manage users", Role::Admin),
            Task::Settings => ("Only admins can manage settings", Role::Admin),
        };
        match (role, least) {
            (Some(Role::Admin), _) | (Some(Role::Seller), Role::Seller) => Ok(()),
            _ => Err(refused),
        }
    }
}

const NO_ACCOUNT: &str = "Authentication required";

/// What a command does, for permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Taking an order.
    Create,
    /// Reading orders: list, show, history, message, invoice.
    Read,
    /// Reading one's own orders.
    MyOrders,
    /// Changing the status of orders.
    UpdateStatus,
    /// Confirming orders.
    Confirm,
    /// Editing orders.
    Edit,
    /// Printing what to fetch and pack.
    Pack,
    /// Recording payments and refunds.
    Payments,
    /// Customers, and what the shop says of them.
    Customers,
    /// Forgetting a customer.
    Forget,
    /// The catalogue and its stock.
    Products,
    /// Reports.
    Report,
    /// Importing orders.
    Import,
    /// Checking the file.
    Check,
    /// Taking a copy of the file.
    Backup,
    /// Accounts.
    Users,
    /// Settings.
    Settings,
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::status::Status;

    pub fn account(role: Role) -> Caller {
        let id = UserId(Uuid::from_u128(role as u128));
        Caller::Account(User { id, username: format!("a-{}", role.as_str()), role, phone: None, number: None })
    }

    /// The table of SPEC 4.6, with the words of refusals.
    #[test]
    fn the_table_of_permissions() {
        let callers =
            [Caller::Operator, Caller::Guest, account(Role::Buyer), account(Role::Seller), account(Role::Admin)];
        let sellers = "Only admins and sellers can";
        for (task, may, words) in [
            //              operator guest buyer seller admin
            (Task::Create, "x x x x x", ""),
            (Task::Read, "x . x x x", "Authentication required"),
            (Task::MyOrders, ". . x x x", "Authentication required"),
            (Task::UpdateStatus, "x . . x x", "Only admins and sellers can update order status"),
            (Task::Confirm, "x . . x x", "Only admins and sellers can confirm orders"),
            (Task::Edit, "x . . x x", sellers),
            (Task::Pack, "x . . x x", "Only admins and sellers can print slips"),
            (Task::Payments, "x . . x x", "Only admins and sellers can record payments"),
            (Task::Customers, "x . . x x", sellers),
            (Task::Forget, "x . . . x", "Only admins can forget customers"),
            (Task::Products, "x . . x x", sellers),
            (Task::Report, "x . . x x", sellers),
            (Task::Import, "x . . x x", sellers),
            (Task::Check, "x . . x x", sellers),
            (Task::Backup, "x . . x x", sellers),
            (Task::Users, "x . . . x", "Only admins can manage users"),
            (Task::Settings, "x . . . x", "Only admins can manage settings"),
        ] {
            for (caller, expected) in callers.iter().zip(may.split(' ')) {
                let allowed = caller.ensure_may(task);
                assert_eq!(allowed.is_ok(), expected == "x", "{task:?} by {}", caller.name());
                assert_eq!(caller.may(task), expected == "x");
                assert!(allowed.is_ok() || allowed.unwrap_err().starts_with(words), "{task:?}: {allowed:?}");
            }
        }
    }

    #[test]
    fn only_buyers_are_limited_to_their_own_orders() {
        for (caller, is_limited) in [
            (Caller::Operator, false),
            (Caller::Guest, false),
            (account(Role::Buyer), true),
            (account(Role::Seller), false),
            (account(Role::Admin), false),
        ] {
            assert_eq!(caller.sees_only().is_some(), is_limited, "{}", caller.name());
            assert_eq!(caller.owns_new_orders(), caller.sees_only().map(|owner| owner.account));
        }
    }

    #[test]
    fn a_buyer_sees_their_own_orders_and_a_guest_none() {
        use crate::domain::order_samples::{incoming, order};
        use crate::domain::product::tests::product;
        let shirt = product("Shirt", &[("", 1)]);
        let mut summary =
            order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect(), 1, Status::Pending).summary;
        for (owner, expected) in [
            (None, [true, false, false, true, true]),
            (Some("a-buyer"), [true, false, true, true, true]),
            (Some("omar"), [true, false, false, true, true]),
        ] {
            summary.user = owner.map(str::to_owned);
            let callers =
                [Caller::Operator, Caller::Guest, account(Role::Buyer), account(Role::Seller), account(Role::Admin)];
            assert_eq!(callers.map(|caller| caller.sees(&summary)), expected, "{owner:?}");
        }
    }

    #[test]
    fn an_order_is_its_accounts_or_its_numbers() {
        use crate::domain::order_samples::{incoming, order};
        use crate::domain::product::tests::product;
        let shirt = product("Shirt", &[("", 1)]);
        let mut summary =
            order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect(), 1, Status::Pending).summary;
        let Caller::Account(mut user) = account(Role::Buyer) else { return };
        for (phone, number, user_of_order, number_of_order, expected) in [
            (None, None, None, "20101", false),
            (None, None, Some("a-buyer"), "20101", true),
            (Some("0101"), Some("20101"), None, "20101", true),
            (Some("0101"), Some("20101"), Some("omar"), "20101", true),
            (Some("0101"), Some("20101"), Some("a-buyer"), "20102", true),
            (Some("0101"), Some("20101"), Some("omar"), "20102", false),
            (Some("0101"), Some("20101"), None, "2010", false),
            // Neither a phone without digits nor an order without a number is anybody's.
            (None, None, None, "", false),
            (Some("call me"), Some(""), None, "", false),
        ] {
            (user.phone, user.number) = (phone.map(str::to_owned), number.map(str::to_owned));
            (summary.user, summary.number) = (user_of_order.map(str::to_owned), number_of_order.to_owned());
            let caller = Caller::Account(user.clone());
            assert_eq!(caller.sees(&summary), expected, "{number:?} {user_of_order:?} {number_of_order}");
            let seller = Caller::Account(User { role: Role::Seller, ..user.clone() });
            assert!(seller.sees(&summary) && seller.sees_only().is_none());
        }
    }

    #[test]
    fn only_a_guest_needs_no_account() {
        assert_eq!(Caller::without_account("Guest"), Some(Caller::Guest));
        for name in ["operator", "mona", ""] {
            assert_eq!(Caller::without_account(name), None, "{name}");
        }
    }
}
