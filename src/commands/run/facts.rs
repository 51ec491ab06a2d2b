//! What a command declares about itself besides its arguments.

use crate::domain::permission::Task;
use clap::builder::CommandExt;

use super::imported::Imported;
use crate::domain::status::Status;

/// The groups in which `orders help` shows the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Taking orders and moving them on.
    Orders,
    /// The catalogue and its stock.
    Goods,
    /// What was sold, and what waits.
    Money,
    /// Accounts and settings.
    Shop,
    /// The file itself.
    File,
    /// The program itself.
    Program,
}

impl Group {
    /// All groups, in display order.
    pub const ALL: [Group; 6] = [Group::Orders, Group::Goods, Group::Money, Group::Shop, Group::File, Group::Program];

    pub fn heading(self) -> &'static str {
        match self {
            Group::Orders => "Orders",
            Group::Goods => "Goods and stock",
            Group::Money => "Money and reports",
            Group::Shop => "The shop",
            Group::File => "The file",
            Group::Program => "The program",
        }
    }
}

/// What a command declares about itself: `#[command(add = CommandFacts::of(Group::Orders).writing())]` on its Args.
#[derive(Debug, Clone, Copy)]
#[must_use = "facts are for a command to state"]
pub struct CommandFacts {
    pub group: Group,
    pub uses_file: bool,
    /// What its caller must be allowed to do. The command line sets it from the command's name.
    pub task: Option<Task>,
    /// What its failures say if it changes something: `nothing changed`.
    pub undone: Option<&'static str>,
    /// Whether the history keeps its `--note`.
    pub keeps_note: bool,
    pub imports: Option<Imported>,
    /// The columns that `--fields` chooses from; empty if it is no list.
    pub fields: &'static [&'static str],
    /// Whether it prints a page too (`--format html`).
    pub has_page: bool,
    /// Whether it prints a workbook too (`--format xlsx`).
    pub has_workbook: bool,
    /// The statuses of the orders that it can act on.
    pub acts_on: &'static [Status],
}

impl CommandExt for CommandFacts {}

impl CommandFacts {
    /// Declares a command that only reads the orders file.
    pub const fn of(group: Group) -> CommandFacts {
        let uses_file = !matches!(group, Group::Program);
        CommandFacts {
            group,
            uses_file,
            task: None,
            undone: None,
            keeps_note: false,
            imports: None,
            fields: &[],
            has_page: false,
            has_workbook: false,
            acts_on: &Status::ALL,
        }
    }

    /// Declares that it changes something.
    pub const fn writing(self) -> CommandFacts {
        CommandFacts { undone: Some("nothing changed"), ..self }
    }

    /// Declares that it makes a backup.
    pub const fn backing_up(self) -> CommandFacts {
        CommandFacts { undone: Some("nothing was backed up"), ..self }
    }

    /// Declares that it changes something and that the history keeps its `--note`.
    pub const fn keeping_note(self) -> CommandFacts {
        CommandFacts { keeps_note: true, ..self.writing() }
    }

    /// Declares that it imports and that the history keeps its `--note`.
    pub const fn importing(self, imports: Imported) -> CommandFacts {
        let undone = match imports {
            Imported::Orders | Imported::Products => "nothing imported",
            Imported::Payments => "nothing recorded",
            Imported::Deliveries => "nothing received",
            Imported::Counts | Imported::Statuses => "nothing changed",
        };
        CommandFacts { imports: Some(imports), undone: Some(undone), ..self.keeping_note() }
    }

    /// Declares that it lists things with these columns.
    pub const fn listing(self, fields: &'static [&'static str]) -> CommandFacts {
        CommandFacts { fields, has_workbook: true, ..self }
    }

    /// Declares that it prints a page too, for paper.
    pub const fn on_paper(self) -> CommandFacts {
        CommandFacts { has_page: true, ..self }
    }

    /// Declares that it reports.
    pub const fn reporting(self) -> CommandFacts {
        CommandFacts { has_page: true, has_workbook: true, ..self }
    }

    /// Declares that it acts only on orders in these statuses.
    pub const fn acting_on(self, acts_on: &'static [Status]) -> CommandFacts {
        CommandFacts { acts_on, ..self }
    }

    /// Returns whether the command changes something.
    pub fn writes(&self) -> bool {
        self.undone.is_some()
    }

    /// Returns whether the command's own help shows a global option; `orders help options` shows all of them.
    pub fn shows(&self, option: &str) -> bool {
        match option {
            "db" | "json" => self.uses_file,
            "fields" => !self.fields.is_empty(),
            "dry_run" => self.writes(),
            "note" => self.keeps_note,
            _ => false,
        }
    }
}

/// Returns the task of a command, for permission: `product show` is about products.
pub fn task_named(command: &str) -> Option<Task> {
    // Not everybody who sees customers may forget them.
    if command == "customer forget" {
        return Some(Task::Forget);
    }
    Some(match command.split(' ').next().unwrap_or_default() {
        "create" => Task::Create,
        "import" => Task::Import,
        "list" | "show" | "history" | "message" | "invoice" => Task::Read,
        "slip" => Task::Pack,
        "my-orders" => Task::MyOrders,
        "confirm" => Task::Confirm,
        "set-status" | "cancel" | "return" => Task::UpdateStatus,
        "edit" | "note" => Task::Edit,
        "customer" => Task::Customers,
        "pay" | "refund" => Task::Payments,
        "product" => Task::Products,
        "user" => Task::Users,
        "report" | "today" => Task::Report,
        "check" => Task::Check,
        "backup" => Task::Backup,
        "completions" | "help" | "man" => return None,
        // All others are for those who may do everything.
        _ => Task::Settings,
    })
}
