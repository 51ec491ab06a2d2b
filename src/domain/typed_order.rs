//! An order that somebody types: by phone, from a chat, or over the counter.

use super::incoming::{IncomingItem, IncomingOrder, Source, SourceKind};
use super::item_spec::write_size;
use super::money::Money;
use super::order::{Customer, ITEMS_LIMIT, subtotal_of, sums};
use super::problems::Problems;
use super::product::Product;
use super::product_name::{NamedProduct, ProductKey};
use super::reference::Reference;
use super::refusal::Refusal;
use super::terms::{Terms, TermsEdit};
use super::time::Timestamp;

/// An order as typed, with the products that were found.
#[derive(Debug, Clone)]
pub struct TypedOrder {
    /// The reference, if one was typed.
    pub reference: Option<Reference>,
    /// When the customer ordered.
    pub order_date: Timestamp,
    /// Who ordered.
    pub customer: Customer,
    /// The items, at least one.
    pub items: Vec<TypedItem>,
    /// Delivery, discount and cash on delivery.
    pub terms: TermsEdit,
    /// Whether the shop typed it, and so agrees to it.
    pub is_by_shop: bool,
}

/// One item as typed.
#[derive(Debug, Clone)]
pub struct TypedItem {
    /// The product.
    pub product: Product,
    /// The size, if one was typed.
    pub size: Option<String>,
    /// The color, if one was typed.
    pub color: Option<String>,
    /// How many.
    pub quantity: u32,
    /// The price of one; `None`: today's list price.
    pub price: Option<Money>,
}

impl TypedOrder {
    /// Makes the incoming order, or names every problem.
    pub fn into_incoming(self) -> Result<IncomingOrder, Refusal> {
        let mut problems = Problems::default();
        if self.items.len() > ITEMS_LIMIT {
            problems.push(format!("an order has at most {ITEMS_LIMIT} items"));
        }
        let is_by_shop = self.is_by_shop;
        let write_size = self.items.iter().find_map(|item| write_size(&item.product, item.size.as_deref()));
        let items = self.items.into_iter().enumerate();
        let items: Vec<_> =
            items.filter_map(|(index, item)| item.into_incoming(index + 1, is_by_shop, &mut problems)).collect();
        let sums = sums(items.iter().map(|item| (item.subtotal, item.quantity)));
        let (total, item_count) = sums.unwrap_or_else(|| {
            problems.push(format!("the items cost more than {}, or are too many pieces", Money::LIMIT));
            (Money::ZERO, 0)
        });
        let terms = Terms::default().edited(&self.terms, total);
        if problems.is_empty() && terms.discount > total {
            problems.push(format!("a discount of {} is more than the items cost: {total}", terms.discount));
        }
        if !problems.is_empty() {
            let refusal = Refusal::invalid("invalid order").error("Invalid order").details(problems.into_first());
            return Err(write_size.into_iter().fold(refusal, Refusal::remedy));
        }
        Ok(IncomingOrder {
            reference: self.reference,
            longer_reference: None,
            order_date: self.order_date,
            customer: self.customer,
            currency: None,
            note: None,
            items,
            total,
            item_count,
            terms: if is_by_shop { terms } else { terms.claimed_by_guest() },
            warnings: Vec::new(),
            source: Source { kind: SourceKind::Typed, message_id: None },
        })
    }
}

impl TypedItem {
    fn into_incoming(self, number: usize, is_by_shop: bool, problems: &mut Problems) -> Option<IncomingItem> {
        let place = format!("item {number}");
        let TypedItem { product, size, color, quantity, price } = self;
        let unit_price = price.unwrap_or(product.list_price());
        let size = product.spelled_size(size.as_deref()).map_err(|problem| problems.add(&place, problem)).ok();
        let subtotal = subtotal_of(quantity, unit_price).map_err(|problem| problems.add(&place, problem)).ok();
        Some(IncomingItem {
            product: NamedProduct { place, key: ProductKey::Id(product.id) },
            name: None,
            barcode: None,
            image: None,
            quantity,
            unit_price,
            is_price_agreed: is_by_shop,
            subtotal: subtotal?,
            size: size?,
            color,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;
    use crate::domain::refusal::RefusalKind;
    use crate::domain::remedy::Remedy;
    use crate::domain::terms::{Claimed, Discount, Fee};

    fn typed(items: Vec<TypedItem>) -> TypedOrder {
        TypedOrder {
            reference: None,
            order_date: Timestamp::FIRST,
            customer: Customer { name: "Mona".into(), phone: "010".into(), address: None },
            items,
            terms: TermsEdit::default(),
            is_by_shop: true,
        }
    }

    fn item(product: &Product, size: Option<&str>, quantity: u32, price: Option<i64>) -> TypedItem {
        let (size, price) = (size.map(str::to_owned), price.map(Money::from_hundredths));
        TypedItem { product: product.clone(), size, color: None, quantity, price }
    }

    #[test]
    fn prices_are_the_list_prices_unless_they_are_typed() {
        let (mut shirt, cap) = (product("Shirt", &[("S", 1), ("L", 5)]), product("Cap", &[("", 9)]));
        shirt.discounted_price = Some(Money::from_hundredths(1999));
        let mut order = typed(vec![item(&shirt, Some("l"), 2, None), item(&cap, Some("any"), 1, Some(0))]);
        order.terms.discount = Some(Discount::Percent(Money::from_hundredths(1000)));
        let taken = order.clone().into_incoming().unwrap();
        let prices: Vec<_> =
            taken.items.iter().map(|item| (item.unit_price.hundredths(), item.size.as_deref())).collect();
        assert_eq!(prices, [(1999, Some("L")), (0, Some("any"))]);
        assert_eq!((taken.total.hundredths(), taken.item_count, taken.terms.discount.hundredths()), (3998, 3, 400));
        assert!(taken.items.iter().all(|item| item.is_price_agreed));
        assert_eq!(taken.terms.claimed, Claimed::default());
    }

    /// A buyer cannot agree for the shop.
    #[test]
    fn terms_that_a_buyer_types_are_only_claimed() {
        let cap = product("Cap", &[("", 9)]);
        let mut order = typed(vec![item(&cap, None, 1, Some(100))]);
        order.terms = TermsEdit {
            delivery_fee: Some(Fee(Some(Money::ZERO))),
            discount: Some(Discount::Percent(Money::from_hundredths(5000))),
            is_cod: Some(true),
        };
        order.is_by_shop = false;
        let taken = order.into_incoming().unwrap();
        assert!(!taken.items[0].is_price_agreed);
        assert_eq!(taken.terms.claimed, Claimed { delivery_fee: true, discount: true, cod: true });
    }

    #[test]
    fn every_problem_is_named() {
        let (shirt, cap) = (product("Shirt", &[("S", 1), ("L", 5)]), product("Cap", &[("", 9)]));
        let limit = Money::LIMIT.hundredths();
        let items = vec![
            item(&shirt, None, 1, None),
            item(&shirt, Some("XL"), 1, None),
            item(&cap, None, 2, Some(limit)),
            item(&cap, None, 1, None),
        ];
        let refusal = typed(items).into_incoming().unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::InvalidInput);
        assert_eq!(
            refusal.details,
            [
                "item 1: Shirt: needs a size (sizes: S, L)",
                "item 2: Shirt: has no size XL (sizes: S, L)",
                "item 3: 2 × 99999999.99 is more than 99999999.99",
            ]
        );
        assert_eq!(refusal.remedies, [Remedy::WriteSize { product: "SKU-Shirt".into(), size: "S".into() }]);
        assert_eq!(typed(vec![item(&shirt, Some("XL"), 1, None)]).into_incoming().unwrap_err().remedies, []);
        let mut order = typed(vec![item(&cap, None, 1, None)]);
        order.terms.discount = Some(Discount::Amount(Money::from_hundredths(3000)));
        assert_eq!(
            order.into_incoming().unwrap_err().details,
            ["a discount of 30.00 is more than the items cost: 29.99"]
        );
        let twice = vec![item(&cap, None, 1, Some(limit)), item(&cap, None, 1, Some(limit))];
        let refusal = typed(twice).into_incoming().unwrap_err();
        assert_eq!(refusal.details, ["the items cost more than 99999999.99, or are too many pieces"]);
    }

    #[test]
    fn a_typed_order_has_limits_of_items_and_discount() {
        let cap = product("Cap", &[("", 9)]);
        let of = |count: usize| typed(vec![item(&cap, None, 1, Some(1)); count]).into_incoming();
        assert_eq!(of(ITEMS_LIMIT).unwrap().items.len(), ITEMS_LIMIT);
        for count in [ITEMS_LIMIT + 1, ITEMS_LIMIT + 2] {
            assert_eq!(of(count).unwrap_err().details, [format!("an order has at most {ITEMS_LIMIT} items")]);
        }
        let discounted = |hundredths: i64| {
            let mut order = typed(vec![item(&cap, None, 1, Some(500))]);
            order.terms.discount = Some(Discount::Amount(Money::from_hundredths(hundredths)));
            order.into_incoming().map(|order| order.terms.discount.hundredths()).map_err(|refusal| refusal.details)
        };
        assert_eq!(discounted(500), Ok(500));
        assert_eq!(discounted(501), Err(vec!["a discount of 5.01 is more than the items cost: 5.00".to_owned()]));
    }
}
