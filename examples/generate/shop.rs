//! A made-up shop: products and orders drawn from one seed, as the web page would send them.

use fastrand::Rng;
use serde_json::{Value, json};

const DAY_SECONDS: i64 = 86_400;
const SIZES: [&str; 5] = ["S", "M", "L", "XL", "XXL"];
const COLORS: [&str; 6] = ["Blue", "Black", "White", "Olive", "Sand", "Bordeaux"];
const KINDS: [&str; 10] = [
    "Classic T-Shirt",
    "Polo Shirt",
    "Oxford Shirt",
    "Linen Shirt",
    "Chino Trousers",
    "Denim Jacket",
    "Wool Pullover",
    "Leather Belt",
    "Canvas Sneakers",
    "Winter Scarf",
];
const FIRST_NAMES: [&str; 12] =
    ["John", "Mona", "Karim", "Omar", "ليلى", "محمد", "Юлия", "Zoë", "Søren", "Nour", "Ahmed", "Çağla"];
const LAST_NAMES: [&str; 12] =
    ["Doe", "Nasser", "Fathy", "Adel", "حسن", "علي", "Иванова", "Müller", "O'Neil", "Saleh", "El-Sayed", "Yılmaz"];
const STREETS: [&str; 5] = ["Tahrir Street", "Corniche", "26th of July Street", "شارع النيل", "Road 9"];

/// A made-up shop.
pub struct Shop {
    rng: Rng,
    products: Vec<Product>,
}

struct Product {
    id: String,
    name: String,
    barcode: Option<String>,
    /// In hundredths.
    price: i64,
    is_sized: bool,
}

impl Shop {
    /// Opens a shop with so many products. The same seed makes the same shop.
    pub fn new(seed: u64, products: usize) -> Shop {
        let mut rng = Rng::with_seed(seed);
        let products = (0..products)
            .map(|number| {
                let kind = KINDS[number % KINDS.len()];
                Product {
                    id: uuid(&mut rng),
                    name: format!("{kind} {}", number / KINDS.len() + 1),
                    // A few have none.
                    barcode: (number % 17 != 16).then(|| format!("SKU-{:05}", 10_000 + number)),
                    price: rng.i64(500..20_000),
                    is_sized: !matches!(number % KINDS.len(), 7 | 9),
                }
            })
            .collect();
        Shop { rng, products }
    }

    /// Returns the catalogue as JSON, with so many pieces of every product and size.
    pub fn catalogue(&self, stock: i64) -> Value {
        let product = |product: &Product| {
            let sizes: serde_json::Map<String, Value> =
                SIZES.iter().map(|size| ((*size).to_owned(), json!(stock))).collect();
            json!({
                "id": product.id,
                "name": product.name,
                "barcode": product.barcode,
                "price": amount(product.price),
                "stockQuantity": if product.is_sized { stock * i64::try_from(SIZES.len()).unwrap_or(0) } else { stock },
                "sizeQuantities": product.is_sized.then_some(sizes),
            })
        };
        self.products.iter().map(product).collect()
    }

    /// Makes the order with a number, made at a time drawn from `days` days that end at `end` (Unix seconds).
    ///
    /// Orders have 1 to 4 items, 2.5 on average; one in fifty has a price below the list price.
    pub fn order(&mut self, number: u64, end: i64, days: i64) -> Value {
        let rng = &mut self.rng;
        let at = end - rng.i64(0..days * DAY_SECONDS);
        let is_cheap = rng.u8(0..50) == 0;
        let mut total = 0;
        let items: Vec<Value> = (0..rng.usize(1..=4))
            .map(|_| {
                let product = &self.products[rng.usize(..self.products.len())];
                let quantity = rng.i64(1..=3);
                let price = if is_cheap { product.price - 100 } else { product.price };
                total += quantity * price;
                json!({
                    "productId": product.id,
                    "productName": product.name,
                    "productBarcode": product.barcode,
                    "productImage": format!("https://shop.example/images/{}.jpg", product.id),
                    "quantity": quantity,
                    "unitPrice": amount(price),
                    "selectedSize": product.is_sized.then(|| SIZES[rng.usize(..SIZES.len())]),
                    "selectedColor": COLORS[rng.usize(..COLORS.len())],
                })
            })
            .collect();
        let time = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
        json!({
            "orderReference": format!("LEG-{}-{:04X}", base36(at.unsigned_abs() * 1000), number & 0xFFFF) + &suffix(number),
            "orderDate": time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "customerName": format!("{} {}", FIRST_NAMES[rng.usize(..12)], LAST_NAMES[rng.usize(..12)]),
            "customerPhone": format!("+2010{:08}", rng.u32(0..100_000_000)),
            "customerAddress": format!("{} {}, Cairo", rng.u8(1..200), STREETS[rng.usize(..5)]),
            "items": items,
            "total": amount(total),
        })
    }
}

/// Writes hundredths as an amount.
fn amount(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Tells apart the orders whose number ends in the same four digits.
fn suffix(number: u64) -> String {
    if number > 0xFFFF { format!("-{}", base36(number >> 16)) } else { String::new() }
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.extend(char::from_digit(u32::try_from(number % 36).unwrap_or(0), 36));
        number /= 36;
    }
    digits.iter().rev().map(char::to_ascii_uppercase).collect()
}

fn uuid(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_le_bytes()).into_uuid().to_string()
}
