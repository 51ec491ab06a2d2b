//! Bodies as CSV: the keys are the header, what is nested stays JSON.

use super::json::{Body, bare};

/// Renders a header line.
pub fn header(keys: &[&str]) -> Vec<u8> {
    line(keys.iter().map(|key| (*key).to_owned()))
}

/// Renders one row.
pub fn row(body: &Body) -> Vec<u8> {
    line(body.values().map(bare))
}

fn line(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells.map(String::into_bytes));
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn values_are_quoted_where_they_need_it_and_nested_ones_stay_json() {
        let Value::Object(body) = json!({"a": null, "b": "x, \"y\"\nz", "c": 5, "d": [1, "é"]})
        else {
            panic!()
        };
        assert_eq!(header(&["a", "b"]), b"a,b\n");
        assert_eq!(
            String::from_utf8(row(&body)).unwrap(),
            ",\"x, \"\"y\"\"\nz\",5,\"[1,\"\"é\"\"]\"\n"
        );
    }
}
