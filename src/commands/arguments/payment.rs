//! How an order is paid, as several commands take it.

use crate::domain::money::Money;
use crate::domain::payment::{Method, read_receipt};
use crate::domain::settlement::Settlement;

/// Reads an amount of money that moved.
pub fn amount(text: &str) -> Result<Money, String> {
    let amount = Money::parse_typed(text)?;
    if amount == Money::ZERO { Err("must be more than zero".to_owned()) } else { Ok(amount) }
}

/// A payment that is recorded when an order is confirmed.
#[derive(Debug, clap::Args)]
pub struct PaidArgs {
    /// Record a payment by this method, such as cash or instapay: what is due, or --amount
    #[arg(long, value_name = "METHOD", value_parser = Method::parse)]
    paid: Option<Method>,
    /// How much was paid [default: what is due]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "paid")]
    pub amount: Option<Money>,
    /// The receipt of the payment
    #[arg(long, value_name = "RECEIPT", value_parser = read_receipt, requires = "paid")]
    pub receipt: Option<String>,
}

impl PaidArgs {
    /// Returns the settlement that they ask for.
    pub fn settlement(&self) -> Settlement {
        match self.paid.clone() {
            Some(method) => Settlement::Paid { method, amount: self.amount, receipt: self.receipt.clone() },
            None => Settlement::Unsaid,
        }
    }
}
