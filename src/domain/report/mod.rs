//! The content of reports: pending orders, sales, money and stock that needs attention.

pub mod money;
pub mod pending;
pub mod sales;
pub mod stock;

use std::collections::BTreeSet;

use super::money::Money;
use super::settings::Settings;

/// Sums over orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many orders.
    pub orders: i64,
    /// The sum of their quantities.
    pub pieces: i64,
    /// The exact sum of their totals, however large.
    pub total: Money,
    /// The currencies that the orders name; an order that names none is in the shop's.
    pub currencies: BTreeSet<String>,
}

impl Sums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Sums) {
        self.orders += other.orders;
        self.pieces += other.pieces;
        self.total = self.total.plus_unlimited(other.total);
        self.currencies.extend(other.currencies.iter().cloned());
    }

    /// Returns the currency of the total, if known.
    ///
    /// # Errors
    /// The orders are in several currencies, which are returned: their sum means nothing.
    pub fn currency(&self, settings: &Settings) -> Result<Option<String>, Vec<String>> {
        let mut all = self.currencies.clone();
        all.extend(settings.currency.clone());
        if all.len() > 1 { Err(all.into_iter().collect()) } else { Ok(all.pop_first()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_of_one_currency_has_that_currency() {
        for (named, shop, expected) in [
            (&[][..], None, Ok(None)),
            (&[], Some("EGP"), Ok(Some("EGP"))),
            (&["EGP"], None, Ok(Some("EGP"))),
            (&["EGP"], Some("EGP"), Ok(Some("EGP"))),
            (&["EGP", "USD"], None, Err(vec!["EGP", "USD"])),
            (&["USD"], Some("EGP"), Err(vec!["EGP", "USD"])),
        ] {
            let currencies = named.iter().map(|name| (*name).to_owned()).collect();
            let settings = Settings { currency: shop.map(str::to_owned), ..Settings::default() };
            let found = Sums { currencies, ..Sums::default() }.currency(&settings);
            let expected = expected
                .map(|currency| currency.map(str::to_owned))
                .map_err(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(found, expected, "{named:?} in a shop of {shop:?}");
        }
    }
}
