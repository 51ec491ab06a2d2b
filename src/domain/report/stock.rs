//! What is low, what is out, and what pending orders want of it.

use std::collections::HashMap;

use crate::domain::product::{Product, ProductId, StockLine};

/// How it stands with a stock line; the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Pending orders want more than there is.
    Short,
    /// There is none.
    Out,
    /// The product is low.
    Low,
}

impl State {
    /// Returns the word for it, as in JSON.
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
    /// The size, where it is tracked.
    pub size: Option<String>,
    /// How many there are.
    pub on_hand: i64,
    /// At how many pieces, over all its sizes, the product is low.
    pub low_at: i64,
    /// How many pending orders want.
    pub demand: i64,
    /// How it stands.
    pub state: State,
}

impl Scarce {
    /// Returns how many more pending orders want than there are.
    pub fn missing(&self) -> i64 {
        (self.demand - self.on_hand).max(0)
    }
}

/// What an item of a pending order wants of one product in one size, as the size was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The product.
    pub product_id: ProductId,
    /// The size.
    pub selected_size: Option<String>,
    /// How many.
    pub quantity: i64,
}

/// What needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scarcity {
    /// The stock lines, the worst first, then by name.
    pub rows: Vec<Scarce>,
    /// How many pieces pending orders want without a size, or in one that there is not.
    pub unclear_demand: i64,
}

/// What pending orders want of each stock line. It grows item by item, and holds none of them.
#[derive(Debug)]
pub struct Wanted<'p> {
    products: &'p [Product],
    by_id: HashMap<ProductId, &'p Product>,
    by_line: HashMap<(ProductId, &'p str), i64>,
    unclear: i64,
}

impl<'p> Wanted<'p> {
    /// Starts with nothing. The products come by name.
    pub fn of(products: &'p [Product]) -> Wanted<'p> {
        let by_id = products.iter().map(|product| (product.id, product)).collect();
        Wanted { products, by_id, by_line: HashMap::new(), unclear: 0 }
    }

    /// Adds what an item wants.
    pub fn add(&mut self, demand: &Demand) {
        let product = self.by_id.get(&demand.product_id);
        match product.map(|product| product.line_for(demand.selected_size.as_deref())) {
            Some(Ok(line)) => *self.by_line.entry((demand.product_id, &line.size_key)).or_default() += demand.quantity,
            _ => self.unclear += demand.quantity,
        }
    }

    /// Finds what is short, out or low. `shop_limit` is what is low for those products that do not say it themselves.
    pub fn scarcity(&self, shop_limit: i64) -> Scarcity {
        let mut rows = Vec::new();
        for product in self.products {
            let is_sized = product.is_sized();
            let lines = product.stock.iter().filter(|line| !is_sized || !line.size_key.is_empty());
            for line in lines.chain(product.leftover()) {
                let demand = self.by_line.get(&(product.id, line.size_key.as_str())).copied().unwrap_or_default();
                let Some(state) = state(product, line, demand, shop_limit) else { continue };
                rows.push(Scarce {
                    product_id: product.id,
                    name: product.name.clone(),
                    barcode: product.barcode.clone(),
                    size: is_sized.then(|| line.size.clone()),
                    on_hand: line.on_hand,
                    low_at: product.low_stock_at.unwrap_or(shop_limit),
                    demand,
                    state,
                });
            }
        }
        // Stable: by name, and sizes as the catalogue has them, within a state.
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
    fn what_is_short_comes_before_what_is_out_and_what_is_low() {
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
        let mut wanted = Wanted::of(&products);
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
        assert_eq!((scarcity.unclear_demand, scarcity.rows[0].missing(), scarcity.rows[1].missing()), (7, 1, 0));
    }
}
