//! Explains a failure: what went wrong, what became of the change, and what to do next.

use serde_json::Value;

use super::context::Context;
use super::facts::{CommandFacts, task_named};
use super::imported::Imported;
#[cfg(feature = "cluster")]
use super::shop_failure::of_shop;
#[cfg(feature = "cluster")]
use crate::domain::shell::shell_argument;
use crate::error::{Explained, Failure, FailureKind, Fault, NAME_ANOTHER_FILE, explain};
use crate::hint::{CommandLine, Hint};
use crate::render::json::Body;
#[cfg(feature = "cluster")]
use crate::store::Address;
use crate::store::StoreError;

/// Explains why a command failed. A failed import gets the body of one that took nothing, which `empty_body` makes.
///
/// A refusal by a command that changes something says that nothing changed, unless that is unknown, or obvious after a wrong
/// command line, a missing permission or a missing file.
pub fn explain_failure(
    error: anyhow::Error,
    facts: &CommandFacts,
    context: &Context,
    empty_body: impl Fn(Imported) -> Body,
) -> Explained {
    let is_outcome_unknown = error.downcast_ref().is_some_and(StoreError::is_outcome_unknown);
    let is_of_file = error.downcast_ref().is_some_and(StoreError::is_of_file);
    let file = context.file().ok();
    #[cfg(feature = "cluster")]
    let dest = error.downcast_ref::<Address>().cloned();
    #[cfg(feature = "cluster")]
    let named = dest.as_ref().map(|dest| dest.to_string().into());
    #[cfg(not(feature = "cluster"))]
    let named = None;
    let named =
        named.or_else(|| file.as_deref().map(|file| if is_of_file { file.to_owned() } else { context.name(file) }));
    let error = match (error.downcast::<StoreError>(), &file) {
        (Ok(error), Some(file)) => error.diagnosed(file).into(),
        (Ok(error), None) => error.into(),
        (Err(error), _) => error,
    };
    #[cfg(feature = "cluster")]
    let of_replica = replica_hint(&error, context);
    let mut explained = explain(&error, named.as_deref());
    if explained.failure.kind == FailureKind::Internal(Fault::MissingFile) && facts.imports == Some(Imported::Products)
    {
        // Only a dry run of a product import needs the file.
        let empty = Hint::run("to make an empty one first", CommandLine::of("config timeZone ZONE"));
        explained.failure.remedies =
            vec!["without --dry-run, this command makes it".into(), empty, NAME_ANOTHER_FILE.into()];
    }
    #[cfg(feature = "cluster")]
    {
        explained.failure = of_shop(explained.failure, &error, dest, facts, context);
    }
    #[cfg(feature = "cluster")]
    if let Some(hint) = of_replica {
        explained.failure.remedies = vec![hint];
    }
    explained.failure = with_fitting_hints(explained.failure, context);
    if context.has_committed() {
        return explained;
    }
    if let Some(imports) = facts.imports
        && explained.body.is_empty()
    {
        explained.body = empty_body(imports);
        if is_outcome_unknown {
            for (_, count) in explained.body.iter_mut().filter(|(_, count)| count.is_number()) {
                *count = Value::Null;
            }
        }
    }
    let kind = explained.failure.kind;
    let was_nothing_begun =
        matches!(kind, FailureKind::Usage | FailureKind::PermissionDenied | FailureKind::Internal(Fault::MissingFile));
    if let Some(undone) = facts.undone
        && !is_outcome_unknown
        && !was_nothing_begun
    {
        explained.conclude(undone);
    }
    explained
}

/// Returns what to do if this machine's replica of a shop in a cluster is at fault, or does not fit the cluster.
#[cfg(feature = "cluster")]
fn replica_hint(error: &anyhow::Error, context: &Context) -> Option<Hint> {
    use StoreError::{Damaged, Differs, Malformed, NotOurs, OtherLog, Spoilt};
    let error = error.downcast_ref::<StoreError>()?;
    matches!(error, Damaged(_) | Differs(_) | Malformed(_) | NotOurs(_) | OtherLog | Spoilt(_))
        .then(|| renewal(context))?
}

/// Says how to get a new replica, if the orders file is one.
#[cfg(feature = "cluster")]
pub fn renewal(context: &Context) -> Option<Hint> {
    let file = context.file().ok().filter(|file| super::shop::is_replica(file))?;
    let words = "if the cluster is the right one, move this machine's replica away; the next command makes a new one";
    Some(format!("{words}:  mkdir -p old && mv {}* old/", shell_argument(&file.display().to_string())).into())
}

#[cfg(not(feature = "cluster"))]
pub fn renewal(_context: &Context) -> Option<Hint> {
    None
}

/// Fits a failure's hints to the caller: drops commands that the caller may not run, and adds `--db` and `--as` to the others.
pub fn with_fitting_hints(mut failure: Failure, context: &Context) -> Failure {
    let may = |hint: &Hint| {
        let task = hint.command_name().and_then(task_named);
        task.is_none_or(|task| context.caller.may(task))
    };
    failure.remedies.retain(may);
    let kept = context.kept_options();
    failure.remedies = failure.remedies.into_iter().map(|hint| kept.add_to(hint)).collect();
    failure
}
