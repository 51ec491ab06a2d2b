//! What `check` finds.

/// A way in which a file contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind, one word for programs.
    pub code: String,
    /// The order, product or table that it is about.
    pub subject: String,
    /// What is wrong.
    pub problem: String,
}
