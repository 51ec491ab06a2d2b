//! `orders help`: the help of a command, or a page about something else.

use clap::{Args, Command, CommandFactory};

use super::Context;
use crate::cli::Cli;
use crate::error::{EXIT_CODES, Exit, Failure};

/// Show the help of a command, or the exit codes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders help confirm
  orders help exit-codes")]
pub struct HelpArgs {
    /// A command, or exit-codes
    topic: Vec<String>,
}

/// Runs the command.
pub fn run(args: &HelpArgs, context: &mut Context) -> anyhow::Result<Exit> {
    if args.topic == ["exit-codes"] {
        let lines: String = EXIT_CODES.iter().map(|(code, meaning)| format!("{code:>3}  {meaning}\n")).collect();
        context.ui.print(&lines)?;
        return Ok(Exit::Done);
    }
    let mut command = Cli::command();
    command.build();
    let help = find_topic(&mut command, &args.topic)?.render_long_help();
    let help = if context.ui.colors_stdout { help.ansi().to_string() } else { help.to_string() };
    context.ui.print(&help)?;
    Ok(Exit::Done)
}

/// Finds a command by its names: `product`, `add`.
pub fn find_topic<'c>(command: &'c mut Command, names: &[String]) -> Result<&'c mut Command, Failure> {
    names.iter().try_fold(command, |topic, name| {
        topic
            .find_subcommand_mut(name)
            .ok_or_else(|| Failure::usage(format!("there is no help on {name}")).hint("orders help lists the commands"))
    })
}
