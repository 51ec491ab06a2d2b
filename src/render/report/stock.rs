//! The report of stock that needs attention.

use serde_json::json;

use super::rows::{RowForm, Rows};
use super::{Report, Section, Sheet, as_of, head, shop_line};
use crate::domain::report::stock::{Scarce, Scarcity, State};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::render::json::{Body, body};
use crate::render::table::Column;
use crate::spool::{Spool, SpoolError};

/// The keys of a row.
pub(in crate::render) const KEYS: &[&str] =
    &["productId", "productName", "productBarcode", "size", "state", "onHand", "lowStockAt", "demand", "missing"];

/// Makes the report.
pub fn report(scarcity: &Scarcity, settings: &Settings, now: Timestamp, form: RowForm) -> Result<Report, SpoolError> {
    let sum = |amount: fn(&Scarce) -> i64| scarcity.rows.iter().map(amount).sum::<i64>();
    let totals = body([
        ("short", json!(scarcity.count(State::Short))),
        ("out", json!(scarcity.count(State::Out))),
        ("low", json!(scarcity.count(State::Low))),
        ("onHand", json!(sum(|row| row.on_hand))),
        ("demand", json!(sum(|row| row.demand))),
        ("missing", json!(sum(Scarce::missing))),
        ("unclearDemand", json!(scarcity.unclear_demand)),
    ]);
    let mut about = vec![as_of(now, settings)];
    about.extend(shop_line(settings, None));
    let unclear = (scarcity.unclear_demand > 0).then(|| {
        let pieces = scarcity.unclear_demand;
        let wanted = if pieces == 1 { "1 more piece is".to_owned() } else { format!("{pieces} more pieces are") };
        format!("{wanted} wanted in no known size: see orders report pending")
    });
    let sheet = Sheet {
        title: "Stock that is short, out or low".into(),
        about,
        sections: vec![section(scarcity)?],
        nothing: "no product is short, out or low",
        footnotes: unclear.into_iter().collect(),
    };
    let head = head("stock", None, now, settings, totals);
    let mut rows = Rows::new(form, KEYS);
    scarcity.rows.iter().try_for_each(|scarce| rows.push(|| row(scarce)))?;
    let (zone, is_empty) = (settings.zone(), scarcity.is_empty());
    Ok(Report { sheet, zone, rows, lists: Vec::new(), head, is_empty })
}

fn row(scarce: &Scarce) -> Body {
    body([
        ("productId", json!(scarce.product_id.to_string())),
        ("productName", json!(scarce.name)),
        ("productBarcode", json!(scarce.barcode)),
        ("size", json!(scarce.size)),
        ("state", json!(scarce.state.as_str())),
        ("onHand", json!(scarce.on_hand)),
        ("lowStockAt", json!(scarce.low_at)),
        ("demand", json!(scarce.demand)),
        ("missing", json!(scarce.missing())),
    ])
}

fn section(scarcity: &Scarcity) -> Result<Section, SpoolError> {
    let columns = vec![
        Column::new("PRODUCT").wraps_at(10),
        Column::new("SIZE").shrinks_to(4).rank(1),
        Column::new("STATE"),
        Column::new("STOCK").number(),
        Column::new("WANTED").number(),
        Column::new("MISSING").number(),
        Column::new("SKU").shrinks_to(8).rank(2),
    ];
    let rows = scarcity.rows.iter().map(|row| {
        vec![
            row.name.clone(),
            row.size.clone().unwrap_or_default(),
            row.state.as_str().to_owned(),
            row.on_hand.to_string(),
            row.demand.to_string(),
            row.missing().to_string(),
            row.barcode.clone().unwrap_or_default(),
        ]
    });
    Ok(Section { columns, rows: Spool::of(rows)?, ..Section::default() })
}
