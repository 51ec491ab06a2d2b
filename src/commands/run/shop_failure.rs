//! Explains the failures of a shop in a cluster.

use super::context::Context;
use super::facts::{CommandFacts, Group};
use super::imported::Imported;
use crate::domain::permission::Task;
use crate::domain::refusal::Conflict;
use crate::domain::shell::shell_word;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};
use crate::store::{Address, StoreError};

/// Says more about a failure than one of a file would. `dest` is the shop that a backup goes to, if it is at fault.
pub fn of_shop(
    failure: Failure,
    error: &anyhow::Error,
    dest: Option<Address>,
    facts: &CommandFacts,
    context: &Context,
) -> Failure {
    let is_dest = dest.is_some();
    let Some(error) = error.downcast_ref::<StoreError>() else { return failure };
    let Some(address) = dest.or_else(|| context.address().ok().flatten()) else { return failure };
    let (shop, node) = (address.shop(), address.first_node());
    match error {
        StoreError::Missing if context.global.stale => Failure {
            message: format!("this machine has no replica of the shop {shop} yet"),
            remedies: vec!["without --stale, orders asks the cluster".into()],
            ..failure
        },
        StoreError::Missing => {
            let message = format!("there is no shop {shop} in the cluster at {node}");
            let to_bring = format!("to bring a file:  orders --db FILE backup {}", shell_word(&address.to_string()));
            let remedies = match facts.imports {
                Some(Imported::Products) => vec![Hint::from("without --dry-run, this command begins it")],
                _ => vec![to_bring.into(), "if another shop is meant, name it at the end of the address".into()],
            };
            Failure { message, remedies, ..failure }
        }
        StoreError::Exists => Failure::new(
            FailureKind::Conflict(Conflict::Exists),
            format!("the shop {shop} exists already in the cluster at {node}"),
        )
        .error("Destination exists")
        .hint("name a new shop"),
        StoreError::Unreached(_) if !is_dest && (!facts.writes() || facts.task == Some(Task::Backup)) => {
            failure.hint("--stale reads this machine's replica as it is")
        }
        StoreError::Unanswered(_) if facts.group == Group::Orders && facts.imports.is_none() => {
            failure.hint(Hint::run("to see it", CommandLine::of("show REF")))
        }
        _ => failure,
    }
}
