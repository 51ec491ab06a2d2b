//! Makes a shop up: a catalogue and any number of orders, the same for the same seed.
//!
//! ```text
//! cargo run --release --example generate -- FOLDER --orders 100000
//! orders product import FOLDER/catalogue.json && orders import FOLDER/orders.ndjson
//! ```

#![allow(clippy::disallowed_methods, reason = "only the program itself has locks to lose")]

mod shop;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Parser;

/// Make up a shop: FOLDER/catalogue.json and FOLDER/orders.ndjson
#[derive(Parser)]
struct Args {
    /// A folder that is there
    folder: PathBuf,
    /// How many orders
    #[arg(long, default_value_t = 1000)]
    orders: u64,
    /// How many products
    #[arg(long, default_value_t = 500)]
    products: usize,
    /// What is on hand of each product and size
    #[arg(long, default_value_t = 1_000_000)]
    stock: i64,
    /// Over how many days the orders are spread
    #[arg(long, default_value_t = 365)]
    days: i64,
    /// The end of those days
    #[arg(long, default_value = "2026-02-07T08:00:00Z")]
    end: chrono::DateTime<chrono::Utc>,
    /// Where all that is drawn comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut shop = shop::Shop::new(args.seed, args.products);
    std::fs::write(args.folder.join("catalogue.json"), shop.catalogue(args.stock).to_string())?;
    let mut orders = BufWriter::new(File::create(args.folder.join("orders.ndjson"))?);
    for number in 0..args.orders {
        writeln!(orders, "{}", shop.order(number, args.end.timestamp(), args.days))?;
    }
    orders.flush()?;
    Ok(())
}
