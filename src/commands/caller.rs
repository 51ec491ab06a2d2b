//! Who runs a command, and whether they may.

use super::Context;
use super::find::user_not_found;
use crate::domain::user::{Caller, Task};
use crate::error::{Failure, FailureKind};

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
            .map_err(|failure| match task {
                Task::MyOrders => failure.hint("--as USERNAME or ORDERS_AS says whose orders"),
                _ => failure,
            })
            .map_err(Into::into)
    }

    /// Checks that the caller may do `task`.
    pub fn ensure_may(&self, task: Task) -> Result<(), Failure> {
        self.caller.may(task).map_err(|refused| {
            let mut message = refused.to_owned();
            message[..1].make_ascii_lowercase();
            Failure::new(FailureKind::PermissionDenied, message).error(refused)
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
            None => Err(user_not_found(username).into()),
        }
    }
}
