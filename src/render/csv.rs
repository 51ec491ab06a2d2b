//! Bodies as CSV: the keys are the header, nested values stay JSON.
//!
//! Cells carry the data as it is: a text that a spreadsheet takes for a formula is not changed. `--format xlsx` is for spreadsheets.

use std::borrow::Cow;
use std::io::Write;

use super::json::{Body, bare};

/// Renders a header line.
pub fn header<K: AsRef<str>>(keys: &[K]) -> Vec<u8> {
    line(keys.iter().map(|key| key.as_ref().into()))
}

/// Renders one row of the columns `keys`; missing values stay empty.
pub fn row<K: AsRef<str>>(keys: &[K], body: &Body) -> Vec<u8> {
    line(cells(keys, body))
}

/// Writes one row of the columns `keys`, as [`row`] renders it.
pub fn put_row<K: AsRef<str>>(lines: &mut csv::Writer<impl Write>, keys: &[K], body: &Body) -> csv::Result<()> {
    put(lines, cells(keys, body))
}

fn cells<'b, K: AsRef<str>>(keys: &'b [K], body: &'b Body) -> impl Iterator<Item = Cow<'b, str>> {
    keys.iter().map(|key| body.get(key.as_ref()).map(bare).unwrap_or_default())
}

fn line<'t>(cells: impl Iterator<Item = Cow<'t, str>>) -> Vec<u8> {
    // The default buffer of 8 KiB takes longer to clear than a row to write.
    let mut lines = csv::WriterBuilder::new().buffer_capacity(512).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = put(&mut lines, cells);
    lines.into_inner().unwrap_or_default()
}

fn put<'t>(lines: &mut csv::Writer<impl Write>, mut cells: impl Iterator<Item = Cow<'t, str>>) -> csv::Result<()> {
    cells.try_for_each(|cell| lines.write_field(cell.as_bytes()))?;
    lines.write_record(None::<&[u8]>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn values_are_quoted_where_needed_and_nested_ones_stay_json() {
        let Value::Object(body) = json!({"a": null, "b": "x, \"y\"\nz", "c": 5, "d": [1, "é"]}) else { panic!() };
        let keys = ["a", "b", "missing", "c", "d"].map(str::to_owned);
        assert_eq!(header(&keys[..2]), b"a,b\n");
        let row = String::from_utf8(row(&keys, &body)).unwrap();
        assert_eq!(row, ",\"x, \"\"y\"\"\nz\",,5,\"[1,\"\"é\"\"]\"\n");
    }
}
