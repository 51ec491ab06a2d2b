//! `orders check`: whether the file agrees with itself.

use clap::Args;

use super::Context;
use super::run::facts::{CommandFacts, Group};
use super::run::failure::renewal;
use crate::domain::finding::Finding;
use crate::domain::phone::read_phone;
use crate::domain::settings::{SettingKey, Settings};
use crate::domain::user::User;
use crate::error::Exit;
use crate::input::setting::read_setting;
use crate::input::username::read_username;
use crate::render::json::{FINDING_KEYS, finding};
use crate::render::prose::sentence;
use crate::store::{Store, StoreError, as_finding};
use crate::ui;

/// Check the file for contradictions and damage; silent when there are none
///
/// Replays movements to stock on hand, items to totals and events to statuses, reads everything once, compares the tables and
/// indexes with those of a new file, and runs SQLite's own checks. If it finds something, keep the file as it is; to go on
/// working, restore the newest backup beside it. A replica of a shop in a cluster may be moved away: the next command makes a
/// new one.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::File))]
#[command(after_help = "Examples:
  orders check
  orders check --json
  orders check || echo 'orders check found something' | mail owner@shop.example")]
pub struct CheckArgs {}

pub fn run(_args: &CheckArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let findings = find(context).or_else(|error| {
        // The file is too damaged to be opened.
        let finding = error.downcast_ref().and_then(|error| as_finding(error, &context.file().ok()?));
        finding.map(|finding| vec![finding]).ok_or(error)
    })?;
    let bodies: Vec<_> = findings.iter().map(finding).collect();
    context.print_list(FINDING_KEYS, &bodies, &Settings::default(), || {
        let lines = findings.iter().map(|found| format!("{}: {}", found.subject, found.problem));
        lines.map(|line| sentence(&line, ui::width())).collect()
    })?;
    if findings.is_empty() {
        return Ok(Exit::Done);
    }
    match renewal(context) {
        Some(renewal) if context.is_table() => context.hint(renewal),
        None if context.is_table() && ui::is_stdout_a_terminal() => {
            context.hint("keep this file as it is; to go on working, restore the newest backup beside it".into());
        }
        _ => {}
    }
    Ok(Exit::Findings)
}

fn find(context: &Context) -> anyhow::Result<Vec<Finding>> {
    let mut store = context.open_to_survey()?;
    let of_replica = differences_from_log(&mut store)?;
    store.read(|read| {
        let mut findings = read.findings()?;
        findings.extend(of_replica);
        let settings =
            read.written_settings().map(|settings| settings.iter().filter_map(of_setting).collect::<Vec<_>>());
        let users = read.users().map(|users| users.iter().flat_map(of_user).collect::<Vec<_>>());
        for found in [settings, users] {
            match found {
                Ok(found) => findings.extend(found),
                // The findings already say that they cannot be read.
                Err(_) if !findings.is_empty() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(findings)
    })
}

/// Finds where this machine's replica of a shop in a cluster differs from the log.
#[cfg(feature = "cluster")]
fn differences_from_log(store: &mut Store) -> Result<Vec<Finding>, StoreError> {
    store.differences_from_log()
}

#[cfg(not(feature = "cluster"))]
#[expect(clippy::unnecessary_wraps, reason = "other builds need it")]
fn differences_from_log(_store: &mut Store) -> Result<Vec<Finding>, StoreError> {
    Ok(Vec::new())
}

/// Finds values that `user add` would have refused.
fn of_user(user: &User) -> Vec<Finding> {
    let username = read_username(&user.username).err().map(|problem| format!("its username {problem}"));
    let phone = user.phone.as_deref().and_then(|phone| read_phone(phone).err());
    let problems = username.into_iter().chain(phone.map(|problem| format!("its phone {problem}")));
    let finding = |problem| Finding { code: "user".to_owned(), subject: user.username.clone(), problem };
    problems.map(finding).collect()
}

/// Finds a value that `config` would have refused.
fn of_setting((key, value): &(String, String)) -> Option<Finding> {
    let problem = match SettingKey::parse(key).map(|key| read_setting(key, value)) {
        None => "is not a setting".to_owned(),
        Some(Err(problem)) => format!("is {value:?}: {problem}"),
        Some(Ok(_)) => return None,
    };
    Some(Finding { code: "setting".to_owned(), subject: key.clone(), problem })
}
