//! `orders man`: the manual page of the program or of a command, for those who package it.

use clap::{Args, CommandFactory};

use super::Context;
use crate::cli::Cli;
use crate::commands::help::find_topic;
use crate::error::{Exit, OutputError};

/// Print the manual page of the program, or of a command
#[derive(Debug, Args)]
#[command(
    hide = true,
    after_help = "Examples:
  orders man | man -l -
  orders man confirm > orders-confirm.1"
)]
pub struct ManArgs {
    /// A command
    topic: Vec<String>,
}

/// Runs the command.
pub fn run(args: &ManArgs, context: &mut Context) -> anyhow::Result<Exit> {
    let mut command = Cli::command();
    command.build();
    let topic = find_topic(&mut command, &args.topic)?.clone();
    let mut page = Vec::new();
    clap_mangen::Man::new(topic).render(&mut page).map_err(OutputError)?;
    context.ui.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
