//! Who runs a command, and whether they may.

use super::context::Context;
use crate::domain::permission::{Caller, Task};
use crate::domain::text::shorten;
use crate::domain::user::{Role, User};
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};

impl Context {
    /// Identifies the caller, and checks that they may do `task`.
    pub fn identify(&mut self, task: Task) -> anyhow::Result<()> {
        let username = match (&self.global.acting_as, std::env::var_os("ORDERS_AS")) {
            (Some(username), _) => Some(username.clone()),
            (None, variable) => variable.map(|variable| variable.to_string_lossy().into_owned()),
        };
        if let Some(username) = username {
            self.caller = self.caller_named(username.trim())?;
        }
        self.ensure_may(task)
            .map_err(|failure| match (task, &self.caller) {
                (Task::MyOrders, Caller::Operator) => failure.hint("--as USERNAME or ORDERS_AS says whose orders"),
                _ => failure,
            })
            .map_err(Into::into)
    }

    /// Checks that the caller may do `task`.
    pub fn ensure_may(&self, task: Task) -> Result<(), Failure> {
        self.caller.ensure_may(task).map_err(|refused| {
            let mut rule = refused.to_owned();
            rule[..1].make_ascii_lowercase();
            let denied = |message| Failure::new(FailureKind::PermissionDenied, message).error(refused);
            match (&self.caller, task) {
                (Caller::Account(User { username, role, .. }), _) => {
                    let article = if *role == Role::Admin { "an" } else { "a" };
                    denied(format!("{username} is {article} {}: {rule}", role.as_str()))
                }
                (Caller::Guest, Task::Read | Task::MyOrders) => {
                    denied("guest may only create orders".to_owned()).hint("--as USERNAME names an account")
                }
                _ => denied(rule),
            }
        })
    }

    fn caller_named(&self, username: &str) -> anyhow::Result<Caller> {
        // An empty name must not mean the operator: a wrapper may have lost its user.
        if username.is_empty() {
            return Err(Failure::usage("--as or ORDERS_AS is empty: name an account, or guest").into());
        }
        if let Some(caller) = Caller::without_account(username) {
            return Ok(caller);
        }
        match self.open_to_read()?.read(|read| read.user(username))? {
            Some(user) => Ok(Caller::Account(user)),
            None if self.global.acting_as.is_some() => Err(user_not_found(username).into()),
            None => {
                let message = format!("ORDERS_AS names the account {}, which does not exist", shorten(username));
                let error = user_not_found(username).error;
                Err(Failure::new(FailureKind::NotFound, message)
                    .error(error)
                    .hint("unset ORDERS_AS, or name an account with --as")
                    .into())
            }
        }
    }
}

/// Makes the failure for an unknown account.
pub fn user_not_found(username: &str) -> Failure {
    let username = shorten(username.trim());
    Failure::new(FailureKind::NotFound, format!("account {username} not found"))
        .error(format!("User {username} not found"))
        .hint(Hint::run("to see which there are", CommandLine::of("user list")))
}
