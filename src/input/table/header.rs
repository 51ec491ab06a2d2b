//! Finds the header of a table: a title may stand above it.

use super::columns::Columns;
use super::rows::RowsError;
use crate::domain::text::shorten;

/// Among how many of the first rows the header is looked for.
pub const HEADER_ROWS: usize = 10;

/// One of these rows: its line, and its cells or why they cannot be read.
pub type FirstRow = (u64, Result<Vec<String>, String>);

/// Returns whether a row is the header whatever comes after it: it names two of the `known` columns.
pub fn is_header((_, cells): &FirstRow, known: &[&'static str]) -> bool {
    cells.as_ref().is_ok_and(|cells| Columns::of(cells, known).map_or(true, |columns| columns.count() > 1))
}

/// Finds the header among the first rows of a table, and returns its place there: the row that is one
/// whatever comes after it, else the first row if it names one column.
///
/// # Errors
/// There is none, or a name stands in it twice.
pub fn find_header(rows: &[FirstRow], known: &[&'static str]) -> Result<(usize, Columns), RowsError> {
    let at = rows.iter().position(|row| is_header(row, known)).unwrap_or_default();
    let refuse = |line, problem| RowsError::CutOff { line, problem };
    let Some((line, cells)) = rows.get(at) else {
        return Err(refuse(1, "is empty: its first row names the columns".to_owned()));
    };
    let cells = cells.as_ref().map_err(|problem| refuse(*line, problem.clone()))?;
    let columns = Columns::of(cells, known).map_err(|problem| refuse(*line, problem))?;
    if columns.count() > 0 {
        return Ok((at, columns.on_line(*line)));
    }
    let found: Vec<_> = cells.iter().take(10).map(|name| shorten(name.trim())).collect();
    let (known, found) = (known.join(", "), found.join(", "));
    let problem =
        format!("has none of the columns {known} in its first {HEADER_ROWS} rows; the first: {}", shorten(&found));
    Err(refuse(*line, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_header_may_stand_below_a_title() {
        let known = ["sku", "counted", "name"];
        let (title, empty, head) = (&["Count of 6 March"][..], &["", ""][..], &["SKU", "x", "Counted"][..]);
        let data = &["SKU-1", "", "4"][..];
        let one = &["name", "x"][..];
        for (rows, expected) in [
            (vec![head, data], Ok((0, 2))),
            (vec![title, empty, head, data], Ok((2, 2))),
            // A row that names one column may be a title too: `name: Mona`.
            (vec![one, head, data], Ok((1, 2))),
            (vec![one, data, data], Ok((0, 1))),
            (
                vec![title, one, data],
                Err((
                    1,
                    "has none of the columns sku, counted, name in its first 10 rows; the first: Count of 6 March",
                )),
            ),
            (vec![title, &["sku", "SKU"], data], Err((2, "has two columns sku"))),
            (vec![], Err((1, "is empty: its first row names the columns"))),
        ] {
            let rows: Vec<FirstRow> = (1..).zip(rows).map(|(line, row)| (line, Ok(header(row)))).collect();
            let found = find_header(&rows, &known);
            let found = found.map(|(at, columns)| {
                assert_eq!(columns.line(), at as u64 + 1);
                (at, columns.count())
            });
            let found = found.map_err(|error| match error {
                RowsError::CutOff { line, problem } => (line, problem),
                RowsError::Io(error) => (0, error.to_string()),
            });
            assert_eq!(found, expected.map_err(|(line, problem)| (line, problem.to_owned())), "{rows:?}");
        }
        let problem = (1, Err("has a formula without its result".to_owned()));
        assert!(find_header(std::slice::from_ref(&problem), &known).is_err());
        assert_eq!(find_header(&[problem, (3, Ok(header(head)))], &known).unwrap().0, 1);
    }
}
