//! Customers: a number in full with its orders and the shop's remarks.

use super::customer_remarks::Remarks;
use super::money::Balance;
use super::order::{OrderSummary, Return};
use super::reference::Reference;
use super::time::Timestamp;

/// A customer as a list shows them. A number without orders has remarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerSummary {
    /// The digits of the number in full, at least one.
    pub number: String,
    /// The phone as typed for the last order.
    pub phone: String,
    /// The name of the last order.
    pub name: Option<String>,
    /// How many orders there are, whatever became of them.
    pub order_count: i64,
    /// The pieces of the orders that hold stock.
    pub bought_pieces: i64,
    /// What these orders cost.
    pub bought_total: Balance,
    /// The date of the last order.
    pub last_order: Option<Timestamp>,
    /// The amount due for all orders, below zero if the shop owes it to the customer; `None` if no money was recorded.
    pub due: Option<Balance>,
    /// The remarks of the shop.
    pub remarks: Remarks,
}

impl CustomerSummary {
    /// Returns a number that has neither orders nor remarks.
    pub fn unknown(number: String, phone: String) -> CustomerSummary {
        CustomerSummary {
            number,
            phone,
            name: None,
            order_count: 0,
            bought_pieces: 0,
            bought_total: Balance::ZERO,
            last_order: None,
            due: None,
            remarks: Remarks::default(),
        }
    }
}

/// A customer with what their orders say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRecord {
    /// The customer.
    pub summary: CustomerSummary,
    /// The names used, those of the last orders first.
    pub names: Vec<String>,
    /// The addresses used, those of the last orders first.
    pub addresses: Vec<String>,
    /// The orders, the newest received first.
    pub orders: Vec<OrderSummary>,
    /// What came back of them, the newest first.
    pub returns: Vec<CustomerReturn>,
}

/// What a customer sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerReturn {
    /// The order.
    pub reference: Reference,
    /// The product's name in the catalogue.
    pub product_name: String,
    /// The size, if one was chosen.
    pub size: Option<String>,
    /// What came back.
    pub returned: Return,
}

/// What was done to forget a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// How many orders lost their customer.
    pub orders: u64,
    /// The accounts that lost their phone, by name.
    pub accounts: Vec<String>,
}
