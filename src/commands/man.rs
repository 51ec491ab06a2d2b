//! `orders man`: the manual page of the program or of a command, for those who package it.

use clap::{Args, Command};

use super::facts::{Facts, Group};
use crate::commands::help::find_topic;
use crate::error::{Exit, OutputError};
use crate::ui;

/// Print the manual page of the program, or of a command
#[derive(Debug, Args)]
#[command(add = Facts::of(Group::Program))]
#[command(after_help = "Examples:
  orders man | man -l -
  orders man confirm > orders-confirm.1")]
pub struct ManArgs {
    /// A command
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// Runs the command.
pub fn run(args: &ManArgs, mut root: Command) -> anyhow::Result<Exit> {
    root.build();
    let topic = find_topic(&root, &args.topic)?;
    let mut page = Vec::new();
    clap_mangen::Man::new(topic).render(&mut page).map_err(OutputError)?;
    ui::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
