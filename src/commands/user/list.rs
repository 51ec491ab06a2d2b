//! `orders user list`: the accounts.

use clap::Args;

use crate::commands::Context;
use crate::commands::arguments::listing::choose_fields;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::visible::visible;
use crate::error::Exit;
use crate::render::json::{USER_KEYS, choose};
use crate::render::{json, user};
use crate::ui;

/// List the accounts, by name
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Shop).listing(USER_KEYS))]
#[command(after_help = "Examples:
  orders user list
  orders user list --json --fields username,role")]
pub struct ListArgs {}

pub fn run(_args: &ListArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let keys = choose_fields(context.global.fields.as_deref(), USER_KEYS, USER_KEYS)?;
    let (users, settings) = context.open_to_read()?.read(|read| anyhow::Ok((read.users()?, read.settings()?)))?;
    if context.is_table() && context.ui.quiet {
        let names: String = users.iter().map(|user| format!("{}\n", visible(&user.username))).collect();
        ui::print(&names)?;
    } else if context.is_table() && users.is_empty() {
        context.ui.note("no accounts");
    } else {
        let bodies: Vec<_> = users.iter().map(|user| choose(&json::user(user), &keys)).collect();
        context.print_list(&keys, &bodies, &settings, || user::list(&users, context.style(&settings)))?;
    }
    Ok(Exit::Done)
}
