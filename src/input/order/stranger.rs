//! Objects that an import does not accept, by name, with what to do instead.

use std::borrow::Cow;

use crate::domain::text::shorten;
use crate::input::json::fields::Fields;
use crate::input::order::search::objects::ONLY_TOKEN;

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
        return "has amounts in thousandths: send the order as JSON, with two decimals".to_owned();
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::problems::Problems;
    use crate::input::json::fields::parse_object;

    #[test]
    fn an_object_that_is_no_order_is_called_by_what_it_is() {
        let order_of =
            |program: &str| format!("is an order of {program}: send it with the keys that are read here ({KEYS})");
        let (woo, shopify, medusa, vendure) =
            (order_of("WooCommerce"), order_of("Shopify"), order_of("Medusa"), order_of("Vendure"));
        let (other, product) = (order_of("another shop program"), "is a product; use: orders product import");
        let unknown =
            |keys: &str| format!("is not an order ({KEYS}), a WhatsApp webhook or a chat dump; its keys: {keys}");
        let (thousandths, sent) = (
            "has amounts in thousandths: send the order as JSON, with two decimals",
            "is an order_details that the shop sent, not an order",
        );
        for (object, expected) in [
            (json!({"line_items": [], "billing": {}}), woo.as_str()),
            (json!({"line_items": [], "order_key": "wc_order_x"}), &woo),
            (json!({"line_items": [], "total_price": "1"}), &shopify),
            (json!({"line_items": []}), &other),
            (json!({"items": [], "display_id": 7}), &medusa),
            (json!({"lines": [], "currencyCode": "EGP"}), &vendure),
            (json!({"orderMessage": {}}), ONLY_TOKEN),
            (json!({"token": "t", "orderId": "1"}), ONLY_TOKEN),
            (json!({"token": "t", "id": "1"}), ONLY_TOKEN),
            (json!({"totalAmount1000": 5}), thousandths),
            (json!({"order_details": {}}), sent),
            (json!({"interactive": {}}), sent),
            (json!({"name": "Shirt", "price": 1}), product),
            (json!({"stock_quantity": 1}), product),
            (json!({"size_quantities": {}}), product),
            (json!({}), "the record is empty"),
            // One of the keys alone says nothing.
            (json!({"billing": {}}), &unknown("billing")),
            (json!({"items": []}), &unknown("items")),
            (json!({"display_id": 7}), &unknown("display_id")),
            (json!({"lines": []}), &unknown("lines")),
            (json!({"currencyCode": "EGP"}), &unknown("currencyCode")),
            (json!({"token": "t"}), &unknown("token")),
            (json!({"id": "1"}), &unknown("id")),
            (json!({"orderId": "1"}), &unknown("orderId")),
            (json!({"name": "Shirt"}), &unknown("name")),
            (json!({"price": 1}), &unknown("price")),
        ] {
            let object = object.to_string();
            let fields = parse_object(object.as_bytes(), &mut Problems::default()).unwrap().unwrap();
            assert_eq!(name_stranger(&fields), expected, "{object}");
        }
    }
}
