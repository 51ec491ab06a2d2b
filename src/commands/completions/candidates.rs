//! The candidates for each argument, chosen by the value name that help shows.

use std::ffi::OsStr;
use std::sync::Arc;

use clap::Arg;
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::line::TypedLine;
use crate::commands::Context;
use crate::commands::customer;
use crate::commands::help::TOPICS;
use crate::commands::list::listing::SORT_FIELDS;
use crate::commands::run::facts::{CommandFacts, Group};
use crate::domain::item_words::describe_pieces;
use crate::domain::payment::Method;
use crate::domain::permission::Task;
use crate::domain::phone::{full_number, phone_digits};
use crate::domain::product::Product;
use crate::domain::settings::SettingKey;
use crate::domain::shell::is_shell_literal;
use crate::domain::status::Status;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::zone::Zone;
use crate::options::Global;
use crate::render::json::CUSTOMER_KEYS;
use crate::store::Read;
use crate::ui::{ColorChoice, Ui};

/// Stands for files, which the shell itself completes.
pub const FILES: &str = "\t";

/// The most candidates taken from the orders file.
const OFFERED: usize = 100;

struct Request {
    line: TypedLine,
    /// The program's whole command line.
    root: clap::Command,
}

/// Returns the candidates for the last word of a line, unquoted. `root` is the whole command line.
pub fn completed(line: &TypedLine, root: clap::Command) -> Vec<CompletionCandidate> {
    let mut command = with_candidates(root.clone(), &Arc::new(Request { line: line.clone(), root }));
    let words = line.words.iter().map(Into::into).collect();
    clap_complete::engine::complete(&mut command, words, line.words.len() - 1, None).unwrap_or_default()
}

/// Attaches candidates to the arguments of a command and of the subcommands that the line names.
fn with_candidates(command: clap::Command, request: &Arc<Request>) -> clap::Command {
    let facts = command.get::<CommandFacts>().copied().unwrap_or(CommandFacts::of(Group::Program));
    let command = command.mut_args(|argument| {
        let Some(candidates) = candidates_of(&argument) else { return argument };
        let request = Arc::clone(request);
        // clap_complete offers no options beside a positional argument that still needs values.
        let argument = match argument.get_num_args() {
            Some(_) if argument.is_positional() => argument.num_args(1..),
            _ => argument,
        };
        let complete = move |typed: &OsStr| candidates(&typed.to_string_lossy(), &request, &facts);
        argument.add(ArgValueCompleter::new(complete))
    });
    let is_named = |command: &clap::Command| request.line.words.iter().any(|word| word == command.get_name());
    command.mut_subcommands(|command| if is_named(&command) { with_candidates(command, request) } else { command })
}

type Candidates = fn(typed: &str, request: &Request, facts: &CommandFacts) -> Vec<CompletionCandidate>;

/// Returns the source of an argument's candidates; `None` if there are none or clap knows them all.
fn candidates_of(argument: &Arg) -> Option<Candidates> {
    let names: Vec<&str> = argument.get_value_names()?.iter().map(|name| name.as_str()).collect();
    Some(match names.join(" ").as_str() {
        "FILE" | "DEST" => files,
        "REF" => references,
        // Any number of orders, then one status.
        "REF STATUS" => |typed, request, facts| {
            let statuses = beginning(typed, Status::ALL.map(Status::as_str));
            statuses.into_iter().chain(references(typed, request, facts)).collect()
        },
        "N[*Q]" => items,
        "METHOD" => methods,
        "CUSTOMER" => customers,
        "P" | "SPEC" => products,
        "P|FILE" => |typed, request, facts| {
            let found = products(typed, request, facts);
            if found.is_empty() { files(typed, request, facts) } else { found }
        },
        "USERNAME" => accounts,
        "A,B" => fields,
        "[-]FIELD" => |typed, _, facts| {
            let of_customers = customer::list::SORT_FIELDS.map(|(field, _)| field);
            let of_orders = SORT_FIELDS.map(|(field, _)| field);
            let fields = if facts.fields == CUSTOMER_KEYS { &of_customers[..] } else { &of_orders };
            beginning(typed, fields.iter().flat_map(|field| [(*field).to_owned(), format!("-{field}")]))
        },
        "KEY" => |typed, _, _| beginning(typed, SettingKey::NAMES),
        "VALUE" => values_of_setting,
        "TOPIC" => topics,
        _ => return None,
    })
}

/// Lets the shell complete files, unless an option has been begun.
fn files(typed: &str, _: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    if typed.starts_with('-') { Vec::new() } else { vec![CompletionCandidate::new(FILES)] }
}

/// Returns the words that begin with what was typed, in any case.
fn beginning<W: Into<String>>(typed: &str, words: impl IntoIterator<Item = W>) -> Vec<CompletionCandidate> {
    let begins = |word: &String| word.to_lowercase().starts_with(&typed.to_lowercase());
    words.into_iter().map(Into::into).filter(begins).map(CompletionCandidate::new).collect()
}

fn references(typed: &str, request: &Request, facts: &CommandFacts) -> Vec<CompletionCandidate> {
    let is_forced = request.line.before().iter().any(|word| word == "--force");
    let statuses = if is_forced { &Status::ALL } else { facts.acts_on };
    let task = if facts.writes() { Task::UpdateStatus } else { Task::Read };
    ask(request.line.global(), task, |read, context| {
        let found = read.orders_like(typed, context.caller.sees_only().as_ref(), statuses, OFFERED)?;
        Ok(found.into_iter().filter_map(|order| of_data(order.reference.as_str(), &order.customer_name)).collect())
    })
}

/// Offers the numbers of the items that the customer of the named order still has.
fn items(typed: &str, request: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    ask(request.line.global(), Task::UpdateStatus, |read, context| {
        let mut order = None;
        for word in request.line.before() {
            if let [found] = read.match_whole(word, context.caller.sees_only().as_ref())?.as_slice() {
                order = read.orders(&[found.pk])?.pop();
                break;
            }
        }
        let items = order.iter().flat_map(|order| order.items.iter().enumerate());
        let is_free =
            |number: &str| number.starts_with(typed) && !request.line.before().iter().any(|word| word == number);
        let items = items.filter(|(_, item)| item.pieces_left() > 0).filter_map(|(index, item)| {
            let number = (index + 1).to_string();
            let words = describe_pieces(index + 1, item, item.pieces_left());
            let about = words.split_once(": ").map_or(words.as_str(), |(_, about)| about);
            is_free(&number).then(|| of_data(&number, about)).flatten()
        });
        Ok(items.take(OFFERED).collect())
    })
}

/// Offers phones once a digit is typed, else references: both name a customer. A phone is completed in the spelling in
/// which it was begun, if the whole then means the same number.
fn customers(typed: &str, request: &Request, facts: &CommandFacts) -> Vec<CompletionCandidate> {
    if !typed.chars().all(|c| c.is_ascii_digit() || c == '+') {
        return references(typed, request, facts);
    }
    ask(request.line.global(), Task::Customers, |read, _| {
        let code = read.settings()?.country_code;
        let begun = if typed.is_empty() { "+" } else { typed };
        let (plain, full) = (phone_digits(begun), read.full_number(begun)?);
        let mut candidates = Vec::new();
        for (number, name) in read.numbers_like(&plain, OFFERED)?.into_iter().chain(read.numbers_like(&full, OFFERED)?)
        {
            let rest = number.strip_prefix(&full).or_else(|| number.strip_prefix(&plain)).unwrap_or_default();
            let phone = format!("{begun}{rest}");
            let is_it = full_number(&phone, code.as_deref()) == number;
            let is_new = candidates.iter().all(|(known, _)| *known != phone);
            if is_it && is_new {
                candidates.push((phone, name));
            }
        }
        Ok(candidates.iter().filter_map(|(phone, name)| of_data(phone, name)).take(OFFERED).collect())
    })
}

/// Offers barcodes, or ids where a barcode would need quoting. Products are found by name too.
fn products(typed: &str, request: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    let typed = typed.to_lowercase();
    ask(request.line.global(), Task::Products, |read, _| {
        let products = read.all_products()?;
        let begins = |product: &&Product| product.handle().to_lowercase().starts_with(&typed);
        let is_named = |product: &&Product| product.name.to_lowercase().contains(&typed);
        let mut found: Vec<&Product> = products.iter().filter(begins).collect();
        if found.is_empty() {
            // Shells insert what all candidates begin with, so a match by name must be the only one.
            found = products.iter().filter(is_named).collect();
            found.truncate(usize::from(found.len() == 1));
        }
        let candidates = found.into_iter().filter_map(|product| {
            of_data(&product.handle(), &product.name).or_else(|| of_data(&product.id.to_string(), &product.name))
        });
        Ok(candidates.take(OFFERED).collect())
    })
}

fn methods(typed: &str, request: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    ask(request.line.global(), Task::Payments, |read, _| {
        let methods = read.methods()?;
        Ok(beginning(typed, methods.iter().take(OFFERED).map(Method::as_str)))
    })
}

fn accounts(typed: &str, request: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    ask(Global { acting_as: None, ..request.line.global() }, Task::Users, |read, _| {
        let users = read.users()?;
        let fits = users.iter().filter(|user| user.username.to_lowercase().starts_with(&typed.to_lowercase()));
        Ok(fits.filter_map(|user| of_data(&user.username, user.role.as_str())).take(OFFERED).collect())
    })
}

/// Offers the fields that are not chosen yet.
fn fields(typed: &str, request: &Request, facts: &CommandFacts) -> Vec<CompletionCandidate> {
    let chosen: Vec<&str> = request.line.typed().split([',', '=']).collect();
    let is_free = |field: &&&str| **field == typed || !chosen.contains(*field);
    beginning(typed, facts.fields.iter().filter(is_free).copied())
}

fn values_of_setting(typed: &str, request: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    let key = request.line.before().last().and_then(|word| SettingKey::parse(word));
    if key == Some(SettingKey::TimeZone) { beginning(typed, Zone::names()) } else { Vec::new() }
}

fn topics(typed: &str, request: &Request, _: &CommandFacts) -> Vec<CompletionCandidate> {
    let mut command = request.root.clone();
    let words = request.line.before().iter().skip_while(|word| !matches!(word.as_str(), "help" | "man"));
    let is_help = words.clone().next().is_some_and(|word| word == "help");
    let mut is_first = true;
    for word in words.skip(1) {
        let Some(found) = command.find_subcommand(word) else { return Vec::new() };
        (command, is_first) = (found.clone(), false);
    }
    let topics = TOPICS.iter().filter(|_| is_help && is_first).map(|topic| topic.name);
    beginning(typed, topics.chain(command.get_subcommands().map(clap::Command::get_name)))
}

/// Makes a candidate of text that others may have written; `None` if a shell would have to quote it or it looks like an
/// option.
fn of_data(value: &str, about: &str) -> Option<CompletionCandidate> {
    let is_offered = is_shell_literal(value) && !value.starts_with('-');
    is_offered.then(|| CompletionCandidate::new(value).help(Some(about.to_owned().into())))
}

/// Reads candidates from the orders file. On any failure there are none: completion must not print errors or wait for
/// others.
fn ask(
    global: Global,
    task: Task,
    read: impl FnOnce(&Read<'_>, &Context) -> anyhow::Result<Vec<CompletionCandidate>>,
) -> Vec<CompletionCandidate> {
    let Some(never) = Timestamp::from_millis(0) else { return Vec::new() };
    // A shell does not wait for a cluster.
    #[cfg(feature = "cluster")]
    let global = Global { stale: true, ..global };
    let mut context = Context::new(global, Clock::Fixed(never), Ui::new(true, true, ColorChoice::Never));
    context.silence_file_warning();
    let candidates = || -> anyhow::Result<Vec<CompletionCandidate>> {
        context.identify(task)?;
        context.open_to_read()?.read(|facts| read(facts, &context))
    };
    candidates().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that only the person typing knows.
    const FREE: &[&str] = &[
        "AMOUNT",
        "RECEIPT",
        "N",
        "COURIER",
        "NUMBER",
        "REFERENCE",
        "A|none",
        "A|N%|none",
        "±N",
        "SIZE=N",
        "N|SIZE=N",
        "SECONDS",
        "BYTES",
        "WHEN",
        "AGE",
        "TEXT",
        "URL",
        "UUID",
        "NAME",
        "PHONE",
        "ADDRESS",
        "SIZE",
        "COLOR",
        "PRICE",
        "DISCOUNTED_PRICE",
        "BARCODE",
        "name",
    ];

    /// A new value name must be completed or listed as free.
    #[test]
    fn every_value_is_completed_or_free() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
                let name = argument.get_value_names().map_or(argument.get_id().as_str(), |names| names[0].as_str());
                let is_known = candidates_of(argument).is_some() || FREE.contains(&name);
                assert!(
                    is_known || argument.get_value_parser().possible_values().is_some(),
                    "{}: {name} is neither completed nor free",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(check);
        }
        let mut command = crate::cli::complete();
        command.build();
        check(&command);
    }
}
