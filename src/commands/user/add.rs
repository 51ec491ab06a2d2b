//! `orders user add`: a new account.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::commands::Context;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::bidi::shown;
use crate::domain::phone::read_phone;
use crate::domain::refusal::Conflict;
use crate::domain::user::{Role, User, UserId};
use crate::domain::visible::visible;
use crate::error::{Exit, Failure, FailureKind};
use crate::input::username::read_username;
use crate::render::json;

/// Add an account
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Shop).writing())]
#[command(after_help = "Examples:
  orders user add mona --role buyer --phone '+20 101 111 2222'
  orders user add sam --role seller")]
pub struct AddArgs {
    /// Its name, for --as; unique
    #[arg(value_name = "NAME")]
    username: String,
    /// What it may do
    #[arg(long, value_parser = role_parser(), ignore_case = true)]
    role: Role,
    /// A phone number: a buyer sees the orders of that number, wherever they came from
    #[arg(long, value_parser = read_phone)]
    phone: Option<String>,
}

fn role_parser() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|word| Role::parse(&word.to_lowercase()).ok_or("is not a role"))
}

pub fn run(args: AddArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let username = read_username(&args.username).map_err(|problem| {
        Failure::new(FailureKind::InvalidInput, format!("username: {problem}")).error("Invalid username")
    })?;
    let user = User { id: UserId(context.ids()()), username, role: args.role, phone: args.phone, number: None };
    let mut store = context.open_or_create()?;
    context.write(&mut store, |write| {
        if let Some(known) = write.user(&user.username)? {
            let message = format!("the account {} exists already, as {}", known.username, known.role.as_str());
            let hint = "to change its role, remove it and add it again: its orders stay, without an account";
            return Err(Failure::new(FailureKind::Conflict(Conflict::Exists), message)
                .error("Username is taken")
                .hint(hint)
                .into());
        }
        Ok(write.insert_user(&user)?)
    })?;
    context.print_one(json::user(&user), || {
        let name = shown(&user.username);
        match (context.ui.quiet, context.is_dry_run()) {
            (true, _) => format!("{}\n", visible(&user.username)),
            (false, true) => format!("would add {name}, {}\n", user.role.as_str()),
            (false, false) => format!("added {name}, {}\n", user.role.as_str()),
        }
    })?;
    Ok(Exit::Done)
}
