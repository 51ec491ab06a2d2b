//! `orders user remove`: takes an account away.

use clap::Args;

use crate::commands::Context;
use crate::commands::naming::find_user;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::bidi::shown;
use crate::domain::visible::visible;
use crate::error::Exit;
use crate::render::json;

/// Remove an account; its orders stay, without an account
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Shop).writing())]
#[command(after_help = "Examples:
  orders user remove mona
  orders user remove mona --dry-run")]
pub struct RemoveArgs {
    /// Its name
    #[arg(value_name = "USERNAME")]
    username: String,
}

pub fn run(args: &RemoveArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut store = context.open_to_write()?;
    let (user, orders) = context.write(&mut store, |write| {
        let user = find_user(write, &args.username)?;
        let orders = write.orders_of_user(user.id)?;
        write.remove_user(user.id)?;
        Ok((user, orders))
    })?;
    context.print_one(json::user(&user), || {
        let name = shown(&user.username);
        let did = if context.is_dry_run() { "would remove" } else { "removed" };
        match (context.ui.quiet, orders) {
            (true, _) => format!("{}\n", visible(&user.username)),
            (false, 0) => format!("{did} {name}\n"),
            (false, 1) => format!("{did} {name}; 1 order stays, without an account\n"),
            (false, orders) => format!("{did} {name}; {orders} orders stay, without an account\n"),
        }
    })?;
    Ok(Exit::Done)
}
