//! A payment: money that moved for an order, how, and with which receipt. It moves no stock and no status.

use std::fmt;

use super::limits::RECEIPT;
use super::money::{Balance, Money};
use super::time::Timestamp;
use super::typed_text::{placeholder, read_value};

/// A payment's key, in order of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentPk(pub i64);

/// Money that moved for an order: paid, refunded, or an entry that voids another. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The key.
    pub pk: PaymentPk,
    /// Its number among the payments of its order, from 1.
    pub number: usize,
    /// When it was recorded.
    pub at: Timestamp,
    /// When the money moved.
    pub paid_at: Timestamp,
    /// Who recorded it.
    pub actor: String,
    /// How much; below zero it is a refund.
    pub amount: Balance,
    /// How it was paid.
    pub method: Method,
    /// The receipt, up to [`RECEIPT`] characters.
    pub receipt: Option<String>,
    /// The note, if any.
    pub note: Option<String>,
    /// The number of the payment that it voids.
    pub voids: Option<usize>,
}

/// How somebody paid: a lower-case word such as `cash`, `instapay` or `bosta`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Method(String);

impl Method {
    /// The most characters.
    pub const LIMIT: usize = 20;

    /// Reads a word: a letter, then letters, digits, `-` or `_`; capital ones become small.
    ///
    /// # Errors
    /// It is no such word; the error says what to type.
    pub fn parse(text: &str) -> Result<Method, String> {
        if let Some(problem) = placeholder(text) {
            return Err(problem);
        }
        let word = text.trim().to_ascii_lowercase();
        let is_word = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if is_word && word.len() <= Method::LIMIT {
            return Ok(Method(word));
        }
        Err(format!(
            "must be a word of up to {} letters from a to z or digits, such as cash or instapay",
            Method::LIMIT
        ))
    }

    /// Returns the method `cash`.
    pub fn cash() -> Method {
        Method("cash".to_owned())
    }

    /// Returns the word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Payment {
    /// Describes it for the history: `59.98 instapay R-7`.
    pub fn describe(&self) -> String {
        describe(self.amount, &self.method, self.receipt.as_deref())
    }
}

/// Describes a payment for the history: `59.98 instapay R-7`.
pub fn describe(amount: Balance, method: &Method, receipt: Option<&str>) -> String {
    let receipt = receipt.map(|receipt| format!(" {receipt}")).unwrap_or_default();
    format!("{amount} {method}{receipt}")
}

/// The most payments of an order, refunds and voids included, as all are loaded with it. A void is recorded beyond that too.
pub const MOST_PAYMENTS: usize = 1000;

/// Returns the sum of payments; `None` where there is none.
pub fn sum<'p>(payments: impl IntoIterator<Item = &'p Payment>) -> Option<Balance> {
    payments.into_iter().map(|payment| payment.amount).reduce(Balance::plus)
}

/// Money that somebody says has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEntry {
    /// How much; below zero it is a refund.
    pub amount: Balance,
    /// How.
    pub method: Method,
    /// The receipt, if there is one.
    pub receipt: Option<String>,
    /// When the money moved; `None`: when it is recorded.
    pub paid_at: Option<Timestamp>,
}

/// Reads a receipt.
///
/// # Errors
/// It is blank, too long, has control characters, or is a placeholder.
pub fn read_receipt(text: &str) -> Result<String, String> {
    read_value(text, RECEIPT)
}

/// Returns whether one of the payments voids the one with this number.
pub fn is_voided(payments: &[Payment], number: usize) -> bool {
    payments.iter().any(|payment| payment.voids == Some(number))
}

/// Returns the payments and refunds that were not voided, without those that void one.
pub fn standing(payments: &[Payment]) -> impl DoubleEndedIterator<Item = &Payment> {
    payments.iter().filter(|payment| payment.voids.is_none() && !is_voided(payments, payment.number))
}

/// Returns what the customer paid last; money goes back in the same way.
pub fn last_paid(payments: &[Payment]) -> Option<&Payment> {
    standing(payments).rfind(|payment| !payment.amount.is_negative())
}

/// Adds up the refunds that were not voided.
pub fn refunded(payments: &[Payment]) -> Money {
    let refunds = standing(payments).filter(|payment| payment.amount.is_negative());
    refunds.fold(Money::ZERO, |sum, refund| sum.plus_unlimited(refund.amount.size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_a_lower_case_word() {
        for (text, word) in [
            ("cash", Some("cash")),
            (" InstaPay ", Some("instapay")),
            ("visa-2", Some("visa-2")),
            ("abcdefghijklmnopqrst", Some("abcdefghijklmnopqrst")),
            ("abcdefghijklmnopqrstu", None),
            ("", None),
            ("2nd", None),
            ("vodafone cash", None),
            ("METHOD", None),
            ("method", Some("method")),
            ("نقدا", None),
        ] {
            assert_eq!(Method::parse(text).ok().as_ref().map(Method::as_str), word, "{text}");
        }
    }

    #[test]
    fn a_receipt_is_short_and_not_blank() {
        for (text, receipt) in
            [(" R-7 ", Ok("R-7")), ("  ", Err("must not be blank")), ("a\0", Err("must not have control characters"))]
        {
            assert_eq!(read_receipt(text).as_deref().map_err(String::as_str), receipt, "{text:?}");
        }
        assert!(read_receipt(&"x".repeat(RECEIPT + 1)).is_err());
    }
}
