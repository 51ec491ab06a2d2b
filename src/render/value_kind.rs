//! The kind of a key's values, for tables and workbooks: a body has amounts and times as texts.

/// The kind of a key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// References.
    Reference,
    /// Numbers and amounts.
    Number,
    /// Points in time.
    Time,
    /// Days of the calendar.
    Day,
    /// Codes and our own words: useless if cut.
    Exact,
    /// Texts that people wrote.
    Text,
}

impl ValueKind {
    /// Returns the kind of a key.
    pub fn of(key: &str) -> ValueKind {
        match key {
            "orderReference" => ValueKind::Reference,
            "total" | "itemCount" | "quantity" | "unitPrice" | "subtotal" | "price" | "discountedPrice"
            | "stockQuantity" | "lowStockAt" | "delta" | "balance" | "orderCount" | "keptPieces" | "keptTotal"
            | "due" | "returnedQuantity" | "deliveryFee" | "discount" | "returned" | "grandTotal" | "paid" | "kept"
            | "priceFrom" | "priceTo" | "pieces" | "stockBefore" | "stockAfter" | "value" | "amount" | "in" | "out"
            | "net" | "shelf" | "counted" => ValueKind::Number,
            "orderDate" | "createdAt" | "updatedAt" | "at" | "lastOrder" | "blockedAt" | "paidAt" | "since"
            | "until" | "asOf" => ValueKind::Time,
            "day" | "week" => ValueKind::Day,
            "digits" | "id" | "productId" | "customerPhone" | "phone" | "status" | "currency" | "inStock" | "kind"
            | "reason" | "role" | "code" | "sku" | "size" => ValueKind::Exact,
            _ => ValueKind::Text,
        }
    }
}
