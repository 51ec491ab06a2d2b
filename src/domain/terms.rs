//! What an order costs beside its items: delivery, a discount, and whether it is paid on delivery.

use super::money::{Money, MoneyError};
use super::text::plain_number;

/// What people call it when the courier collects what is due.
pub const CASH_ON_DELIVERY: &str = "cash on delivery";

/// What was agreed for an order beside its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// The fee for delivery; `None`: not agreed yet, zero: free.
    pub delivery_fee: Option<Money>,
    /// What the shop takes off, at most the sum of the items.
    pub discount: Money,
    /// Whether the courier collects what is due.
    pub is_cod: bool,
    /// Which of them only a guest claims, until the shop agrees.
    pub claimed: Claimed,
}

/// Which terms came from outside, and nobody in the shop has agreed to yet (rule 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Claimed {
    /// The fee for delivery.
    pub delivery_fee: bool,
    /// The discount.
    pub discount: bool,
    /// Cash on delivery.
    pub cod: bool,
}

impl Terms {
    /// Marks each term that is set as claimed by a guest.
    #[must_use]
    pub fn claimed_by_guest(self) -> Terms {
        let claimed = Claimed {
            delivery_fee: self.delivery_fee.is_some(),
            discount: self.discount != Money::ZERO,
            cod: self.is_cod,
        };
        Terms { claimed, ..self }
    }

    /// Names the terms that only a guest claims: `delivery fee 50.00`.
    pub fn claims(&self) -> Vec<String> {
        let fee = self.delivery_fee.filter(|_| self.claimed.delivery_fee).map(|fee| format!("delivery fee {fee}"));
        let discount = self.claimed.discount.then(|| format!("discount {}", self.discount));
        let cod = self.claimed.cod.then(|| CASH_ON_DELIVERY.to_owned());
        fee.into_iter().chain(discount).chain(cod).collect()
    }

    /// Describes each term that only a guest claims, for marks and refusals.
    pub fn marks(&self) -> Vec<String> {
        self.claims().iter().map(|claim| format!("{claim}: named by the order, not agreed yet")).collect()
    }
}

/// A change of the terms by the shop, which agrees to what it types; `None` keeps a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TermsEdit {
    /// The fee for delivery.
    pub delivery_fee: Option<Fee>,
    /// The discount.
    pub discount: Option<Discount>,
    /// Whether the courier collects what is due.
    pub is_cod: Option<bool>,
}

/// A fee for delivery as typed; `None`: not agreed yet, zero: free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee(pub Option<Money>);

impl Fee {
    /// Reads an amount, or `none`.
    ///
    /// # Errors
    /// It is neither; the error says what to type.
    pub fn read(text: &str) -> Result<Fee, String> {
        if is_none(text) { Ok(Fee(None)) } else { Money::parse_typed(text).map(|fee| Fee(Some(fee))) }
    }
}

/// A discount as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    /// An amount.
    Amount(Money),
    /// A percentage of the items' sum, at most 100 with two decimals.
    Percent(Money),
}

impl Discount {
    /// The whole of which a percentage is a part.
    const WHOLE: Money = Money::HUNDRED;

    /// Reads an amount, a percentage such as `10%`, or `none`.
    ///
    /// # Errors
    /// It is none of them; the error says what to type.
    pub fn read(text: &str) -> Result<Discount, String> {
        let text = &*plain_number(text.trim());
        if is_none(text) {
            return Ok(Discount::Amount(Money::ZERO));
        }
        let Some(percent) = text.strip_suffix('%') else {
            return Money::parse_typed(text).map(Discount::Amount);
        };
        match Money::parse(percent.trim_end()) {
            Ok(percent) if percent <= Discount::WHOLE => Ok(Discount::Percent(percent)),
            Ok(_) | Err(MoneyError::TooLarge) => Err("must be at most 100%".to_owned()),
            Err(_) => Err("must be an amount such as 15.00, or a percentage such as 10%".to_owned()),
        }
    }

    /// Returns how much it is of items with this sum; a percentage to the hundredth, half to even.
    pub fn of(self, total: Money) -> Money {
        match self {
            Discount::Amount(amount) => amount,
            Discount::Percent(percent) => total.share(percent, Discount::WHOLE),
        }
    }
}

fn is_none(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("none")
}

impl Terms {
    /// Returns the terms after an edit, for items with this sum.
    #[must_use]
    pub fn edited(mut self, edit: &TermsEdit, total: Money) -> Terms {
        if let Some(Fee(fee)) = edit.delivery_fee {
            self.delivery_fee = fee;
            self.claimed.delivery_fee = false;
        }
        if let Some(discount) = edit.discount {
            self.discount = discount.of(total);
            self.claimed.discount = false;
        }
        if let Some(is_cod) = edit.is_cod {
            self.is_cod = is_cod;
            self.claimed.cod = false;
        }
        self
    }

    /// Returns the words of the history for delivery, discount and cash on delivery; `None` for what is not set.
    pub fn words(&self) -> [Option<String>; 3] {
        let words = |text: String, is_claimed| if is_claimed { format!("{text} (not agreed)") } else { text };
        let discount = Some(self.discount).filter(|discount| *discount != Money::ZERO);
        [
            self.delivery_fee.map(|fee| words(format!("deliveryFee: {fee}"), self.claimed.delivery_fee)),
            discount.map(|discount| words(format!("discount: {discount}"), self.claimed.discount)),
            self.is_cod.then(|| words("cod: true".to_owned(), self.claimed.cod)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_an_amount_or_none_and_zero_means_free() {
        for (typed, fee) in [("none", Ok(None)), (" None ", Ok(None)), ("0", Ok(Some(0))), ("50", Ok(Some(5000)))] {
            assert_eq!(Fee::read(typed).map(|Fee(fee)| fee.map(Money::hundredths)), fee, "{typed}");
        }
        for typed in ["", "-1", "free", "10%", "1.005"] {
            assert!(Fee::read(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_percentage_becomes_an_amount_rounded_half_to_even() {
        for (typed, total, discount) in [
            ("none", 5998, Ok(0)),
            ("15", 5998, Ok(1500)),
            ("10%", 5998, Ok(600)),
            ("12.5 %", 100, Ok(12)),
            ("12.5%", 300, Ok(38)),
            ("50%", 1, Ok(0)),
            ("50%", 3, Ok(2)),
            ("0%", 5998, Ok(0)),
            ("100%", 9_999_999_999, Ok(9_999_999_999)),
            ("100.01%", 1, Err("must be at most 100%")),
            ("9999999999%", 1, Err("must be at most 100%")),
            ("-5%", 1, Err("must be an amount such as 15.00, or a percentage such as 10%")),
            ("%", 1, Err("must be an amount such as 15.00, or a percentage such as 10%")),
            ("1.005%", 1, Err("must be an amount such as 15.00, or a percentage such as 10%")),
            ("12,50", 1, Err("must be written without a comma: 12.50")),
            ("much", 1, Err("must be a number such as 29.99")),
        ] {
            let read = Discount::read(typed).map(|discount| discount.of(Money::from_hundredths(total)).hundredths());
            assert_eq!(read, discount.map_err(str::to_owned), "{typed} of {total}");
        }
    }

    #[test]
    fn terms_that_the_shop_types_are_agreed_even_if_they_stay_the_same() {
        let money = Money::from_hundredths;
        let claimed = Terms { delivery_fee: Some(money(0)), discount: money(100), is_cod: true, ..Terms::default() };
        let claimed = claimed.claimed_by_guest();
        let edit = TermsEdit {
            delivery_fee: Some(Fee(Some(money(0)))),
            discount: Some(Discount::Amount(money(100))),
            is_cod: Some(true),
        };
        let agreed = claimed.edited(&edit, money(5998));
        assert_eq!(agreed, Terms { claimed: Claimed::default(), ..claimed });
        let words = |words: [&str; 3]| words.map(|word| (!word.is_empty()).then(|| word.to_owned()));
        assert_eq!(
            claimed.words(),
            words(["deliveryFee: 0.00 (not agreed)", "discount: 1.00 (not agreed)", "cod: true (not agreed)"])
        );
        assert_eq!(agreed.words(), words(["deliveryFee: 0.00", "discount: 1.00", "cod: true"]));
        let none = TermsEdit {
            delivery_fee: Some(Fee(None)),
            discount: Some(Discount::Percent(Money::ZERO)),
            is_cod: Some(false),
        };
        assert_eq!(claimed.edited(&none, money(5998)), Terms::default());
        assert_eq!(Terms::default().words(), words(["", "", ""]));
        assert_eq!(claimed.edited(&TermsEdit::default(), money(5998)), claimed, "what is not said stays");
    }

    #[test]
    fn terms_that_only_a_guest_claims_are_marked() {
        let money = Money::from_hundredths;
        for (delivery_fee, discount, is_cod, marks) in [
            (None, 0, false, &[][..]),
            (Some(0), 0, false, &["delivery fee 0.00"]),
            (Some(5000), 250, true, &["delivery fee 50.00", "discount 2.50", "cash on delivery"]),
        ] {
            let terms =
                Terms { delivery_fee: delivery_fee.map(money), discount: money(discount), is_cod, ..Terms::default() };
            assert!(terms.marks().is_empty(), "the shop's own terms are agreed");
            let marks: Vec<_> =
                marks.iter().map(|mark| format!("{mark}: named by the order, not agreed yet")).collect();
            assert_eq!(terms.claimed_by_guest().marks(), marks);
        }
    }
}
