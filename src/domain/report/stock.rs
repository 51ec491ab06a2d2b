//! Stock that is low, out, or short of what pending orders need.

use std::collections::HashMap;

use crate::domain::product::{Product, ProductId, StockLine};

/// The state of a stock line, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Pending orders need more than there is.
    Short,
    /// There is none.
    Out,
    /// The product is low.
    Low,
}

impl State {
    /// Returns its word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Short => "short",
            State::Out => "out",
            State::Low => "low",
        }
    }
}

/// A stock line that needs attention: a product, or one size of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scarce {
    /// The product's id.
    pub product_id: ProductId,
    /// Its name.
    pub name: String,
    /// Its barcode.
    pub barcode: Option<String>,
    /// The size, if tracked.
    pub size: Option<String>,
    /// The stock on hand.
    pub on_hand: i64,
    /// The stock of all its sizes at or below which the product is low.
    pub low_at: i64,
    /// How many pieces pending orders need.
    pub demand: i64,
    /// Its state.
    pub state: State,
}

impl Scarce {
    /// Returns how many pieces are missing for the pending orders.
    pub fn missing(&self) -> i64 {
        (self.demand - self.on_hand).max(0)
    }
}

/// The pieces that an item of a pending order needs; the size is as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The product.
    pub product_id: ProductId,
    /// The size.
    pub selected_size: Option<String>,
    /// The quantity.
    pub quantity: i64,
}

/// The stock lines that need attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scarcity {
    /// The stock lines, the worst first, then by name.
    pub rows: Vec<Scarce>,
    /// How many pieces pending orders need without an available size.
    pub unclear_demand: i64,
}

/// The demand of pending orders by stock line, added item by item without holding the items.
#[derive(Debug)]
pub struct DemandByLine<'p> {
    products: &'p [Product],
    by_id: HashMap<ProductId, &'p Product>,
    by_line: HashMap<(ProductId, &'p str), i64>,
    unclear: i64,
}

impl<'p> DemandByLine<'p> {
    /// Starts without demand. The products must be sorted by name.
    pub fn of(products: &'p [Product]) -> DemandByLine<'p> {
        let by_id = products.iter().map(|product| (product.id, product)).collect();
        DemandByLine { products, by_id, by_line: HashMap::new(), unclear: 0 }
    }

    /// Adds the demand of an item.
    pub fn add(&mut self, demand: &Demand) {
        let product = self.by_id.get(&demand.product_id);
        match product.map(|product| product.line_for(demand.selected_size.as_deref())) {
            Some(Ok(line)) => *self.by_line.entry((demand.product_id, &line.size_key)).or_default() += demand.quantity,
            _ => self.unclear += demand.quantity,
        }
    }

    /// Finds what is short, out or low. `shop_limit` is for products without a limit of their own.
    pub fn scarcity(&self, shop_limit: i64) -> Scarcity {
        let mut rows = Vec::new();
        for product in self.products {
            for line in product.lines() {
                let demand = self.by_line.get(&(product.id, line.size_key.as_str())).copied().unwrap_or_default();
                let Some(state) = state(product, line, demand, shop_limit) else { continue };
                rows.push(Scarce {
                    product_id: product.id,
                    name: product.name.clone(),
                    barcode: product.barcode.clone(),
                    size: product.is_sized().then(|| line.size.clone()),
                    on_hand: line.on_hand,
                    low_at: product.low_stock_at.unwrap_or(shop_limit),
                    demand,
                    state,
                });
            }
        }
        // A stable sort: within a state, by name and with the sizes in catalogue order.
        rows.sort_by_key(|row| row.state);
        Scarcity { rows, unclear_demand: self.unclear }
    }
}

impl Scarcity {
    /// Returns whether nothing needs attention.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.unclear_demand == 0
    }

    /// Counts the lines in a state.
    pub fn count(&self, state: State) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }
}

fn state(product: &Product, line: &StockLine, demand: i64, shop_limit: i64) -> Option<State> {
    if demand > line.on_hand {
        Some(State::Short)
    } else if line.on_hand == 0 {
        Some(State::Out)
    } else {
        product.is_low(shop_limit).then_some(State::Low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;

    #[test]
    fn short_comes_before_out_and_out_before_low() {
        let belt = Product { low_stock_at: Some(0), ..product("Belt", &[("", 3)]) };
        let cap = product("Cap", &[("", 9)]);
        let polo = product("Polo", &[("M", 2), ("L", 0)]);
        let shirt = product("Shirt", &[("S", 7), ("L", 0), ("XL", 1)]);
        let demand = |product: &Product, size: Option<&str>, quantity| Demand {
            product_id: product.id,
            selected_size: size.map(str::to_owned),
            quantity,
        };
        let demands = [
            demand(&cap, Some("blue"), 4),
            demand(&cap, None, 6),
            demand(&shirt, Some(" xl "), 1),
            demand(&shirt, None, 5),
            demand(&shirt, Some("XXL"), 2),
            demand(&belt, None, 3),
        ];
        let products = [belt, cap, polo, shirt];
        let mut wanted = DemandByLine::of(&products);
        for demand in &demands {
            wanted.add(demand);
        }
        let scarcity = wanted.scarcity(5);
        let rows: Vec<_> = scarcity
            .rows
            .iter()
            .map(|row| {
                let size = row.size.as_deref().unwrap_or("-");
                format!("{} {size} {} {} of {}", row.name, row.state.as_str(), row.demand, row.on_hand)
            })
            .collect();
        assert_eq!(rows, ["Cap - short 10 of 9", "Polo L out 0 of 0", "Shirt L out 0 of 0", "Polo M low 0 of 2"]);
        let states = [State::Short, State::Out, State::Low];
        assert_eq!(states.map(|state| scarcity.count(state)), [1, 2, 1]);
        assert!(!scarcity.is_empty());
        assert!(!Scarcity { rows: Vec::new(), unclear_demand: 1 }.is_empty());
        assert!(!Scarcity { unclear_demand: 0, ..scarcity.clone() }.is_empty());
        assert!(Scarcity { rows: Vec::new(), unclear_demand: 0 }.is_empty());
        assert_eq!((scarcity.unclear_demand, scarcity.rows[0].missing(), scarcity.rows[1].missing()), (7, 1, 0));
    }
}
