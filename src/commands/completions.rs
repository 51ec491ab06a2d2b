//! `orders completions`: completion on the command line, of references and products too.

use std::ffi::OsStr;

use clap::{Args, ValueEnum};
use clap_complete::CompletionCandidate;

use super::Context;
use crate::cli::Global;
use crate::domain::text::visible;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::user::Task;
use crate::error::Exit;
use crate::store::Read;
use crate::ui::{ColorChoice, Ui};

/// The variable through which a shell asks for candidates.
pub const VARIABLE: &str = "ORDERS_COMPLETE";

/// Print what to add to the shell's start file for completion
///
/// Completes commands, options, references and products; the latter from the file that ORDERS_DB names, else the default
/// one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders completions bash >> ~/.bashrc
  orders completions zsh >> ~/.zshrc
  orders completions fish >> ~/.config/fish/config.fish")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// The shells that completion is there for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    /// GNU bash.
    Bash,
    /// Z shell.
    Zsh,
    /// Fish.
    Fish,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, context: &mut Context) -> anyhow::Result<Exit> {
    // The shell asks the program anew whenever it starts: what it is told fits the program that is installed.
    context.ui.print(&match args.shell {
        Shell::Bash => format!("source <({VARIABLE}=bash orders)\n"),
        Shell::Zsh => format!(
            "(( $+functions[compdef] )) || {{ autoload -U compinit && compinit }}\nsource <({VARIABLE}=zsh orders)\n"
        ),
        Shell::Fish => format!("{VARIABLE}=fish orders | source\n"),
    })?;
    Ok(Exit::Done)
}

/// How many candidates are offered at the most.
const OFFERED: u32 = 100;

/// Completes the reference of an order: by its beginning, or where none begins so by a part.
pub fn complete_reference(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    ask(Task::Read, |read, context| {
        let found = read.orders_like(&typed, context.caller.sees_only(), OFFERED)?;
        Ok(found.into_iter().map(|order| candidate(order.reference.as_str(), &order.customer_name)).collect())
    })
}

/// Completes a product by its barcode, or its name.
pub fn complete_product(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy().to_lowercase();
    ask(Task::Products, |read, _| {
        let products = read.all_products()?;
        let handles = products.iter().map(|product| (product.handle(), &product.name));
        let is_offered = |(handle, name): &(String, &String)| {
            handle.to_lowercase().starts_with(&typed) || name.to_lowercase().contains(&typed)
        };
        Ok(handles.filter(is_offered).take(OFFERED as usize).map(|(handle, name)| candidate(&handle, name)).collect())
    })
}

fn candidate(value: &str, about: &str) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(visible(about).into_owned().into()))
}

/// Reads candidates from the file that the environment names. Whatever goes wrong, there are none: a shell that completes
/// is no place for errors and warnings, nor to wait for others.
fn ask(
    task: Task,
    read: impl FnOnce(&Read<'_>, &Context) -> anyhow::Result<Vec<CompletionCandidate>>,
) -> Vec<CompletionCandidate> {
    let Some(never) = Timestamp::from_millis(0) else { return Vec::new() };
    let ui = Ui::new(true, true, ColorChoice::Never);
    let mut context = Context::new(Global { wait: Some(0), ..Global::default() }, Clock::Fixed(never), ui);
    context.warn_of_nothing();
    let candidates = || -> anyhow::Result<Vec<CompletionCandidate>> {
        context.identify(task)?;
        context.open_to_read()?.read(|facts| read(facts, &context))
    };
    candidates().unwrap_or_default()
}
