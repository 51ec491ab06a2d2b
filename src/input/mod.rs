//! Untrusted bytes → domain values, with every problem and its place. The only I/O is on the given reader.
//!
//! | file | what it reads |
//! |---|---|
//! | [`json_scan`] | following the brackets and strings of a JSON value, without parsing it |
//! | [`records`] | where one record ends and the next begins, in a stream of any length |
//! | [`format`] | the format of a stream, by its first bytes |
//! | [`zip`] | the chat in the zip file that a phone exports |
//! | [`json`], [`json_fields`] | JSON values, numbers as text; the fields of an object, none ignored silently |
//! | [`envelope`] | the object around the records of a list endpoint |
//! | [`order_record`] | the orders in a record, recognised by its content |
//! | [`order_sink`] | the orders of a record, passed on one by one; those that nothing read |
//! | [`parsed_order`] | one order of a record, or its problems |
//! | [`order_json`] | an order as the web page posts it |
//! | [`order_message`], `order_draft`, [`order_lines`], [`order_date`] | the shop's order message, as WhatsApp carries it; what stands under which label; its lines; its date |
//! | [`order_marks`] | marks of an order in text that lost its line breaks |
//! | [`order_texts`] | order messages among the strings of a JSON text, under any key |
//! | [`order_signs`] | carts and orders anywhere in a JSON text |
//! | [`webhook`] | WhatsApp Cloud API webhooks |
//! | [`message`], [`cart`], [`conversation`] | one message in any shape; a cart of the catalogue; its two ends |
//! | [`chat_dump`] | chats as JSON |
//! | [`chat_text`], `chat_lines` | orders in the text that WhatsApp exports, or in a log; its lines |
//! | [`stranger`] | names for what is not accepted |
//! | [`product_json`], [`product_rows`] | a product of the catalogue; the products of a table |
//! | [`list_file`], [`table`] | a list in a file; tables: rows of cells under named columns |
//! | [`csv_rows`], `utf16`, [`xlsx_rows`] | the rows of CSV, UTF-16 too; those of a spreadsheet |
//! | `xlsx_parts` | the sheets of a spreadsheet, and the texts that cells share |
//! | `xlsx_styles`, `xlsx_xml` | which styles of a spreadsheet show dates; the XML of its parts |
//! | [`cell`], [`cell_value`] | cells, and what people write into them; text or date |
//! | `product_cells`, `order_cell` | what a row says of a product; which order it names |
//! | [`payment_row`], [`delivery_row`], `count_row`, `status_row` | a row of a list of payments; of a delivery; of a count sheet; of a list of statuses |
//! | `time_cell` | a time in a cell |
//! | [`reject`] | what is kept of a rejected record or message |
//! | [`setting`] | the value of a setting |

pub(crate) mod cart;
pub(crate) mod cell;
pub mod cell_value;
pub(crate) mod chat_dump;
mod chat_lines;
pub mod chat_text;
pub(crate) mod conversation;
pub(crate) mod count_row;
pub mod csv_rows;
pub(crate) mod delivery_row;
pub mod envelope;
pub mod format;
pub mod json;
pub(crate) mod json_fields;
pub mod json_scan;
pub mod list_file;
pub(crate) mod message;
pub(crate) mod order_cell;
pub(crate) mod order_date;
mod order_draft;
pub(crate) mod order_json;
pub mod order_lines;
pub mod order_marks;
pub mod order_message;
pub mod order_record;
pub(crate) mod order_signs;
pub(crate) mod order_sink;
pub(crate) mod order_texts;
pub mod parsed_order;
pub mod payment_row;
pub(crate) mod product_cells;
pub(crate) mod product_json;
pub(crate) mod product_rows;
pub mod records;
pub mod reject;
mod rewind;
#[cfg(test)]
mod samples;
pub(crate) mod setting;
pub(crate) mod status_row;
pub(crate) mod stranger;
pub mod table;
mod time_cell;
pub(crate) mod timestamp;
pub(crate) mod username;
mod utf16;
pub(crate) mod webhook;
mod xlsx_parts;
pub mod xlsx_rows;
mod xlsx_styles;
mod xlsx_xml;
pub mod zip;
