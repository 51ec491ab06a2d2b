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

/// Returns how money goes back: as it came last, among the ways by which some of it is still with the shop.
pub fn way_back(payments: &[Payment]) -> Option<&Method> {
    let is_left = |method: &Method| {
        let of_it = standing(payments).filter(|payment| payment.method == *method);
        sum(of_it).is_some_and(|left| left > Balance::ZERO)
    };
    let paid = standing(payments).filter(|payment| !payment.amount.is_negative());
    paid.map(|payment| &payment.method).rfind(|method| is_left(method))
}

/// Returns the number of a payment that may be an earlier one, entered twice: it has the same amount and method, another
/// receipt does not tell them apart, and nothing was given back.
pub fn entered_twice(payments: &[Payment], amount: Balance) -> Option<usize> {
    let paid: Vec<&Payment> = standing(payments).collect();
    let last = paid.iter().rfind(|payment| payment.amount == amount)?;
    let is_same = |other: &&Payment| {
        let same_receipt = other.receipt.is_none() || last.receipt.is_none() || other.receipt == last.receipt;
        other.number < last.number && other.amount == amount && other.method == last.method && same_receipt
    };
    let is_given_back = paid.iter().any(|payment| payment.amount.is_negative());
    (!is_given_back && paid.iter().any(is_same)).then_some(last.number)
}

/// Adds up the refunds that were not voided.
pub fn refunded(payments: &[Payment]) -> Money {
    let refunds = standing(payments).filter(|payment| payment.amount.is_negative());
    refunds.fold(Money::ZERO, |sum, refund| sum.plus_unlimited(refund.amount.size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes payments up, numbered from 1, of hundredths, a method and a receipt.
    fn payments(of: &[(i64, &str, Option<&str>)]) -> Vec<Payment> {
        let at = Timestamp::from_millis(0).unwrap();
        let payment = |(number, (amount, method, receipt)): (usize, &(i64, &str, Option<&str>))| Payment {
            pk: PaymentPk(0),
            number,
            at,
            paid_at: at,
            actor: String::new(),
            amount: Balance::from_hundredths(*amount),
            method: Method::parse(method).unwrap(),
            receipt: receipt.map(str::to_owned),
            note: None,
            voids: None,
        };
        (1..).zip(of).map(payment).collect()
    }

    #[test]
    fn money_goes_back_as_it_came_unless_it_did_already() {
        for (of, expected) in [
            (&[][..], None),
            (&[(20, "cash", None), (10, "instapay", None)], Some("instapay")),
            (&[(30, "cash", None), (10, "instapay", None), (-10, "instapay", None)], Some("cash")),
            (&[(30, "cash", None), (10, "instapay", None), (-5, "instapay", None)], Some("instapay")),
            (&[(30, "cash", None), (10, "instapay", None), (-5, "cash", None)], Some("instapay")),
            (&[(30, "cash", None), (-30, "cash", None)], None),
        ] {
            assert_eq!(way_back(&payments(of)).map(Method::as_str), expected, "{of:?}");
        }
        let mut voided = payments(&[(30, "cash", None), (10, "instapay", None), (-10, "instapay", None)]);
        voided[2].voids = Some(2);
        assert_eq!(way_back(&voided).map(Method::as_str), Some("cash"));
    }

    #[test]
    fn only_a_payment_like_an_earlier_one_may_be_entered_twice() {
        for (of, expected) in [
            (&[][..], None),
            (&[(20, "cash", None)], None),
            (&[(20, "cash", None), (20, "cash", None)], Some(2)),
            (&[(20, "cash", None), (20, "cash", None), (5, "cash", None)], Some(2)),
            (&[(20, "cash", None), (20, "instapay", None)], None),
            (&[(40, "cash", None), (20, "cash", None)], None),
            (&[(40, "cash", None), (40, "cash", None)], None),
            (&[(20, "cash", Some("A1")), (20, "cash", None)], Some(2)),
            (&[(20, "cash", Some("A1")), (20, "cash", Some("A2"))], None),
            (&[(20, "cash", None), (20, "cash", None), (-5, "cash", None)], None),
        ] {
            assert_eq!(entered_twice(&payments(of), Balance::from_hundredths(20)), expected, "{of:?}");
        }
        let mut voided = payments(&[(20, "cash", None), (20, "cash", None), (-20, "cash", None)]);
        voided[2].voids = Some(2);
        assert_eq!(entered_twice(&voided, Balance::from_hundredths(20)), None);
    }

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
