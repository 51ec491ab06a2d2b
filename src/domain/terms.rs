//! What an order costs beside its items: delivery, a discount, and whether it is paid on delivery.

use super::money::Money;

/// How the history tells that the courier collects what is due.
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
    /// Which of them only a guest says.
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
    /// Returns them as a guest's: each that says something is marked.
    #[must_use]
    pub fn claimed_by_guest(self) -> Terms {
        let claimed = Claimed {
            delivery_fee: self.delivery_fee.is_some(),
            discount: self.discount != Money::ZERO,
            cod: self.is_cod,
        };
        Terms { claimed, ..self }
    }

    /// Names what only a guest says of them: `delivery fee 50.00`.
    pub fn claims(&self) -> Vec<String> {
        let fee = self.delivery_fee.filter(|_| self.claimed.delivery_fee).map(|fee| format!("delivery fee {fee}"));
        let discount = self.claimed.discount.then(|| format!("discount {}", self.discount));
        let cod = self.claimed.cod.then(|| CASH_ON_DELIVERY.to_owned());
        fee.into_iter().chain(discount).chain(cod).collect()
    }

    /// Says what only a guest says of them, for marks and refusals.
    pub fn marks(&self) -> Vec<String> {
        self.claims().iter().map(|claim| format!("{claim}: the order says so, the shop has not agreed")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_guest_says_is_marked() {
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
                marks.iter().map(|mark| format!("{mark}: the order says so, the shop has not agreed")).collect();
            assert_eq!(terms.claimed_by_guest().marks(), marks);
        }
    }
}
