//! Lists and catalogues, as CSV or as a workbook: rows are bounded and have their places, and what is read of a row is read
//! again as the same, from CSV and from a workbook of this program.

use std::error::Error;
use std::io::Cursor;

use orders::domain::payment::Method;
use orders::domain::problems::Problems;
use orders::domain::product::Product;
use orders::domain::product_change::{
    IncomingProduct, Matches, ProductChange, ProductDecision, ProductRejected, decide, decide_row,
};
use orders::domain::record_payment::ListedPayment;
use orders::domain::row_order::RowOrder;
use orders::domain::row_product::{RowMatches, RowProduct};
use orders::domain::status::Status;
use orders::input::list::payment::ListForm;
use orders::input::list::status::StatusForm;
use orders::input::list::{count, delivery, payment, status};
use orders::input::product::json::read_product;
use orders::input::product::rows::ProductRows;
use orders::input::table::columns::Columns;
use orders::input::table::open::open_rows;
use orders::input::table::rows::{Row, RowsError, TableForm};
use orders::render::csv;
use orders::render::json::{Body, PRODUCT_KEYS, bare, product_fields};
use orders::render::workbook::Workbook;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ZONE, hold_problem, hold_shown};

/// The most bytes of a row, and of all its cells as they are read.
const ROW_LIMIT: usize = 1 << 16;
/// What may stand before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// The most cells of a row of a sheet.
const CELLS_LIMIT: usize = 1000;
/// The most rows of a sheet.
const LINES_LIMIT: u64 = 1 << 20;

/// What a list says of one of its rows: the order that it names, and what it enters.
type ReadRow = (Option<String>, Result<Option<Body>, Problems>);

/// A kind of list.
struct List {
    columns: &'static [&'static str],
    check: fn(&Columns, TableForm) -> Result<(), String>,
    read: fn(&Row, &Columns, TableForm) -> ReadRow,
}

const LISTS: [List; 4] = [
    List {
        columns: payment::COLUMNS,
        check: |columns, table| payment::check_columns(columns, &ListForm { method: Some(Method::cash()), table }),
        read: |row, columns, table| {
            let read = payment::read_payment(row, columns, &ListForm { method: Some(Method::cash()), table });
            (read.label, read.payment.map(|payment| Some(of_payment(&payment))))
        },
    },
    List {
        columns: status::COLUMNS,
        check: |columns, _| status::check_columns(columns, &status_form()),
        read: |row, columns, _| {
            let read = status::read_row(row, columns, &status_form());
            let body = read.status.map(|listed| {
                let [reference, tracking] = of_order(&listed.order);
                Some(body([
                    ("orderReference", reference),
                    ("tracking", listed.shipping.tracking.flatten().map_or(tracking, |number| json!(number))),
                    ("status", json!(listed.status.as_str())),
                    ("courier", json!(listed.shipping.courier)),
                    ("note", json!(listed.note)),
                ]))
            });
            (read.label, body)
        },
    },
    List {
        columns: delivery::COLUMNS,
        check: |columns, _| delivery::check_columns(columns),
        read: |row, columns, table| {
            let read = delivery::read_row(row, columns, table.has_decimal_comma);
            let body = read.pieces.map(|pieces| {
                let [id, sku, name] = of_product(&pieces.product);
                let quantity = json!(pieces.quantity);
                Some(body([
                    ("id", id),
                    ("sku", sku),
                    ("name", name),
                    ("size", json!(pieces.size)),
                    ("quantity", quantity),
                ]))
            });
            (read.label, body)
        },
    },
    List {
        columns: count::COLUMNS,
        check: |columns, _| count::check_columns(columns),
        read: |row, columns, table| {
            let read = count::read_row(row, columns, table);
            let body = read.count.map(|count| {
                let count = count?;
                let [id, sku, name] = of_product(&count.product);
                Some(body([
                    ("id", id),
                    ("sku", sku),
                    ("name", name),
                    ("size", json!(count.size)),
                    ("shelf", json!(count.shelf)),
                    ("counted", json!(count.counted)),
                    ("asOf", json!(count.as_of.map(|time| time.to_string()))),
                ]))
            });
            (read.label, body)
        },
    },
];

fn status_form() -> StatusForm {
    StatusForm { status: Some(Status::Shipped), courier: None }
}

fn body<const N: usize>(pairs: [(&str, Value); N]) -> Body {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn of_order(order: &RowOrder) -> [Value; 2] {
    match order {
        RowOrder::Reference(reference) => [json!(reference), Value::Null],
        RowOrder::Tracking(number) => [Value::Null, json!(number)],
    }
}

fn of_product(RowProduct { id, sku, name }: &RowProduct) -> [Value; 3] {
    [json!(id.map(|id| id.to_string())), json!(sku), json!(name)]
}

fn of_payment(ListedPayment { order, entry, note }: &ListedPayment) -> Body {
    let [reference, tracking] = of_order(order);
    body([
        ("orderReference", reference),
        ("tracking", tracking),
        ("amount", json!(entry.amount.to_string())),
        ("method", json!(entry.method.as_str())),
        ("receipt", json!(entry.receipt)),
        ("paidAt", json!(entry.paid_at.map(|time| time.to_string()))),
        ("note", json!(note)),
    ])
}

/// Reads bytes as each kind of list and as a catalogue, and holds everything that must hold for them.
///
/// # Panics
/// Something does not hold.
pub fn table(bytes: &[u8]) {
    // A workbook takes much longer to write than CSV.
    let has_workbook = bytes.len().is_multiple_of(4);
    for list in &LISTS {
        if let Ok(table) = Table::read(bytes, list.columns) {
            table.hold(bytes);
            hold_list(list, &table, has_workbook);
        }
    }
    hold_utf16(bytes);
    hold_catalogue(bytes, has_workbook);
}

/// A table that was read to its end, or to where it can be read no further.
struct Table {
    known: &'static [&'static str],
    columns: Columns,
    rows: Vec<Row>,
    form: TableForm,
    end: Result<(), RowsError>,
}

impl Table {
    /// Reads a table whose header is there.
    fn read(bytes: &[u8], known: &'static [&'static str]) -> Result<Table, (u64, String)> {
        let mut rows = open_rows(Cursor::new(bytes.to_vec()), known).map_err(|error| said(&error))?;
        let form = TableForm { has_decimal_comma: rows.has_decimal_comma(), zone: *ZONE };
        let mut table = Table { known, columns: rows.columns().clone(), rows: Vec::new(), form, end: Ok(()) };
        loop {
            match rows.next_row() {
                Ok(Some(row)) => table.rows.push(row),
                Ok(None) => return Ok(table),
                Err(error) => {
                    said(&error);
                    table.end = Err(error);
                    return Ok(table);
                }
            }
        }
    }

    /// Its rows are numbered and bounded, and have their lines.
    fn hold(&self, bytes: &[u8]) {
        let is_csv = !bytes.starts_with(b"PK");
        let lines = if is_csv { bytes.split(|byte| *byte == b'\n').count() as u64 } else { LINES_LIMIT };
        let mut before = self.columns.line();
        for (row, number) in self.rows.iter().zip(1..) {
            assert_eq!(row.number, number, "rows are numbered in a row");
            assert!((1..=lines).contains(&row.line), "line {} of {lines}", row.line);
            assert!(!is_csv || row.line >= before, "lines go on: {} after {before}", row.line);
            before = row.line;
            match &row.cells {
                Ok(cells) => {
                    let size = cells.iter().map(|cell| cell.as_str().len()).sum::<usize>();
                    assert!(size.max(row.size) <= 3 * ROW_LIMIT, "a row is bounded: {size} {}", row.size);
                    let most = if is_csv { self.columns.width() } else { CELLS_LIMIT };
                    assert!(cells.len() <= most, "{} cells", cells.len());
                }
                Err(problem) => {
                    assert!(!problem.trim().is_empty());
                    hold_shown(problem);
                }
            }
        }
        // With one column alone, a row may look like a better header.
        if self.columns.count() > 1 && !self.rows.is_empty() {
            self.hold_kept();
        }
    }

    /// What is kept of rejected rows is a table with these rows.
    fn hold_kept(&self) {
        let header = self.rows[0].reject.header().expect("a table has a header");
        // Its first cell may begin as files of another kind do.
        let mark = if header.starts_with(MARK) { b"" } else { MARK };
        let mut kept = [mark, header, b"\n"].concat();
        let rows: Vec<&Row> = self.rows.iter().filter(|row| self.has_cells(row)).collect();
        for row in &rows {
            row.reject.write_line(&mut kept).expect("memory takes every byte");
        }
        let again = Table::read(&kept, self.known);
        let again = again.unwrap_or_else(|(_, problem)| panic!("what is kept is a table: {problem}\n{}", show(&kept)));
        let mine: Vec<_> = rows.into_iter().map(|row| self.shown(row)).collect();
        let again: Vec<_> = again.rows.iter().map(|row| again.shown(row)).collect();
        assert_eq!(again, mine, "{}", show(&kept));
    }

    /// Returns whether a row has cells under the header.
    fn has_cells(&self, row: &Row) -> bool {
        let cells = row.cells.as_ref().map(|cells| &cells[..cells.len().min(self.columns.width())]);
        cells.is_ok_and(|cells| cells.iter().any(|cell| !cell.shown().is_empty()))
    }

    /// Returns what the cells of a row show in the known columns.
    fn shown(&self, row: &Row) -> Vec<Option<String>> {
        let cells = row.cells.as_ref().unwrap_or_else(|problem| panic!("{problem}"));
        let cell = |column: &&'static str| self.columns.cell(cells, column).map(|cell| cell.shown().to_owned());
        self.known.iter().map(cell).collect()
    }
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Says why a table can be read no further, as a command says it.
fn said(error: &RowsError) -> (u64, String) {
    match error {
        RowsError::Io(error) => (0, error.to_string()),
        RowsError::CutOff { line, problem } => {
            assert!(*line > 0 && !problem.trim().is_empty());
            hold_shown(problem);
            (*line, problem.clone())
        }
    }
}

/// Every row of a list is accepted, or has problems with their places. What is accepted is read again as the same.
fn hold_list(list: &List, table: &Table, has_workbook: bool) {
    if let Err(problem) = (list.check)(&table.columns, table.form) {
        return hold_problem(&problem);
    }
    let mut accepted = Vec::new();
    for row in &table.rows {
        let (label, read) = (list.read)(row, &table.columns, table.form);
        if let Some(label) = &label {
            hold_shown(label);
        }
        match read {
            Ok(body) => accepted.extend(body),
            Err(problems) => {
                assert!(!problems.is_empty(), "what is refused has a reason");
                problems.first().iter().for_each(|problem| hold_problem(problem));
            }
        }
    }
    if accepted.is_empty() {
        return;
    }
    let again = |bytes: &[u8]| -> Vec<Body> {
        let table = Table::read(bytes, list.columns).unwrap_or_else(|error| panic!("{error:?}"));
        let read = |row| (list.read)(row, &table.columns, table.form).1.unwrap_or_else(|error| panic!("{error:?}"));
        table.rows.iter().filter_map(read).collect()
    };
    assert_eq!(again(&as_csv(&accepted)), accepted);
    accepted.retain(is_for_sheets);
    if has_workbook && !accepted.is_empty() {
        assert_eq!(again(&as_workbook(&accepted)), accepted);
    }
}

/// Writes bodies with the same keys as CSV.
fn as_csv(bodies: &[Body]) -> Vec<u8> {
    let keys: Vec<String> = bodies[0].keys().cloned().collect();
    bodies.iter().fold(csv::header(&keys), |csv, body| [csv, csv::row(&keys, body)].concat())
}

/// Writes bodies with the same keys as a workbook.
fn as_workbook(bodies: &[Body]) -> Vec<u8> {
    let write = || -> Result<Vec<u8>, Box<dyn Error>> {
        let keys: Vec<&String> = bodies[0].keys().collect();
        let mut workbook = Workbook::new(*ZONE)?;
        workbook.begin_sheet("list", &keys)?;
        for body in bodies {
            workbook.put(body)?;
        }
        let mut bytes = Vec::new();
        workbook.finish(&mut |piece| -> Result<(), Box<dyn Error>> {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    };
    write().expect("the temporary folder takes it")
}

/// Returns whether the cells of a workbook can have the texts of a body as they are.
fn is_for_sheets(body: &Body) -> bool {
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let texts = body.values().map(bare);
    texts.into_iter().all(|text| text.len() < 32_767 && text.chars().all(is_plain))
}

/// CSV says the same in UTF-8 and in UTF-16.
fn hold_utf16(bytes: &[u8]) {
    // The header is looked for in the first buffer.
    let Ok(text) = str::from_utf8(bytes) else { return };
    if bytes.len() > 1000 {
        return;
    }
    let columns = payment::COLUMNS;
    let read = |bytes: &[u8]| {
        let table = Table::read(bytes, columns)?;
        let rows = table.rows.into_iter().map(|row| (row.line, row.cells)).collect::<Vec<_>>();
        Ok::<_, (u64, String)>((rows, table.end.map_err(|error| said(&error))))
    };
    let marked = format!("\u{feff}{text}");
    let units: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&units), read(marked.as_bytes()));
}

/// Every product of a catalogue is accepted, or has problems with their places. What is accepted keeps its bounds, and is
/// unchanged when it is printed and imported again: as CSV, as a workbook and as JSON.
fn hold_catalogue(bytes: &[u8], has_workbook: bool) {
    let products = match ProductRows::open(Cursor::new(bytes.to_vec())) {
        Ok(products) => products,
        Err(error) => return drop(said(&error)),
    };
    for (placed, number) in products.zip(1..) {
        assert_eq!(placed.number, number, "products are numbered in a row");
        if let Some(label) = &placed.product.label {
            hold_shown(label);
        }
        match placed.product.product {
            Ok(incoming) => hold_product(&incoming, number, has_workbook),
            Err(problems) => {
                assert!(!problems.is_empty(), "what is refused has a reason");
                problems.first().iter().for_each(|problem| hold_problem(problem));
            }
        }
    }
}

fn hold_product(incoming: &IncomingProduct, number: u64, has_workbook: bool) {
    let mut new_id = || Uuid::from_u128(number.into());
    let product = match decide_row(incoming, RowMatches::default(), None, &mut new_id) {
        Ok(decision) => decision.change.into_product(),
        Err(rejected) => return rejected.problems.iter().for_each(|problem| hold_problem(&problem.to_string())),
    };
    let texts = [(Some(&product.name), 255), (product.barcode.as_ref(), 100)];
    for (text, longest) in texts.into_iter().filter_map(|(text, longest)| Some((text?, longest))) {
        assert!(!text.trim().is_empty() && text.chars().count() <= longest, "{text:?}");
    }
    let body = product_fields(&product, PRODUCT_KEYS);
    let printed = Value::Object(body.clone()).to_string();
    let read = read_product(printed.as_bytes()).expect("what is printed is JSON");
    let incoming = read.product.unwrap_or_else(|problems| panic!("{problems:?}: {printed}"));
    let matches = Matches { by_id: Some(product.clone()), ..Matches::default() };
    hold_unchanged(decide(&incoming, matches, &mut || unreachable!()), &product);
    hold_again(&as_csv(std::slice::from_ref(&body)), &product);
    if has_workbook && is_for_sheets(&body) {
        hold_again(&as_workbook(&[body]), &product);
    }
}

/// Holds that a table says of one product what it is already.
fn hold_again(table: &[u8], product: &Product) {
    let open = ProductRows::open(Cursor::new(table.to_vec()));
    let read: Vec<_> = open.unwrap_or_else(|error| panic!("{error:?}: {}", show(table))).collect();
    let [placed] = &read[..] else { panic!("it is one product: {}", show(table)) };
    let incoming = placed.product.product.as_ref().unwrap_or_else(|error| panic!("{error:?}: {}", show(table)));
    let matches = RowMatches { by_id: Some(product.clone()), ..RowMatches::default() };
    hold_unchanged(decide_row(incoming, matches, None, &mut || unreachable!()), product);
}

fn hold_unchanged(decided: Result<ProductDecision, ProductRejected>, product: &Product) {
    let decision = decided.unwrap_or_else(|rejected| panic!("{rejected:?}: {product:?}"));
    assert_eq!((decision.change, decision.ignored_stock), (ProductChange::Unchanged(product.clone()), None));
}
