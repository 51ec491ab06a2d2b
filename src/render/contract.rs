//! What scripts can rely on: the program's JSON bodies with their keys and types, for `orders help json`.

use super::count::{DIFFERENCE_KEYS, RESERVED_KEYS, SHEET_KEYS};
use super::help::{paragraph, two_columns};
use super::json::{
    CUSTOMER_KEYS, CUSTOMER_RECORD_KEYS, CUSTOMER_RETURN_KEYS, DELIVERY_KEYS, EVENT_KEYS, FINDING_KEYS, FORGOTTEN_KEYS,
    ITEM_KEYS, ITEM_ROW_KEYS, NOTE_KEYS, ORDER_KEYS, PAYMENT_KEYS, PRODUCT_CHANGE_KEYS, PRODUCT_ENTRY_KEYS,
    PRODUCT_KEYS, RECEIVED_KEYS, RETURN_KEYS, SUMMARY_KEYS, USER_KEYS,
};
use super::paper::{invoice, slip};
use super::report::{money, pending, stock};
use super::today;
use crate::domain::settings::SettingKey;

/// A JSON body.
struct Shape {
    name: &'static str,
    /// The commands that print it, or the body that contains it.
    printed_by: &'static str,
    keys: &'static [&'static str],
}

const fn shape(name: &'static str, printed_by: &'static str, keys: &'static [&'static str]) -> Shape {
    Shape { name, printed_by, keys }
}

const SHAPES: &[Shape] = &[
    shape("order", "create, show, set-status, cancel, edit, return, note, pay, refund", ORDER_KEYS),
    shape("item", "the items of an order", ITEM_KEYS),
    shape("payment", "the payments of an order", PAYMENT_KEYS),
    shape("return", "the returns of an order", RETURN_KEYS),
    shape("note", "the notes of an order", NOTE_KEYS),
    shape("listed order", "list, an array; with --items an array of orders, as my-orders", SUMMARY_KEYS),
    shape("row of an item", "list --items as csv or xlsx: a row an item", ITEM_ROW_KEYS),
    shape("count", "list --count", &["count"]),
    shape("confirmed order", "confirm", &["success", "order", "stockUpdated", "message"]),
    shape(
        "failed order",
        "--keep-going, in the array with those that were done",
        &["success", "orderReference", "error", "details", "code", "reason"],
    ),
    shape(
        "unchanged order",
        "create of an order that exists, for accounts that may not see it",
        &["orderReference", "unchanged"],
    ),
    shape("event", "history, an array", EVENT_KEYS),
    shape("movement", "the movements of an event", &["productName", "size", "delta"]),
    shape("message", "message", &["orderReference", "phone", "text", "link"]),
    shape("slips", "slip; --format csv prints the pick list", slip::KEYS),
    shape("line of a pick list", "the pickList of slip", slip::PICK_LINE_KEYS),
    shape("invoice", "invoice", invoice::KEYS),
    shape(
        "import",
        "import; product import adds updated",
        &["imported", "unchanged", "rejected", "skipped", "warnings", "errors"],
    ),
    shape(
        "change of a product",
        "product import --dry-run, which adds changes: the first 1000; a new product changes from null to its name",
        PRODUCT_CHANGE_KEYS,
    ),
    shape("list of statuses", "set-status --from", &["changed", "unchanged", "rejected", "warnings", "errors"]),
    shape("list of payments", "pay --from", &["recorded", "unchanged", "rejected", "warnings", "errors"]),
    shape(
        "rejected record",
        "the errors of an import or a list of payments",
        &["file", "record", "line", "reference", "problems", "code", "reason", "sheet"],
    ),
    shape("product", "product add, show, set, adjust, count, remove; product list, an array", PRODUCT_KEYS),
    shape("customer", "customer list, an array; customer note, block, unblock", CUSTOMER_KEYS),
    shape("customer with orders", "customer show: up to 1000 of the newest orders", CUSTOMER_RECORD_KEYS),
    shape("return of a customer", "the returns of customer show", CUSTOMER_RETURN_KEYS),
    shape("forgotten customer", "customer forget", FORGOTTEN_KEYS),
    shape(
        "stock movement",
        "product history, an array; a change of a price has the reason price or discountedPrice, and no delta",
        PRODUCT_ENTRY_KEYS,
    ),
    shape("line of a count sheet", "product sheet, an array", SHEET_KEYS),
    shape(
        "count sheet taken",
        "product count FILE",
        &["corrected", "unchanged", "rejected", "skipped", "warnings", "errors", "differences"],
    ),
    shape("difference", "the differences of a count sheet that was taken", DIFFERENCE_KEYS),
    shape("reserved pieces", "the reservedFor of a difference", RESERVED_KEYS),
    shape("delivery", "product receive", DELIVERY_KEYS),
    shape("received item", "the items of a delivery", RECEIVED_KEYS),
    shape(
        "failed delivery",
        "the further keys of a failed product receive",
        &["received", "unchanged", "rejected", "warnings", "errors"],
    ),
    shape("account", "user add, remove; user list, an array", USER_KEYS),
    shape("settings", "config; config KEY only that key", &SettingKey::NAMES),
    shape("finding", "check, an array", FINDING_KEYS),
    shape("backup", "backup", &["path", "orders", "bytes"]),
    shape("report", "report, today; report sales adds by", &["report", "since", "until", "timeZone", "rows", "totals"]),
    shape("row of pending", "the rows of report pending", pending::KEYS),
    shape(
        "totals of pending",
        "the totals of report pending",
        &["orders", "itemCount", "total", "currency", "enough", "contested", "short", "unclear"],
    ),
    shape(
        "row of sales",
        "the rows of report sales; in place of day also week, month, status, or productId, productName, productBarcode",
        &["day", "orders", "itemCount", "total"],
    ),
    shape("totals of sales", "the totals of report sales", &["orders", "itemCount", "total", "currency"]),
    shape("report of money", "report money", money::KEYS),
    shape(
        "row of money",
        "the rows of report money; in place of method also day, or payment (its number), which adds orderReference, paidAt, method and \
         receipt",
        &["method", "in", "out", "net", "payments"],
    ),
    shape("totals of money", "the totals of report money", &["in", "out", "net", "payments"]),
    shape("order of money", "withCouriers, owed and unpaid of report money", money::ORDER_KEYS),
    shape("row of stock", "the rows of report stock", stock::KEYS),
    shape(
        "totals of stock",
        "the totals of report stock",
        &["short", "out", "low", "onHand", "demand", "missing", "unclearDemand"],
    ),
    shape("row of today", "the rows of today, of each list the first ten", today::KEYS),
    shape(
        "totals of today",
        "the totals of today: how many there are of each list, null where not all were counted",
        today::TOTALS,
    ),
    shape(
        "failure",
        "the last line of stderr, whatever failed; that of an import or a list has the keys of its body too, unless it was interrupted",
        &["success", "error", "details", "code", "hint", "exitCode", "reason"],
    ),
];

/// Returns the type of a key's value in a body; `?` means that it may be null.
fn type_of(body: &str, key: &str) -> &'static str {
    match key {
        "note" if body == "note" => "text",
        _ if body == "totals of today" => "number?",
        // A row is about an order or about stock, and the keys of the other are null.
        "orderReference" | "customerName" | "customerPhone" | "status" | "productName" | "state"
            if body == "row of today" =>
        {
            "text?"
        }
        "grandTotal" if body == "row of today" => "money?",
        "waitingSeconds" | "onHand" | "demand" if body == "row of today" => "number?",
        "productId" if body == "row of today" => "uuid?",
        "list" | "command" => "text",
        "pickList" => "[line of a pick list]",
        "orders" if body == "slips" => "[order]",
        "orders" if body == "customer with orders" => "[listed order]",
        "returns" if body == "customer with orders" => "[return of a customer]",
        "name" if body.starts_with("customer") => "text?",
        "phone" | "digits" if body.starts_with("customer") => "text",
        "orderCount" | "keptPieces" => "number",
        "keptTotal" => "money",
        "lastOrder" | "blockedAt" => "time?",
        "blocked" | "overwritten" => "true or false",
        "names" | "addresses" | "accounts" | "copies" => "[text]",
        "in" | "net" => "money",
        "out" if body != "totals of stock" => "money",
        "payments" if body != "order" => "number",
        "paid" | "due" if body == "order of money" => "money",
        "since" if matches!(body, "order of money" | "report of money") => "time",
        "withCouriers" | "owed" | "unpaid" => "[order of money]",
        "orderReference" if body == "stock movement" => "text?",
        "sku" | "product" => "text",
        "counted" if body == "line of a count sheet" => "number?",
        "asOf" => {
            if body == "difference" {
                "time?"
            } else {
                "time"
            }
        }
        "corrected" | "shelf" | "counted" | "difference" | "moved" | "before" | "after" => "number",
        "differences" => "[difference]",
        "reservedFor" => "[reserved pieces]",
        "unchanged" if matches!(body, "unchanged order" | "delivery") => "true or false",
        "reference" if body == "delivery" => "text",
        "field" => "text",
        "items" if body == "delivery" => "[received item]",
        "pieces" | "stockBefore" | "stockAfter" => "number",
        "phone" if body == "message" => "text",
        "reason" if body == "stock movement" => "text",
        "delta" | "balance" if body == "stock movement" => "number?",
        "priceFrom" | "priceTo" => "money?",
        "id" | "productId" => "uuid",
        "orderDate" | "createdAt" | "updatedAt" | "at" | "paidAt" | "until" => "time",
        "since" => "time?",
        "unitPrice" | "subtotal" | "total" | "price" | "discount" | "returned" | "grandTotal" | "kept" | "amount"
        | "value" => "money",
        "discountedPrice" | "deliveryFee" | "paid" | "due" => "money?",
        "quantity" | "returnedQuantity" | "item" | "itemCount" | "count" | "delta" | "number" | "balance"
        | "imported" | "recorded" | "changed" | "received" | "rejected" | "skipped" | "line" | "stockQuantity"
        | "lowStock" | "orders" | "bytes" | "waitingSeconds" | "onHand" | "demand" | "missing" | "exitCode"
        | "enough" | "contested" | "short" | "unclear" | "out" | "low" | "unclearDemand" => "number",
        "record" | "lowStockAt" | "voids" => "number?",
        "success" | "stockUpdated" | "inStock" | "cod" => "true or false",
        "unchanged" => "number",
        "order" => "order",
        "items" => "[item]",
        "payments" => "[payment]",
        "returns" => "[return]",
        "notes" => "[note]",
        "movements" => "[movement]",
        "errors" => "[rejected record]",
        "rows" => "[row]",
        "totals" => "totals",
        "sizeQuantities" => "{size: number}?",
        "details" | "warnings" | "problems" | "remarks" | "imagePaths" => "[text]",
        "orderReference" | "customerName" | "customerPhone" | "status" | "method" | "productName" | "error"
        | "code" | "actor" | "kind" | "text" | "file" | "name" | "username" | "role" | "timeZone" | "subject"
        | "problem" | "path" | "report" | "by" | "stock" | "state" | "day" | "message" => "text",
        _ => "text?",
    }
}

/// Returns the page, `width` columns wide. `codes` and `reasons` are the words of failures, each with what it means.
pub fn page(width: usize, codes: &[(String, String)], reasons: &[(String, String)]) -> String {
    let rules = [
        "A command prints one body, or an array of them: several REFs, or any number from -, make an array. --format ndjson \
         prints one body a line, without an array around them. The headers of --format csv are the keys.",
        "Types: text; uuid, a text; time, a text in RFC 3339, UTC; money, a text with two decimals (\"29.99\"); number, a whole \
         number. With ? it may be null. [item] is an array.",
        "With --dry-run, a body has a further key dryRun: true.",
        "errors has at most 100 entries; rejected counts all. warnings, details and problems have at most 100 texts, then \"… and N \
         more\".",
    ];
    let stable = [
        "Keys keep their names, types and order from version to version. New keys come after those that a body has: skip \
         those that you do not know. The keys of a body never depend on the data: what is not known is null.",
        "Exit codes, and the words of status, code, reason, kind, role and state, keep their meaning; new ones may come. Texts for people \
         (error, details, hint, warnings, problems, the tables) may change: go by code, reason and exitCode.",
    ];
    let mut page: String = rules.iter().map(|rule| paragraph(rule, width) + "\n").collect();
    for Shape { name, printed_by, keys } in SHAPES {
        let rows: Vec<_> = keys.iter().map(|key| ((*key).to_owned(), type_of(name, key).to_owned())).collect();
        page.push_str(&paragraph(&format!("{name}: {printed_by}"), width));
        page.push_str(&two_columns(&rows, 15, width));
        page.push('\n');
    }
    page.push_str("What stays the same:\n");
    page.push_str(&stable.map(|promise| paragraph(promise, width)).join("\n"));
    let words = [
        ("The words of code in a failure, each with its exit code", codes),
        ("The words of reason in a failure whose code is conflict or internal; others have null", reasons),
    ];
    for (heading, rows) in words {
        page.push('\n');
        page.push_str(&paragraph(heading, width));
        page.push_str(&two_columns(rows, 15, width));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::value_kind::ValueKind;

    /// Tables align amounts and show times in the shop's zone, workbooks have them as numbers; both go by the keys alone.
    #[test]
    fn every_amount_and_time_is_known_by_its_key() {
        for Shape { name, keys, .. } in SHAPES {
            for key in *keys {
                let (kind, is_json_number) = (ValueKind::of(key), type_of(name, key).starts_with("number"));
                match type_of(name, key).trim_end_matches('?') {
                    "money" => assert_eq!(kind, ValueKind::Number, "{name}: {key}"),
                    "time" => assert_eq!(kind, ValueKind::Time, "{name}: {key}"),
                    _ => assert!(
                        is_json_number || !matches!(kind, ValueKind::Number | ValueKind::Time),
                        "{name}: {key} is no {kind:?}"
                    ),
                }
            }
        }
    }
}
