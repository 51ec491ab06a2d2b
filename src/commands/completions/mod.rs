//! `orders completions`: completion on the command line, of references, products and files too.

mod candidates;
mod line;
mod reply;
mod shell;

use clap::Args;

use self::shell::Shell;
use super::run::facts::{CommandFacts, Group};
use crate::error::Exit;
use crate::ui;

pub use reply::reply;

/// The variable with which a shell asks for its script, and later for candidates.
pub const VARIABLE: &str = "ORDERS_COMPLETE";

/// Print what to add to the shell's start file for completion
///
/// Completes commands, options, files, references, products, accounts, fields, settings and time zones. References,
/// products and accounts come from the file of --db on the line, else ORDERS_DB, else the default file. Only words that
/// need no quoting are offered: a reference or barcode with other characters is left out.
#[derive(Debug, Args)]
#[command(add = CommandFacts::of(Group::Program))]
#[command(after_help = "Examples:
  orders completions bash >> ~/.bashrc
  orders completions zsh >> ~/.zshrc
  mkdir -p ~/.config/fish
  orders completions fish >> ~/.config/fish/config.fish")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    // The shell fetches its script at every start, so that it fits the installed program.
    ui::print(&match args.shell {
        Shell::Bash => format!("source <({VARIABLE}=bash orders)\n"),
        Shell::Zsh => format!(
            "(( $+functions[compdef] )) || {{ autoload -U compinit && compinit }}\nsource <({VARIABLE}=zsh orders)\n"
        ),
        Shell::Fish => format!("{VARIABLE}=fish orders | source\n"),
    })?;
    Ok(Exit::Done)
}
