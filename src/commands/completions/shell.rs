//! The shells that have completion.

use clap::ValueEnum;

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU bash.
    Bash,
    /// Z shell.
    Zsh,
    /// Fish.
    Fish,
}

impl Shell {
    /// Returns the script that makes the shell ask this program.
    pub fn script(self) -> &'static str {
        match self {
            Shell::Bash => include_str!("orders.bash"),
            Shell::Zsh => include_str!("orders.zsh"),
            Shell::Fish => include_str!("orders.fish"),
        }
    }
}
