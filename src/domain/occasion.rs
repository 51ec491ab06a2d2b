//! The occasions on which the shop writes to a customer.

use super::status::Status;

/// The occasions for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The order came in.
    Received,
    /// It is paid and confirmed.
    Confirmed,
    /// It left the shop.
    Shipped,
    /// The customer has it.
    Delivered,
    /// It is cancelled.
    Cancelled,
    /// There is not enough stock of the order.
    Shortage,
}

impl Occasion {
    /// All occasions, in the order of an order's life.
    pub const ALL: [Occasion; 6] = [
        Occasion::Received,
        Occasion::Confirmed,
        Occasion::Shipped,
        Occasion::Delivered,
        Occasion::Cancelled,
        Occasion::Shortage,
    ];

    /// Returns its word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Occasion::Received => "received",
            Occasion::Confirmed => "confirmed",
            Occasion::Shipped => "shipped",
            Occasion::Delivered => "delivered",
            Occasion::Cancelled => "cancelled",
            Occasion::Shortage => "shortage",
        }
    }

    /// Returns whether the message is true for an order in this status.
    pub fn is_true_of(self, status: Status) -> bool {
        self == Occasion::fitting(status) || (self == Occasion::Shortage && status == Status::Pending)
    }

    /// Returns the occasion that is true for this status.
    pub fn fitting(status: Status) -> Occasion {
        match status {
            Status::Pending => Occasion::Received,
            Status::Confirmed | Status::Processing => Occasion::Confirmed,
            Status::Shipped => Occasion::Shipped,
            Status::Delivered => Occasion::Delivered,
            Status::Cancelled => Occasion::Cancelled,
        }
    }
}
