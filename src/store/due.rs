//! What an order `o` costs and what is due of it, in SQL. The indexes orders_due and orders_owed have the same words: else
//! SQLite does not use them.

/// What it costs in all, as `OrderSummary::grand_total` says.
macro_rules! grand_total {
    () => {
        "CASE o.status WHEN 'cancelled' THEN o.kept
             ELSE o.total - o.discount - o.returned + coalesce(o.delivery_fee, 0) END"
    };
}

/// Whether something is due or owed: the condition of orders_due.
macro_rules! is_unsettled {
    () => {
        concat!("(o.paid IS NOT NULL OR o.cod) AND ", $crate::store::due::grand_total!(), " <> coalesce(o.paid, 0)")
    };
}

/// Whether something is left to pay, whether money was recorded or not.
macro_rules! is_to_pay {
    () => {
        concat!($crate::store::due::grand_total!(), " > coalesce(o.paid, 0)")
    };
}

/// Whether something is owed to the customer: the condition of orders_owed.
macro_rules! is_owed {
    () => {
        concat!("o.paid > ", $crate::store::due::grand_total!())
    };
}

pub(super) use {grand_total, is_owed, is_to_pay, is_unsettled};
