//! What `check` finds.

/// A contradiction inside a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind, one word for programs.
    pub code: String,
    /// The order, product or table concerned.
    pub subject: String,
    /// The problem.
    pub problem: String,
}
