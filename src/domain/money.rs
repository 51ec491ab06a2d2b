//! Amounts of money: `Decimal(10,2)`, never a float.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

use super::text::plain_number;

/// An amount of money with two decimals, zero or more.
///
/// One field of an order or product is at most [`Money::LIMIT`]; a sum over many orders may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(Decimal);

/// Why a text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// The text is not a plain decimal number.
    NotANumber,
    /// The text has an exponent, which obscures the number of decimals.
    Exponent,
    /// The amount is below zero.
    Negative,
    /// The amount has more than two decimals.
    TooPrecise,
    /// The amount is above [`Money::LIMIT`].
    TooLarge,
}

impl std::error::Error for MoneyError {}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MoneyError::NotANumber => "must be a number such as 29.99",
            MoneyError::Exponent => "must be written without an exponent",
            MoneyError::Negative => "must not be negative",
            MoneyError::TooPrecise => "must have at most two decimals",
            MoneyError::TooLarge => "must be at most 99999999.99",
        })
    }
}

impl Money {
    /// The largest amount of one field: 99999999.99.
    pub const LIMIT: Money = Money(Decimal::from_parts(1_410_065_407, 2, 0, false, 2));
    /// No money.
    pub const ZERO: Money = Money(Decimal::ZERO);
    /// 100.00.
    pub const HUNDRED: Money = Money(Decimal::ONE_HUNDRED);

    /// Makes an amount from hundredths, as SQL stores it.
    pub fn from_hundredths(hundredths: i64) -> Money {
        Money(Decimal::new(hundredths, 2))
    }

    /// Returns the amount in hundredths, as SQL stores it.
    pub fn hundredths(self) -> i64 {
        let mut amount = self.0;
        amount.rescale(2);
        // No amount comes near the limit of i64: LIMIT bounds a field, the number of orders a sum.
        i64::try_from(amount.mantissa()).unwrap_or(i64::MAX)
    }

    /// Reads an amount from its text, exactly: at most two decimals, at most [`Money::LIMIT`].
    pub fn parse(text: &str) -> Result<Money, MoneyError> {
        let (amount, decimals) = plain_decimal(text)?;
        if decimals > 2 {
            return Err(MoneyError::TooPrecise);
        }
        let amount = amount.ok_or(MoneyError::TooLarge)?;
        if amount > Money::LIMIT.0 { Err(MoneyError::TooLarge) } else { Ok(Money(amount)) }
    }

    /// Reads an amount as a person types it, in digits of any keyboard.
    ///
    /// # Errors
    /// It is no amount, or not written as one; the error says what to type.
    pub fn parse_typed(text: &str) -> Result<Money, String> {
        let text = &*plain_number(text.trim());
        let error = match Money::parse(text) {
            Ok(amount) => return Ok(amount),
            Err(error) => error,
        };
        let without_commas = match text.rsplit_once(',') {
            // A comma before one or two last digits is a decimal comma.
            Some((whole, decimals)) if decimals.len() <= 2 && !whole.contains(['.', ',']) => {
                format!("{whole}.{decimals}")
            }
            Some(_) => text.replace(',', ""),
            None => return Err(error.to_string()),
        };
        let Ok(meant) = Money::parse(&without_commas) else { return Err(error.to_string()) };
        // 12,500 is twelve and a half where currencies have three decimals.
        let decimals = text.strip_suffix('0').filter(|text| !text.contains('.') && text.matches(',').count() == 1);
        Err(match decimals.map(|text| Money::parse(&text.replace(',', "."))) {
            Some(Ok(other)) if other != meant => format!("must be written without a comma: {meant} or {other}"),
            _ => format!("must be written without a comma: {meant}"),
        })
    }

    /// Returns whether `text` is this amount, or a float sum of it such as `59.489999999999995` for 59.49.
    ///
    /// Only this accepts more than two decimals, for a browser's own `total`.
    pub fn is_float_sum(self, text: &str) -> Result<bool, MoneyError> {
        let (amount, _) = plain_decimal(text)?;
        let rounded = amount.map(|a| a.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
        Ok(rounded == Some(self.0))
    }

    /// Multiplies by a quantity; `None` above [`Money::LIMIT`].
    pub fn times(self, quantity: u32) -> Option<Money> {
        let product = self.0.checked_mul(Decimal::from(quantity))?;
        (product <= Money::LIMIT.0).then_some(Money(product))
    }

    /// Returns the share of it that a part has in a whole, to the hundredth, half to even; zero of an empty whole.
    #[must_use]
    pub fn share(self, part: Money, whole: Money) -> Money {
        let [amount, part, whole] = [self, part, whole].map(|money| i128::from(money.hundredths()));
        if whole == 0 {
            return Money::ZERO;
        }
        let (share, rest) = (amount * part / whole, amount * part % whole);
        let is_up = 2 * rest > whole || 2 * rest == whole && share % 2 == 1;
        // A part is at most the whole, so the share is at most the amount.
        Money::from_hundredths(i64::try_from(share + i128::from(is_up)).unwrap_or(i64::MAX))
    }

    /// Adds amounts of many orders, which may exceed [`Money::LIMIT`].
    #[must_use]
    pub fn plus_unlimited(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }

    /// Adds amounts of one order; `None` above [`Money::LIMIT`].
    pub fn plus(self, other: Money) -> Option<Money> {
        let sum = self.0.checked_add(other.0)?;
        (sum <= Money::LIMIT.0).then_some(Money(sum))
    }
}

/// What an account says: an amount of money that may be below zero, such as what is due of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Balance(Decimal);

impl Balance {
    /// Nothing either way.
    pub const ZERO: Balance = Balance(Decimal::ZERO);

    /// Makes a balance from hundredths, as SQL stores it.
    pub fn from_hundredths(hundredths: i64) -> Balance {
        Balance(Decimal::new(hundredths, 2))
    }

    /// Returns it in hundredths, as SQL stores it.
    pub fn hundredths(self) -> i64 {
        let mut amount = self.0;
        amount.rescale(2);
        // No balance comes near the limits of i64: see `Money::hundredths`.
        i64::try_from(amount.mantissa()).unwrap_or(i64::MAX)
    }

    /// Returns the sum of two.
    #[must_use]
    pub fn plus(self, other: impl Into<Balance>) -> Balance {
        Balance(self.0.saturating_add(other.into().0))
    }

    /// Returns what is left without another.
    #[must_use]
    pub fn minus(self, other: impl Into<Balance>) -> Balance {
        Balance(self.0.saturating_sub(other.into().0))
    }

    /// Returns it with the opposite sign.
    #[must_use]
    pub fn negated(self) -> Balance {
        Balance::ZERO.minus(self)
    }

    /// Returns how much it is, without its sign.
    pub fn size(self) -> Money {
        Money(self.0.abs())
    }

    /// Returns whether it is below zero.
    pub fn is_negative(self) -> bool {
        self < Balance::ZERO
    }
}

impl From<Money> for Balance {
    fn from(amount: Money) -> Balance {
        Balance(amount.0)
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_amount(f, self.hundredths())
    }
}

/// Returns whether a text is shaped like the code of a currency: `EGP`.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// Splits a plain decimal text into its value (`None` if too large) and its number of decimals.
fn plain_decimal(text: &str) -> Result<(Option<Decimal>, usize), MoneyError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut parts = digits.splitn(2, '.');
    let whole = parts.next().unwrap_or_default();
    let fraction = parts.next();
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !fraction.is_none_or(all_digits) {
        let exponent = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.contains(['e', 'E'])
            && digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
        return Err(if exponent { MoneyError::Exponent } else { MoneyError::NotANumber });
    }
    if negative {
        return Err(MoneyError::Negative);
    }
    Ok((Decimal::from_str_exact(digits).ok(), fraction.map_or(0, str::len)))
}

/// Writes hundredths as an amount with two decimals.
fn write_amount(f: &mut fmt::Formatter<'_>, hundredths: i64) -> fmt::Result {
    let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
    f.pad(&format!("{sign}{}.{:02}", size / 100, size % 100))
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_amount(f, self.hundredths())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_typed_amount_with_a_comma_is_refused_with_what_to_type() {
        for (typed, meant) in [
            ("1,048.00", "1048.00"),
            ("59,98", "59.98"),
            ("1,048", "1048.00"),
            ("1,048,000.5", "1048000.50"),
            ("12,500", "12500.00 or 12.50"),
            ("1,048,000", "1048000.00"),
        ] {
            assert_eq!(Money::parse_typed(typed), Err(format!("must be written without a comma: {meant}")), "{typed}");
        }
        for (typed, error) in
            [("", MoneyError::NotANumber), ("-1", MoneyError::Negative), ("a,b", MoneyError::NotANumber)]
        {
            assert_eq!(Money::parse_typed(typed), Err(error.to_string()), "{typed}");
        }
        for typed in [" 59.98 ", "٥٩٫٩٨", "٥٩.٩٨"] {
            assert_eq!(Money::parse_typed(typed), Ok(Money::from_hundredths(5998)), "{typed}");
        }
    }

    #[test]
    fn amounts_are_written_with_two_decimals_and_their_sign() {
        let cases = [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-100, "-1.00"), (123_456, "1234.56")];
        for (hundredths, text) in cases {
            assert_eq!(Balance::from_hundredths(hundredths).to_string(), text);
        }
        assert_eq!(format!("{:>8}", Balance::from_hundredths(-5)), "   -0.05");
    }

    #[test]
    fn money_is_read_from_its_text_and_never_rounded() {
        use MoneyError::{Exponent, Negative, NotANumber, TooLarge, TooPrecise};
        let cases: &[(&str, Result<i64, MoneyError>)] = &[
            ("29.99", Ok(2999)),
            ("0", Ok(0)),
            ("7", Ok(700)),
            ("7.5", Ok(750)),
            ("1149.50", Ok(114_950)),
            ("99999999.99", Ok(9_999_999_999)),
            ("100000000", Err(TooLarge)),
            ("99999999999999999999999999999999999999", Err(TooLarge)),
            ("29.999", Err(TooPrecise)),
            ("29.990", Err(TooPrecise)),
            ("-1", Err(Negative)),
            ("-0.00", Err(Negative)),
            ("1e2", Err(Exponent)),
            ("1E+2", Err(Exponent)),
            ("1.5e-2", Err(Exponent)),
            ("", Err(NotANumber)),
            (".5", Err(NotANumber)),
            ("5.", Err(NotANumber)),
            ("+5", Err(NotANumber)),
            (" 5", Err(NotANumber)),
            ("1,50", Err(NotANumber)),
            ("1_000", Err(NotANumber)),
            ("NaN", Err(NotANumber)),
            ("inf", Err(NotANumber)),
            ("٥", Err(NotANumber)),
        ];
        for (text, expected) in cases {
            assert_eq!(Money::parse(text).map(Money::hundredths), *expected, "{text}");
        }
    }

    #[test]
    fn a_float_sum_counts_when_it_rounds_to_the_exact_sum() {
        let sum = Money::from_hundredths(5949);
        for (text, expected) in [
            ("59.49", Ok(true)),
            ("59.489999999999995", Ok(true)),
            ("59.490000000000002", Ok(true)),
            ("59.48", Ok(false)),
            ("59.484", Ok(false)),
            ("5.949e1", Err(MoneyError::Exponent)),
        ] {
            assert_eq!(sum.is_float_sum(text), expected, "{text}");
        }
    }

    #[test]
    fn a_share_is_rounded_half_to_even() {
        for (amount, part, whole, expected) in [
            (1000, 2999, 9997, 300),
            (100, 1, 3, 33),
            (100, 2, 3, 67),
            // 0.5, 1.5, 2.5 and 3.5; and next to the middle, on both sides.
            (1, 1, 2, 0),
            (3, 1, 2, 2),
            (5, 1, 2, 2),
            (7, 1, 2, 4),
            (1, 500, 999, 1),
            (1, 499, 999, 0),
            (3, 501, 1000, 2),
            (5, 501, 1000, 3),
            (5, 499, 1000, 2),
            (0, 1, 2, 0),
            (7, 0, 2, 0),
            (7, 2, 2, 7),
            (0, 0, 0, 0),
            (7, 0, 0, 0),
            (9_999_999_999, 9_999_999_999, 9_999_999_999, 9_999_999_999),
            (9_999_999_999, 1, 9_999_999_999, 1),
        ] {
            let [of, share, all] = [amount, part, whole].map(Money::from_hundredths);
            assert_eq!(of.share(share, all).hundredths(), expected, "{amount} × {part} / {whole}");
        }
    }

    #[test]
    fn the_limit_is_ten_digits_with_two_decimals() {
        assert_eq!(Money::LIMIT.to_string(), "99999999.99");
        assert_eq!(Money::LIMIT.times(2), None);
        assert_eq!(Money::LIMIT.plus(Money::from_hundredths(1)), None);
    }

    proptest! {
        #[test]
        fn every_amount_reads_back_what_it_prints(hundredths in 0..=9_999_999_999_i64) {
            let amount = Money::from_hundredths(hundredths);
            prop_assert_eq!(Money::parse(&amount.to_string()), Ok(amount));
            prop_assert_eq!(amount.hundredths(), hundredths);
        }

        #[test]
        fn no_text_causes_a_panic(text in ".*") {
            let _ = Money::parse(&text);
            let _ = Money::ZERO.is_float_sum(&text);
        }
    }
}
