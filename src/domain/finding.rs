//! Ways in which a file disagrees with itself.

/// One disagreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind it is, one word for programs.
    pub code: String,
    /// The order, product or table that it is about.
    pub subject: String,
    /// What is wrong.
    pub problem: String,
}
