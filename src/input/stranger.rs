//! What an import does not accept, by name, with what to do instead.

use std::borrow::Cow;

use super::json_fields::Fields;
use super::order_signs::ONLY_TOKEN;
use crate::domain::text::shorten;

/// The keys that an order needs, for people who send another shape.
const KEYS: &str = "orderReference, orderDate, customerName, customerPhone, items";

/// Says which shop program an order comes from, by its keys; `None` if it is not from another program.
pub fn name_foreign_order(fields: &Fields<'_>) -> Option<String> {
    let has_any = |keys: &[&str]| keys.iter().any(|key| fields.has(key));
    let program = if fields.has("lineItems") && has_any(&["billing", "orderKey", "paymentMethodTitle"]) {
        "WooCommerce"
    } else if has_any(&["lineItems"])
        && has_any(&["financialStatus", "orderNumber", "adminGraphqlApiId", "totalPriceSet", "totalPrice"])
    {
        "Shopify"
    } else if fields.has("items")
        && has_any(&["displayId", "regionId", "salesChannelId", "cartId", "fulfillmentStatus"])
    {
        "Medusa"
    } else if has_any(&["lines"]) && has_any(&["orderPlacedAt", "totalWithTax", "subTotalWithTax", "currencyCode"]) {
        "Vendure"
    } else if fields.has("lineItems") {
        "another shop program"
    } else {
        return None;
    };
    Some(format!("is an order of {program}: send it with the keys that are read here ({KEYS})"))
}

/// Describes a text that is neither JSON nor a chat, by its first words.
pub fn name_text(start: &str) -> String {
    let is_table = [';', ',', '\t'].iter().any(|separator| start.matches(*separator).count() >= 2);
    if is_table {
        return format!("is a spreadsheet (CSV): save it as JSON; it begins with {start}");
    }
    format!("expected JSON or a WhatsApp chat, found: {start}")
}

/// Describes an object that an import does not accept, by what it is or its keys, and says what to do instead.
pub fn name_stranger(fields: &Fields<'_>) -> String {
    let has = |key: &str| fields.has(key);
    if let Some(problem) = name_foreign_order(fields) {
        return problem;
    }
    if has("orderMessage") || (has("token") && (has("orderId") || has("id"))) {
        return ONLY_TOKEN.to_owned();
    }
    if fields.keys().any(|key| key.contains("1000")) {
        return "has amounts in thousandths, as another program keeps them: send the order as JSON".to_owned();
    }
    if has("orderDetails") || has("interactive") {
        return "is an order_details that the shop sent, not an order".to_owned();
    }
    if has("stockQuantity") || has("sizeQuantities") || (has("name") && has("price")) {
        return "is a product; use: orders product import".to_owned();
    }
    let keys: Vec<Cow<'_, str>> = fields.keys().take(10).map(shorten).collect();
    if keys.is_empty() {
        return "the record is empty".to_owned();
    }
    format!("is not an order ({KEYS}), a WhatsApp webhook or a chat dump; its keys: {}", keys.join(", "))
}
