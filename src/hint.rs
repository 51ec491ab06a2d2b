//! Hints: what to do next, in words, and as a command that can be run as printed.

use std::fmt;
use std::path::PathBuf;

use crate::domain::bidi::BEFORE_COMMAND;
use crate::domain::remedy::Remedy;
use crate::domain::shell::shell_word;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What it achieves: `to see it`.
    words: String,
    /// The command that does it.
    command: Option<CommandLine>,
}

impl Hint {
    /// Makes a hint from a command and what it achieves: `to see it`.
    pub fn run(aim: impl Into<String>, command: CommandLine) -> Hint {
        Hint { words: aim.into(), command: Some(command) }
    }

    /// Returns the name of its command, such as `product show`.
    pub fn command_name(&self) -> Option<&'static str> {
        self.command.as_ref().map(|command| command.command)
    }

    /// Returns its command, if it has one.
    pub fn into_command(self) -> Option<CommandLine> {
        self.command
    }

    /// Adds an option with a value to its command.
    #[must_use]
    fn with_option(self, option: &'static str, value: &str) -> Hint {
        let command = self.command.map(|command| command.option_value(option, value));
        Hint { command, ..self }
    }

    /// Puts words before what it achieves: `first, `.
    #[must_use]
    fn after(self, words: &str) -> Hint {
        Hint { words: format!("{words}{}", self.words), ..self }
    }
}

/// The options of a command line that its hints repeat, so that they are about the same file and account.
#[derive(Debug, Clone, Default)]
pub struct KeptOptions {
    /// `--as`.
    pub acting_as: Option<String>,
    /// `--db`.
    pub file: Option<PathBuf>,
}

impl KeptOptions {
    /// Adds them to a hint's command.
    pub fn add_to(&self, hint: Hint) -> Hint {
        let hint = self.acting_as.iter().fold(hint, |hint, username| hint.with_option("--as", username));
        self.file.iter().fold(hint, |hint, file| hint.with_option("--db", &file.to_string_lossy()))
    }
}

impl From<String> for Hint {
    fn from(words: String) -> Hint {
        Hint { words, command: None }
    }
}

impl From<&str> for Hint {
    fn from(words: &str) -> Hint {
        words.to_owned().into()
    }
}

/// The command stands last and alone, so that it can be copied.
impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{}{BEFORE_COMMAND}{command}", self.words),
            None => f.write_str(&self.words),
        }
    }
}

/// A command line of this program. Values that others chose are quoted for the shell and never read as options.
///
/// A value that only the reader knows is a word in capitals: `--note WHY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    command: &'static str,
    /// Unquoted.
    arguments: Vec<String>,
    options: Vec<String>,
}

impl CommandLine {
    /// Begins with a command such as `product show`, perhaps with arguments in capitals.
    pub fn of(command: &'static str) -> CommandLine {
        CommandLine { command, arguments: Vec::new(), options: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, value: impl fmt::Display) -> CommandLine {
        self.arguments.push(value.to_string());
        self
    }

    /// Adds options, or one more argument in capitals.
    #[must_use]
    pub fn option(mut self, option: &'static str) -> CommandLine {
        self.options.push(option.to_owned());
        self
    }

    /// Adds an option with a value that somebody chose.
    #[must_use]
    pub fn option_value(mut self, option: &'static str, value: &str) -> CommandLine {
        let sign = if value.starts_with('-') { "=" } else { " " };
        self.options.push(format!("{option}{sign}{}", shell_word(value)));
        self
    }

    /// Returns its parts, quoted for the shell: the command, each argument, and each option with its value.
    pub fn parts(&self) -> Vec<String> {
        let arguments = self.arguments.iter().map(|argument| shell_word(argument).into_owned());
        let options = self.options.iter().cloned();
        let command = [format!("orders {}", self.command)].into_iter();
        match self.arguments.iter().any(|argument| argument.starts_with('-')) {
            true => command.chain(options).chain(["--".to_owned()]).chain(arguments).collect(),
            false => command.chain(arguments).chain(options).collect(),
        }
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().join(" "))
    }
}

/// The most orders that a readable command names.
const ORDERS_NAMED: usize = 10;

/// How to receive several products in one call.
pub const DELIVERY_FILE: &str = "a file with the columns sku, size and quantity takes several products";

impl From<Remedy> for Hint {
    #[expect(clippy::too_many_lines, reason = "it is a table with one entry a remedy")]
    fn from(remedy: Remedy) -> Hint {
        let order = |command, reference| CommandLine::of(command).argument(reference);
        let product = |command, handle: &str| CommandLine::of(command).argument(handle);
        let back = |reference, to| order("set-status", reference).argument(to).option("--force --note WHY");
        match remedy {
            Remedy::ShowOrder(reference) => Hint::run("to see it", order("show", reference)),
            Remedy::NumberItems(reference) => Hint::run("to see the numbers of its items", order("show", reference)),
            Remedy::Confirm(reference) => Hint::run("to confirm it", order("confirm", reference)),
            Remedy::ConfirmAnew(reference) => {
                Hint::run("to see it as it is now, and confirm it", order("confirm", reference))
            }
            Remedy::AcceptPrices(orders) if orders.len() > ORDERS_NAMED => {
                "if this was agreed, --accept-prices confirms them".into()
            }
            Remedy::AcceptPrices(orders) => {
                let command = orders.into_iter().fold(CommandLine::of("confirm"), CommandLine::argument);
                Hint::run("if this was agreed", command.option("--accept-prices"))
            }
            Remedy::ConfirmOthers(orders) if orders.len() > ORDERS_NAMED => "--keep-going confirms the others".into(),
            Remedy::ConfirmOthers(orders) => {
                let command = orders.into_iter().fold(CommandLine::of("confirm"), CommandLine::argument);
                Hint::run("to confirm the others", command.option("--keep-going"))
            }
            Remedy::ChooseSize { reference, item } => {
                let command = order("edit", reference).option_value("--item", &item.to_string()).option("--size SIZE");
                Hint::run("to choose its size", command)
            }
            Remedy::Cancel(reference, keep) => {
                let command = order("cancel", reference);
                let keep = keep.map(|keep| keep.to_string());
                let command = keep.iter().fold(command, |command, keep| command.option_value("--keep", keep));
                Hint::run("to cancel the whole order", command)
            }
            Remedy::Return(reference) => Hint::run("to take items back", order("return", reference).argument("N")),
            Remedy::EditShipping { reference, shipping } => {
                let option = |command: CommandLine, name, value: &Option<Option<String>>| match value {
                    Some(value) => command.option_value(name, value.as_deref().unwrap_or_default()),
                    None => command,
                };
                let command = option(order("edit", reference), "--courier", &shipping.courier);
                Hint::run("to say who carries it", option(command, "--tracking", &shipping.tracking))
            }
            Remedy::SendReplacement { reference, courier } => {
                let command = order("edit", reference);
                let command = match courier {
                    Some(courier) => command.option_value("--courier", &courier),
                    None => command.option("--tracking NUMBER"),
                };
                Hint::run("once the replacement is sent", command)
            }
            Remedy::EditItem(reference) => {
                Hint::run("to change an item", order("edit", reference).option("--item N --quantity N"))
            }
            Remedy::NewOrder => Hint::run("to take a new order", CommandLine::of("create")),
            Remedy::Reopen(reference) => Hint::run("to reopen it", back(reference, "pending")),
            Remedy::StepBack { reference, to } => {
                Hint::run(format!("to move it back to {to}"), back(reference, to.as_str()))
            }
            Remedy::MoveOn { reference, to } => {
                Hint::run(format!("once it is {to}"), order("set-status", reference).argument(to))
            }
            Remedy::Refund { reference, method } => {
                let command = order("refund", reference);
                let command = match method {
                    Some(method) => command.argument(method),
                    None => command.option("METHOD"),
                };
                Hint::run("once it is given back", command)
            }
            Remedy::RecordPayment { reference, amount, method } => {
                let amount = amount.map_or_else(|| "AMOUNT".to_owned(), |amount| amount.to_string());
                Hint::run("to record the payment", order("pay", reference).argument(amount).argument(method))
            }
            Remedy::MarkCod(reference) => {
                Hint::run("to mark it as cash on delivery", order("edit", reference).option("--cod"))
            }
            Remedy::First(remedy) => Hint::from(*remedy).after("first, "),
            Remedy::Then(remedy) => Hint::from(*remedy).after("then, "),
            Remedy::LeaveOutRefund => "leave out --refund to take the pieces back".into(),
            Remedy::LeaveOutKeep => "leave out --keep, or name everything that comes back".into(),
            Remedy::NameReplacement => "--for PRODUCT names it".into(),
            Remedy::ShowOrders(orders) => {
                Hint::run("to see them", orders.into_iter().fold(CommandLine::of("show"), CommandLine::argument))
            }
            Remedy::TellShortage(reference) => {
                let words = format!("to tell the customer of {reference}");
                Hint::run(words, order("message", reference).option("--template shortage"))
            }
            Remedy::AddStock { product: handle, size, missing } => {
                let command = product("product adjust", &handle).argument(format!("+{missing}"));
                let command = if size.is_empty() { command } else { command.option_value("--size", &size) };
                Hint::run("if there are more in the shop", command.option("--note WHY"))
            }
            Remedy::Receive { product: handle, size, missing } => {
                let pieces = missing.map_or("N".to_owned(), |missing| missing.to_string());
                let pieces = size.map_or(pieces.clone(), |size| format!("{size}={pieces}"));
                receive(&handle, &pieces)
            }
            Remedy::ReceiveSizes(handle) => receive(&handle, "SIZE=N"),
            Remedy::OneDelivery(reference) => {
                format!("one reference is one delivery: {DELIVERY_FILE}; enter the rest of this one as {reference}-2")
                    .into()
            }
            Remedy::CorrectStock { product: handle, size, by } => {
                let command = product("product adjust", &handle).argument(format_args!("{by:+}"));
                let command = if size.is_empty() { command } else { command.option_value("--size", &size) };
                Hint::run("to correct what was entered", command.option("--note WHY"))
            }
            Remedy::ShowProduct(handle) => Hint::run("to see its stock", product("product show", &handle)),
            Remedy::SetProduct(handle) => {
                Hint::run("to change it", product("product set", &handle).option("--price PRICE"))
            }
            Remedy::LeaveOutSize => "leave out --size".into(),
            Remedy::NameSize => "say which with --size".into(),
            Remedy::WriteSize { product, size } => {
                format!("the size goes after the product: {}", shell_word(&format!("{product}/{size}"))).into()
            }
            Remedy::StartSize { product: handle, size } => {
                let command = product("product count", &handle).argument("N").option_value("--size", &size);
                Hint::run("to start a new size", command.option("--new-size").option("--note WHY"))
            }
            Remedy::ClearUnsized(handle) => {
                let command = product("product count", &handle).argument(0).option("--note WHY");
                Hint::run("to set these to 0 first, then count each size", command)
            }
            Remedy::ClearStock { product, sizes } => clear_stock(&product, &sizes),
        }
    }
}

/// Says how to set the stock of a product to none, in these sizes if it has any.
fn clear_stock(product: &str, sizes: &[String]) -> Hint {
    let command = CommandLine::of("product count").argument(product);
    let command = match sizes {
        [] => command.argument(0),
        // A size may have the signs that separate several.
        [size, rest @ ..] if rest.is_empty() || sizes.iter().any(|size| size.contains([',', '='])) => {
            command.argument(0).option_value("--size", size)
        }
        sizes => sizes.iter().fold(command, |command, size| command.argument(format_args!("{size}=0"))),
    };
    Hint::run("to set its stock to 0, so that nobody can order it", command.option("--note WHY"))
}

/// Suggests to receive pieces of a product: how many, or how many of a size.
fn receive(product: &str, pieces: &str) -> Hint {
    let command = CommandLine::of("product receive").argument(product).argument(pieces);
    Hint::run("once a delivery has come", command.option("--ref REF"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;
    use crate::domain::money::Money;
    use crate::domain::payment::Method;
    use crate::domain::reference::Reference;
    use crate::domain::shipping::ShippingEdit;
    use crate::domain::status::Status;
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    use std::process::Command;

    /// Splits a command line as a shell does.
    fn split(line: &str) -> Vec<OsString> {
        let printed = Command::new("sh").arg("-c").arg(format!("printf '%s\\0' {line}")).output().unwrap().stdout;
        let words = printed.split_inclusive(|byte| *byte == 0);
        words.map(|word| OsString::from_vec(word[..word.len() - 1].to_vec())).collect()
    }

    #[test]
    fn every_suggested_command_runs_as_printed_whatever_guests_chose() {
        let kept = KeptOptions { acting_as: Some("sara".to_owned()), file: Some("/tmp/a shop.db".into()) };
        for name in ["LEG-1", "-x", "--yes", "$(id);'x\"", "*"] {
            let reference = || Reference::parse(name).unwrap();
            let word = || name.to_owned();
            for remedy in [
                Remedy::ShowOrder(reference()),
                Remedy::NumberItems(reference()),
                Remedy::Confirm(reference()),
                Remedy::ConfirmAnew(reference()),
                Remedy::AcceptPrices(vec![reference(), reference()]),
                Remedy::ConfirmOthers(vec![reference(), reference()]),
                Remedy::ChooseSize { reference: reference(), item: 2 },
                Remedy::Cancel(reference(), None),
                Remedy::Cancel(reference(), Some(Money::from_hundredths(500))),
                Remedy::RecordPayment { reference: reference(), amount: None, method: Method::cash() },
                Remedy::MarkCod(reference()),
                Remedy::First(Box::new(Remedy::Reopen(reference()))),
                Remedy::Then(Box::new(Remedy::Confirm(reference()))),
                Remedy::Return(reference()),
                Remedy::EditItem(reference()),
                Remedy::EditShipping {
                    reference: reference(),
                    shipping: ShippingEdit { courier: Some(Some(word())), tracking: Some(None) },
                },
                Remedy::SendReplacement { reference: reference(), courier: None },
                Remedy::SendReplacement { reference: reference(), courier: Some(word()) },
                Remedy::Receive { product: word(), size: None, missing: None },
                Remedy::Receive { product: word(), size: Some("X L".to_owned()), missing: Some(3) },
                Remedy::ReceiveSizes(word()),
                Remedy::Reopen(reference()),
                Remedy::StepBack { reference: reference(), to: Status::Shipped },
                Remedy::MoveOn { reference: reference(), to: Status::Shipped },
                Remedy::Refund { reference: reference(), method: None },
                Remedy::Refund { reference: reference(), method: Some(Method::cash()) },
                Remedy::ShowOrders(vec![reference(), reference()]),
                Remedy::TellShortage(reference()),
                Remedy::AddStock { product: word(), size: word(), missing: 3 },
                Remedy::AddStock { product: word(), size: String::new(), missing: 3 },
                Remedy::CorrectStock { product: word(), size: word(), by: 3 },
                Remedy::CorrectStock { product: word(), size: String::new(), by: -3 },
                Remedy::ShowProduct(word()),
                Remedy::SetProduct(word()),
                Remedy::StartSize { product: word(), size: word() },
                Remedy::ClearUnsized(word()),
                Remedy::ClearStock { product: word(), sizes: Vec::new() },
                Remedy::ClearStock { product: word(), sizes: vec![word()] },
                Remedy::ClearStock { product: word(), sizes: vec!["S".to_owned(), "X L".to_owned()] },
            ] {
                let hint = kept.add_to(remedy.clone().into()).to_string();
                let (_, line) = hint.split_once(":  ").expect("it ends with a command");
                let mut words = split(line);
                let is_blank = |word: &&mut OsString| {
                    word.to_str().is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()))
                };
                words.iter_mut().filter(is_blank).for_each(|word| *word = "1".into());
                words.iter_mut().filter(|word| *word == "SIZE=N").for_each(|word| *word = "L=1".into());
                assert!(words.contains(&name.into()) || words.contains(&format!("--size={name}").into()), "{line}");
                assert!(words.contains(&"/tmp/a shop.db".into()) && words.contains(&"sara".into()), "{line}");
                if let Err(error) = cli::parse(&words) {
                    panic!("{line}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_hint_ends_with_its_command() {
        let shortage = Remedy::AddStock { product: "SKU-12345".into(), size: "X L".into(), missing: 1 };
        assert_eq!(
            Hint::from(shortage).to_string(),
            "if there are more in the shop:  orders product adjust SKU-12345 +1 --size 'X L' --note WHY"
        );
        let of_many = vec![Reference::parse("LEG-1").unwrap(); 11];
        assert_eq!(Hint::from(Remedy::ConfirmOthers(of_many)).to_string(), "--keep-going confirms the others");
    }
}
