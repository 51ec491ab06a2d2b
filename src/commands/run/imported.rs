//! The kinds of things that an import takes in.

/// What an import takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    Orders,
    /// Products, which may also be updated.
    Products,
    /// The payments of a list, a row each.
    Payments,
    /// What came with a delivery, a row each.
    Deliveries,
    /// What was counted, a row each.
    Counts,
    /// How far orders have come, a row each.
    Statuses,
}

impl Imported {
    /// Returns the word for one of these things.
    pub fn record(self) -> &'static str {
        match self {
            Imported::Products => "product",
            _ if self.is_list() => "row",
            _ => "record",
        }
    }

    /// Returns whether they come as one list, a row each.
    pub fn is_list(self) -> bool {
        !matches!(self, Imported::Orders | Imported::Products)
    }
}
