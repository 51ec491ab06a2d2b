//! The products of a table: a row each, or a row for each size. The rows of one product may stand anywhere.

use std::collections::HashMap;
use std::fmt::Display;
use std::io::{BufRead, Seek};

use super::json::{ReadProduct, read_images, read_size_quantities};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::problems::Problems;
use crate::domain::product::ProductId;
use crate::domain::product_change::{IncomingProduct, IncomingStock};
use crate::domain::text::{shorten, size_key};
use crate::domain::typed_text::read_text;
use crate::input::list::product_cells::{self, NAME, NO_PRODUCT, RowPlaces, SKU};
use crate::input::stream::format::{Format, is_chat};
use crate::input::table::cell::{Cells, one_of, read_id, read_money, read_pieces, read_product_code};
use crate::input::table::cell_value::CellValue;
use crate::input::table::columns::Columns;
use crate::input::table::csv::{self, CsvRows, ZIP};
use crate::input::table::open::open_rows;
use crate::input::table::rows::{Rows, RowsError, Sheets};

/// The columns that are read: those of a shop's sheet, and those of `product list`.
pub const COLUMNS: &[&str] = &[
    "id",
    "sku",
    "barcode",
    "name",
    "product",
    "price",
    "discountedPrice",
    "size",
    "stock",
    "quantity",
    "qty",
    "stockQuantity",
    "image",
    "imagePaths",
    "sizeQuantities",
    "lowStockAt",
    "inStock",
];

/// Columns that mean the same: a table has one of them.
const STOCK: [&str; 4] = ["stock", "quantity", "qty", "stockQuantity"];
const IMAGE: [&str; 2] = ["image", "imagePaths"];
const SIZES: [&str; 2] = ["size", "sizeQuantities"];

/// The most bytes that the rows of a table may take (24 MiB): all are kept, as rows of one product may stand anywhere.
const TABLE_LIMIT: usize = 24 << 20;
/// How many bytes of memory a row takes beside its texts.
const ROW_OVERHEAD: usize = 128;
/// The most rows of one product.
const SIZES_LIMIT: usize = crate::domain::limits::SIZES;

/// A row of a table that is kept until all are read.
#[derive(Debug)]
struct KeptRow {
    /// The number of its product, from 0.
    product: u32,
    line: u64,
    /// Its cells, encoded; or why there are none.
    cells: Result<Box<[u8]>, Box<str>>,
}

/// A product of a table, with its place.
#[derive(Debug)]
pub struct PlacedProduct {
    /// Its number in the table, from 1.
    pub number: u64,
    /// The line of its first row, or of the first that has a problem.
    pub line: u64,
    /// The product.
    pub product: ReadProduct,
    /// How many bytes its rows have.
    pub size: usize,
}

/// The products of a table, in the order of their first rows.
#[derive(Debug)]
pub struct ProductRows {
    rows: std::iter::Peekable<std::vec::IntoIter<KeptRow>>,
    columns: Columns,
    sheets: Option<Sheets>,
    has_decimal_comma: bool,
}

impl ProductRows {
    /// Reads a table to its end.
    ///
    /// # Errors
    /// Reading failed; it is no table; its columns name no products, or are ambiguous; or it is too long.
    pub fn open(mut source: impl BufRead + Seek + Send + 'static) -> Result<ProductRows, RowsError> {
        let head = source.fill_buf()?;
        let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if is_chat(first_line) || is_chat(head) && CsvRows::begin(head, COLUMNS).is_err() {
            return Err(RowsError::CutOff { line: 1, problem: "is a chat; use: orders import".to_owned() });
        }
        ProductRows::read(open_rows(source, COLUMNS)?)
    }

    fn read(mut rows: Rows<'_>) -> Result<ProductRows, RowsError> {
        check_columns(rows.columns()).map_err(|problem| RowsError::CutOff { line: rows.columns().line(), problem })?;
        let (columns, sheets) = (rows.columns().clone(), rows.sheets().cloned());
        let (mut kept, mut products, mut size) = (Vec::new(), HashMap::new(), 0);
        while let Some(row) = rows.next_row()? {
            let key = row.cells.as_ref().ok().and_then(|cells| product_key(&Cells::of(cells, &columns, row.line)));
            let cells = match row.cells {
                Ok(cells) => Ok(encode(&cells)),
                Err(problem) => Err(problem.into_boxed_str()),
            };
            size += ROW_OVERHEAD
                + key.as_ref().map_or(0, String::len)
                + cells.as_ref().map_or_else(|problem| problem.len(), |cells| cells.len());
            if size > TABLE_LIMIT {
                let problem = format!("has more than {TABLE_LIMIT} bytes of products: import it in parts");
                return Err(RowsError::CutOff { line: row.line, problem });
            }
            let next = u32::try_from(products.len()).unwrap_or(u32::MAX);
            // A row that names no product stands alone.
            let key = key.unwrap_or_else(|| format!("\0{}", row.line));
            kept.push(KeptRow {
                product: *products.entry(key.into_boxed_str()).or_insert(next),
                line: row.line,
                cells,
            });
        }
        kept.sort_by_key(|row| row.product);
        let has_decimal_comma = rows.has_decimal_comma();
        Ok(ProductRows { rows: kept.into_iter().peekable(), columns, sheets, has_decimal_comma })
    }

    /// Returns the columns that are not read.
    pub fn unread_columns(&self) -> &[String] {
        self.columns.unread()
    }

    /// Returns the sheets of a workbook.
    pub fn sheets(&self) -> Option<&Sheets> {
        self.sheets.as_ref()
    }
}

impl Iterator for ProductRows {
    type Item = PlacedProduct;

    fn next(&mut self) -> Option<PlacedProduct> {
        let first = self.rows.next()?;
        let mut merged = MergedRows::begin(&first);
        let (product, mut size) = (first.product, 0);
        let mut row = Some(first);
        while let Some(kept) = row {
            size += kept.cells.as_ref().map_or(0, |cells| cells.len());
            merged.add(&kept, &self.columns, self.has_decimal_comma);
            row = self.rows.next_if(|row| row.product == product);
        }
        Some(merged.finish(u64::from(product) + 1, size))
    }
}

/// Packs cells into one piece of memory.
fn encode(cells: &[CellValue]) -> Box<[u8]> {
    postcard::to_extend(cells, Vec::new()).expect("memory takes every row").into_boxed_slice()
}

/// Unpacks cells.
fn decode(cells: &[u8]) -> Vec<CellValue> {
    postcard::from_bytes(cells).expect("they were packed just before")
}

/// Returns whether a source is to be read as a table, by its first bytes: all that is not JSON.
pub fn is_table(head: &[u8]) -> bool {
    head.starts_with(ZIP) || CsvRows::begin(head, COLUMNS).is_ok() || Format::of(head) != Ok(Format::Json)
}

/// Says why a stream that goes on after these first bytes can never become readable.
pub fn refuse_endless(head: &[u8]) -> Option<String> {
    if is_table(head) { csv::refuse_endless(head, COLUMNS) } else { Format::refuse_endless(head) }
}

/// Checks that a table of products has the columns that it needs.
fn check_columns(columns: &Columns) -> Result<(), String> {
    for names in [&STOCK[..], &IMAGE, &SIZES] {
        one_of(columns, names)?;
    }
    product_cells::check_columns(columns)
}

/// Returns what names the product of a row: the same for all rows of one product.
fn product_key(cells: &Cells<'_>) -> Option<String> {
    // A row with a wrong id is refused, and must not be joined with others.
    let id = cells.cell("id").and_then(|id| read_id(id).ok()).map(|id| format!("id {id}"));
    let sku = || {
        cells
            .cell(cells.one_of(&SKU))
            .map(|sku| format!("sku {}", read_product_code(sku, usize::MAX).unwrap_or(sku.to_owned())))
    };
    let name = || cells.cell(cells.one_of(&NAME)).map(|name| format!("name {name}"));
    id.or_else(sku).or_else(name)
}

/// Returns whether a column has colors.
fn is_color(name: &str) -> bool {
    matches!(&*name.to_lowercase(), "color" | "colour" | "colors" | "colours" | "اللون" | "لون")
}

/// A value that some rows of a product have: the same one in all of them.
#[derive(Debug)]
struct Agreed<T> {
    value: Option<(T, u64)>,
}

impl<T> Default for Agreed<T> {
    fn default() -> Agreed<T> {
        Agreed { value: None }
    }
}

impl<T: PartialEq + Display> Agreed<T> {
    /// Takes the value of the row on `line`.
    fn add(&mut self, value: Option<T>, name: &str, line: u64, cells: &mut Cells<'_>) {
        match (&self.value, value) {
            (_, None) => {}
            (None, Some(value)) => self.value = Some((value, line)),
            (Some((known, before)), Some(value)) if *known != value => {
                let (value, known) = (value.to_string(), known.to_string());
                cells.add(name, format_args!("is {}, but {} in row {before}", shorten(&value), shorten(&known)));
            }
            _ => {}
        }
    }

    fn take(self) -> Option<T> {
        self.value.map(|(value, _)| value)
    }
}

/// The rows of one product, put together.
#[derive(Debug)]
struct MergedRows {
    label: Option<String>,
    line: u64,
    /// Where the cells of its first row stand.
    places: Option<RowPlaces>,
    id: Agreed<ProductId>,
    name: Agreed<String>,
    barcode: Agreed<String>,
    price: Agreed<Money>,
    discounted_price: Agreed<Money>,
    low_stock_at: Agreed<i64>,
    images: Vec<String>,
    /// Each size with its stock, where that is said.
    sizes: Vec<(String, Option<i64>)>,
    /// The line of each size key.
    size_lines: HashMap<String, u64>,
    /// The line of the row without a size, and the stock that it says.
    whole: Option<(u64, Option<IncomingStock>)>,
    problems: Problems,
}

impl MergedRows {
    fn begin(first: &KeptRow) -> MergedRows {
        MergedRows {
            label: None,
            line: first.line,
            places: None,
            id: Agreed::default(),
            name: Agreed::default(),
            barcode: Agreed::default(),
            price: Agreed::default(),
            discounted_price: Agreed::default(),
            low_stock_at: Agreed::default(),
            images: Vec::new(),
            sizes: Vec::new(),
            size_lines: HashMap::new(),
            whole: None,
            problems: Problems::default(),
        }
    }

    /// Adds a row. Its problems name its line, except those of the first bad row: that is the product's place.
    fn add(&mut self, row: &KeptRow, columns: &Columns, has_decimal_comma: bool) {
        let mut problems = Problems::default();
        match &row.cells {
            Err(problem) => problems.push(problem),
            Ok(encoded) => {
                let cells = decode(encoded);
                let places = RowPlaces::of(columns, row.line);
                self.places.get_or_insert(places);
                self.add_cells(Cells::of(&cells, columns, row.line), row.line, has_decimal_comma, &mut problems);
            }
        }
        if problems.is_empty() {
            return;
        }
        if self.problems.is_empty() {
            self.line = row.line;
        }
        let place = if self.line == row.line { String::new() } else { format!("row {}", row.line) };
        self.problems.add_all(&place, problems);
    }

    fn add_cells(&mut self, mut cells: Cells<'_>, line: u64, has_decimal_comma: bool, problems: &mut Problems) {
        let [sku, name_column, stock, image] = [&SKU[..], &NAME, &STOCK, &IMAGE].map(|names| cells.one_of(names));
        if self.label.is_none() {
            self.label = product_cells::label(&cells);
        }
        if product_cells::label(&cells).is_none() {
            cells.problems.push(NO_PRODUCT);
        }
        let id = cells.read("id", read_id);
        let name = cells.read(name_column, |text| read_text(text, limits::NAME));
        let barcode = cells.read(sku, |text| read_product_code(text, limits::BARCODE));
        let price = cells.read("price", |text| read_money(text, has_decimal_comma));
        let discounted_price = cells.read("discountedPrice", |text| read_money(text, has_decimal_comma));
        let low_stock_at = cells.read("lowStockAt", |text| read_pieces(text, has_decimal_comma));
        let images = cells.read(image, |text| match image {
            "imagePaths" => read_images(text),
            _ => Ok(vec![read_text(text, limits::IMAGE)?]),
        });
        let size = cells.read("size", |text| read_product_code(text, limits::CHOICE));
        let has_bad_size = size.is_none() && cells.cell("size").is_some();
        let total = cells.read(stock, |text| read_pieces(text, has_decimal_comma));
        let by_size = cells.read("sizeQuantities", |text| read_size_quantities(text, total));
        self.id.add(id, "id", line, &mut cells);
        self.name.add(name, name_column, line, &mut cells);
        self.barcode.add(barcode, sku, line, &mut cells);
        self.price.add(price, "price", line, &mut cells);
        self.discounted_price.add(discounted_price, "discountedPrice", line, &mut cells);
        self.low_stock_at.add(low_stock_at, "lowStockAt", line, &mut cells);
        for image in images.unwrap_or_default() {
            if !self.images.contains(&image) && self.images.len() < limits::IMAGES {
                self.images.push(image);
            }
        }
        match size {
            _ if has_bad_size => {}
            Some(size) => self.add_size(size, total, line, &mut cells),
            None => self.add_whole(by_size.or(total.map(IncomingStock::Total)), line, &mut cells),
        }
        problems.add_all("", cells.problems);
    }

    fn add_size(&mut self, size: String, stock: Option<i64>, line: u64, cells: &mut Cells<'_>) {
        if let Some((whole, _)) = self.whole {
            cells.add("size", format_args!("is {size}, but blank in row {whole}"));
        } else if let Some(before) = self.size_lines.get(&size_key(&size)) {
            let colors = match cells.unread().iter().any(|name| is_color(name)) {
                true => ": stock has no colors; make each color a product, with its own sku and name",
                false => "",
            };
            cells.add("size", format_args!("\"{size}\" stands in row {before} too{colors}"));
        } else if self.sizes.len() == SIZES_LIMIT {
            cells.add("size", format_args!("a product has at most {SIZES_LIMIT} sizes"));
        } else {
            self.size_lines.insert(size_key(&size), line);
            self.sizes.push((size, stock));
        }
    }

    fn add_whole(&mut self, stock: Option<IncomingStock>, line: u64, cells: &mut Cells<'_>) {
        if let Some((before, _)) = self.whole {
            let problem = format_args!("is the product of row {before} too: rows of one product need a size each");
            cells.problems.push(problem);
        } else if let Some(before) = self.size_lines.values().min() {
            cells.add("size", format_args!("is blank, but not in row {before}"));
        } else {
            self.whole = Some((line, stock));
        }
    }

    fn finish(self, number: u64, size: usize) -> PlacedProduct {
        let is_said = self.sizes.iter().any(|(_, stock)| stock.is_some());
        let stock = match self.whole {
            Some((_, stock)) => stock,
            None if is_said => Some(IncomingStock::BySize(
                self.sizes.into_iter().map(|(size, stock)| (size, stock.unwrap_or_default())).collect(),
            )),
            None => Some(IncomingStock::Sizes(self.sizes.into_iter().map(|(size, _)| size).collect())),
        };
        let product = IncomingProduct {
            id: self.id.take(),
            name: self.name.take(),
            // A blank cell says nothing.
            barcode: self.barcode.take().map(Some),
            price: self.price.take(),
            discounted_price: self.discounted_price.take().map(Some),
            image_paths: Some(self.images).filter(|images| !images.is_empty()),
            low_stock_at: self.low_stock_at.take().map(Some),
            stock,
        };
        let product = if self.problems.is_empty() { Ok(product) } else { Err(self.problems) };
        let product = ReadProduct { label: self.label, product, row: Some(self.places.unwrap_or_default()) };
        PlacedProduct { number, line: self.line, product, size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads CSV: each product with its place, or its problems.
    fn read(csv: &str) -> Result<Vec<(u64, Result<IncomingProduct, Vec<String>>)>, String> {
        let said = |error| match error {
            RowsError::CutOff { line, problem } => format!("{line}: {problem}"),
            RowsError::Io(error) => error.to_string(),
        };
        let rows = CsvRows::begin(csv.as_bytes(), COLUMNS).map_err(said)?;
        let products = ProductRows::read(rows).map_err(said)?;
        Ok(products.map(|placed| (placed.line, placed.product.product.map_err(Problems::into_first))).collect())
    }

    fn problems(csv: &str) -> Vec<(u64, Vec<String>)> {
        let read = read(csv).unwrap().into_iter();
        read.filter_map(|(line, product)| Some((line, product.err()?))).collect()
    }

    fn by_size(sizes: &[(&str, i64)]) -> IncomingStock {
        IncomingStock::BySize(sizes.iter().map(|(size, stock)| ((*size).to_owned(), *stock)).collect())
    }

    #[test]
    fn rows_of_one_product_are_one_wherever_they_stand() {
        let read = read(
            "SKU,Name,Price,Size,Stock,Low stock at,Discounted price,Image\n\
             PL-1,Polo,20,S,1,,,a.jpg\n\
             C-1,Cap,9.5,,5,2,0,\n\
             PL-1,Polo,20.00,L,,,,b.jpg\n\
             ,Sock,3,,,,,\n\
             PL-1,,,M,3,,18,a.jpg\n",
        )
        .unwrap();
        let products: Vec<_> = read.into_iter().map(|(line, product)| (line, product.unwrap())).collect();
        let [(2, polo), (3, cap), (5, sock)] = products.as_slice() else { panic!("{products:?}") };
        assert_eq!(polo.stock.clone().unwrap(), by_size(&[("S", 1), ("L", 0), ("M", 3)]));
        assert_eq!(
            (polo.name.as_deref(), polo.price, polo.discounted_price, polo.image_paths.as_deref()),
            (
                Some("Polo"),
                Money::parse("20").ok(),
                Some(Money::parse("18").ok()),
                Some(&["a.jpg".to_owned(), "b.jpg".to_owned()][..])
            )
        );
        assert_eq!((cap.stock.clone(), cap.low_stock_at), (Some(IncomingStock::Total(5)), Some(Some(2))));
        assert_eq!(cap.discounted_price, Some(Some(Money::ZERO)));
        let blank = IncomingProduct {
            name: Some("Sock".to_owned()),
            price: Money::parse("3").ok(),
            ..IncomingProduct::default()
        };
        assert_eq!(*sock, blank);
    }

    #[test]
    fn sizes_may_stand_there_without_their_stock() {
        let read = read("name,price,size\nPolo,20,S\nPolo,,L\n").unwrap();
        let sizes = IncomingStock::Sizes(vec!["S".to_owned(), "L".to_owned()]);
        assert_eq!(read[0].1.as_ref().unwrap().stock, Some(sizes));
    }

    #[test]
    fn what_product_list_prints_is_read() {
        let read = read(
            "id,name,barcode,price,discountedPrice,imagePaths,stockQuantity,inStock,sizeQuantities,lowStockAt\n\
             550e8400-e29b-41d4-a716-446655440000,Tee,T-1,29.99,,\"[\"\"a.jpg\"\"]\",3,true,\"{\"\"S\"\":1,\"\"L\"\":2}\",\n",
        )
        .unwrap();
        let product = read[0].1.as_ref().unwrap();
        assert_eq!(
            (&product.stock, &product.image_paths),
            (&Some(by_size(&[("S", 1), ("L", 2)])), &Some(vec!["a.jpg".to_owned()]))
        );
        for (cells, problem) in [
            (
                "[],4,\"{\"\"S\"\":1}\"",
                "sizeQuantities (D2): \"{\"S\":1}\" does not fit the stock: is 4, but sizeQuantities sum to 1",
            ),
            ("a.jpg,,", "imagePaths (B2): \"a.jpg\" must be JSON, as product list --format csv prints it"),
            ("{},,", "imagePaths (B2): \"{}\" must be an array, is an object"),
            (",,\"{\"\"S\"\":-1}\"", "sizeQuantities (D2): \"{\"S\":-1}\" has a problem: S: must be at least 0"),
        ] {
            let csv = format!("sku,imagePaths,stockQuantity,sizeQuantities\nT-1,{cells}\n");
            assert_eq!(problems(&csv), [(2, vec![problem.to_owned()])], "{cells}");
        }
    }

    #[test]
    fn what_is_wrong_has_its_column_and_line() {
        let found = problems(
            "sku,name,price,size,stock\n\
             A,Polo,20,S,1\n\
             B,Cap,x,,-1\n\
             A,Polo,21,M,1\n\
             A,Pole,20,s,1.5\n\
             A,Polo,20,,1\n\
             ,,5,L,1\n\
             C,Hat,5,,1\n\
             C,Hat,5,,1\n\
             D,Bag,5,,1\n\
             D,Bag,5,S,1\n\
             6.22E+12,Sun,5,,1\n\
             E,\u{200b},5,,1\n",
        );
        let expected: Vec<(u64, &[&str])> = vec![
            (
                4,
                &[
                    "price (C4): is 21.00, but 20.00 in row 2",
                    "row 5: stock (E5): \"1.5\" must be a whole number from 0 to 2147483647",
                    "row 5: name (B5): is Pole, but Polo in row 2",
                    "row 5: size (D5): \"s\" stands in row 2 too",
                    "row 6: size (D6): is blank, but not in row 2",
                ],
            ),
            (
                3,
                &[
                    "price (C3): \"x\" must be a number such as 29.99",
                    "stock (E3): \"-1\" must be a whole number from 0 to 2147483647",
                ],
            ),
            (7, &["names no product: its sku, name and id are blank (in merged cells only the first row has a value)"]),
            (9, &["is the product of row 8 too: rows of one product need a size each"]),
            (11, &["size (D11): is S, but blank in row 10"]),
            (
                12,
                &[
                    "sku (A12): \"6.22E+12\" is a long number that a spreadsheet cut: make its column text, and enter it anew",
                ],
            ),
            (13, &["name (B13): \"\u{200b}\" must not be blank"]),
        ];
        let expected: Vec<(u64, Vec<String>)> = expected
            .into_iter()
            .map(|(line, problems)| (line, problems.iter().map(|&problem| problem.to_owned()).collect()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_table_without_products_is_refused() {
        for (csv, problem) in [
            ("price,size\n", "1: has no column sku, name or id; it has price, size"),
            ("sku,barcode\n", "1: has the columns sku and barcode, which mean the same: rename one of them"),
            ("name,stock,stockQuantity\n", "1: has the columns stock and stockQuantity, which mean the same"),
            ("x,y\n", "1: has none of the columns id, sku, barcode, name, product, price"),
            ("name,size,sizeQuantities\n", "1: has the columns size and sizeQuantities, which mean the same"),
        ] {
            let said = read(csv).unwrap_err();
            assert!(said.starts_with(problem), "{csv}: {said}");
        }
        assert_eq!(read("name,price\n").unwrap(), []);
    }

    #[test]
    fn a_table_has_limits() {
        let long = format!("name,price\n{}", format!("{}\n", "x".repeat(1000)).repeat(TABLE_LIMIT / 1000));
        assert!(read(&long).unwrap_err().contains("has more than 25165824 bytes of products: import it in parts"));
        let sizes: String = (0..=SIZES_LIMIT).map(|size| format!("A,{size}\n")).collect();
        let found = problems(&format!("sku,size\n{sizes}"));
        assert_eq!(found, [(1002, vec!["size (B1002): a product has at most 1000 sizes".to_owned()])]);
    }

    #[test]
    fn a_table_is_told_from_json_by_its_first_bytes() {
        for (head, expected) in [
            (&b"name,price\nCap,5\n"[..], true),
            (b"\"name\";\"price\"\n", true),
            (b"PK\x03\x04", true),
            (b"\xff\xfen\0a\0m\0e\0,\0p\0\n\0", true),
            (b"Catalogue 2026;;\nname;price\n", true),
            (b"{\"name\":\"Cap\",\"price\":5}\n", false),
            (b"[{\"name\":\"Cap\"}]", false),
            (b"{\"results\":[", false),
            (b"6/2/26, 18:06 - Karim: name, price\n", true),
            (b"", false),
            (b"%PDF-1.7", true),
        ] {
            assert_eq!(is_table(head), expected, "{head:?}");
        }
    }
}
