//! Bodies as CSV: the keys are the header, nested values stay JSON.
//!
//! Cells carry the data as it is: a text that a spreadsheet takes for a formula is not changed. `--format xlsx` is for spreadsheets.

use super::json::{Body, bare};

/// Renders a header line.
pub fn header(keys: &[String]) -> Vec<u8> {
    line(keys.iter().cloned())
}

/// Renders one row of the columns `keys`; missing values stay empty.
pub fn row(keys: &[String], body: &Body) -> Vec<u8> {
    line(keys.iter().map(|key| body.get(key).map(bare).unwrap_or_default()))
}

fn line(cells: impl Iterator<Item = String>) -> Vec<u8> {
    // The default buffer of 8 KiB takes longer to clear than a row to write.
    let mut writer = csv::WriterBuilder::new().buffer_capacity(512).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells.map(String::into_bytes));
    writer.into_inner().unwrap_or_default()
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
