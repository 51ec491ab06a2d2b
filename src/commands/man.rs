//! `orders man`: the manual page of the program or of a command, for those who package it.

use clap::{Args, Command};

use super::help::find_topic;
use super::run::facts::{CommandFacts, Group};
use crate::error::{Exit, OutputError};
use crate::ui;

/// Print the manual page of the program, or of a command
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Program))]
#[command(after_help = "Examples:
  orders man | man -l -
  orders man confirm > orders-confirm.1")]
pub struct ManArgs {
    /// A command
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

pub fn run(args: &ManArgs, mut root: Command) -> anyhow::Result<Exit> {
    root.build();
    let mut topic = find_topic(&root, &args.topic)?;
    let usage = topic.render_usage().to_string();
    let mut page = Vec::new();
    clap_mangen::Man::new(topic).render(&mut page).map_err(OutputError)?;
    ui::print(&with_synopsis(&String::from_utf8_lossy(&page), &usage))?;
    Ok(Exit::Done)
}

/// Puts the usage from help into a page's synopsis: `clap_mangen` omits the values of options and that arguments may
/// repeat.
fn with_synopsis(page: &str, usage: &str) -> String {
    const HEADING: &str = ".SH SYNOPSIS\n";
    let Some((before, after)) = page.split_once(HEADING) else { return page.to_owned() };
    let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
    let usage = usage.trim_start_matches("Usage: ").replace('-', r"\-");
    format!("{before}{HEADING}{}\n{rest}", usage.trim())
}
