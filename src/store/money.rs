//! For the report: money that moved, and orders whose money is outstanding.

use rusqlite::{Row, ToSql, named_params};

use super::due::{is_owed, is_to_pay, is_unsettled};
use super::error::StoreError;
use super::orders::{SUMMARY_COLUMNS, summary};
use super::status_sets::{carried_statuses, shop_statuses, stock_statuses};
use super::transaction::Read;
use super::values::limit;
use crate::domain::calendar::{day_of, day_start};
use crate::domain::payment::Method;
use crate::domain::report::money::{Flow, MovedPayment, Outstanding, OutstandingOrder};
use crate::domain::report::sales::Window;
use crate::domain::time::Timestamp;
use crate::domain::zone::Zone;

/// The sums over a window. The index has every column that is added up.
const SUMS: &str = "SELECT coalesce(SUM(CASE WHEN (amount < 0) = (voids NOT NULL) THEN amount END), 0) AS paid_in,
        coalesce(-SUM(CASE WHEN (amount < 0) <> (voids NOT NULL) THEN amount END), 0) AS paid_out,
        SUM(voids IS NULL) AS payments
    FROM payments WHERE paid_at >= :from AND paid_at < :before";

/// When an order left the shop, since it was last in it.
const LEFT_AT: &str = concat!(
    "(SELECT MIN(e.at) FROM order_events AS e WHERE e.order_pk = o.pk AND e.kind = 'status' AND e.\"to\" IN ",
    carried_statuses!(),
    " AND e.pk > (SELECT MAX(c.pk) FROM order_events AS c
        WHERE c.order_pk = o.pk AND c.kind = 'status' AND c.\"to\" IN ",
    shop_statuses!(),
    "))"
);
/// When a cancelled order was cancelled, or any other order was last paid, edited or returned in part.
const OWED_SINCE: &str = "(SELECT MAX(e.at) FROM order_events AS e WHERE e.order_pk = o.pk AND CASE o.status
    WHEN 'cancelled' THEN e.kind = 'status' ELSE e.kind IN ('payment', 'edited', 'returned') END)";
/// When an order was last confirmed.
const CONFIRMED_AT: &str = "(SELECT MAX(e.at) FROM order_events AS e WHERE e.order_pk = o.pk AND e.kind = 'status'
    AND e.\"to\" = 'confirmed')";

/// Returns the query of a list. Its order is that of the table or an index: sorting would need memory for all of it.
fn query(list: Outstanding) -> String {
    let (since, condition, order) = match list {
        Outstanding::WithCouriers => (
            LEFT_AT,
            concat!(is_unsettled!(), " AND o.cod AND +o.status IN ", carried_statuses!(), " AND ", is_to_pay!()),
            "o.created_at, o.pk",
        ),
        Outstanding::Owed => (OWED_SINCE, is_owed!(), "o.created_at, o.pk"),
        Outstanding::Unpaid => (
            CONFIRMED_AT,
            concat!(
                "+o.status IN ",
                stock_statuses!(),
                " AND NOT o.cod AND ",
                is_to_pay!(),
                " AND (o.status IN ",
                shop_statuses!(),
                " OR since >= :recorded)"
            ),
            "o.pk",
        ),
    };
    format!(
        "SELECT {SUMMARY_COLUMNS}, coalesce({since}, o.created_at) AS since
         FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id WHERE {condition} ORDER BY {order} LIMIT :most"
    )
}

impl Read<'_> {
    /// Adds up the money that moved in a window by method, sorted by name.
    pub fn money_by_method(&self, window: Window) -> Result<Vec<(Method, Flow)>, StoreError> {
        // SQLite would sort all payments, in memory. There are few methods.
        let sql = "SELECT method, amount, voids IS NOT NULL FROM payments WHERE paid_at >= :from AND paid_at < :before
             ORDER BY paid_at";
        let mut sums: Vec<(Method, Flow)> = Vec::new();
        self.each(sql, named_params! {":from": window.from, ":before": window.before}, |row| {
            let flow = Flow::of(row.get(1)?, row.get(2)?);
            let method = row.get_ref(0)?.as_str().unwrap_or_default();
            match sums.iter_mut().find(|(known, _)| known.as_str() == method) {
                Some((_, sum)) => sum.add(flow),
                None => sums.push((row.get(0)?, flow)),
            }
            Ok::<_, StoreError>(())
        })?;
        sums.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        Ok(sums)
    }

    /// Adds up the money that moved in a window by day.
    pub fn money_by_day(&self, window: Window, zone: Zone) -> Result<Vec<(chrono::NaiveDate, Flow)>, StoreError> {
        let mut sums = Vec::new();
        let mut from = window.from;
        let next = "SELECT MIN(paid_at) FROM payments WHERE paid_at >= :from AND paid_at < :before";
        loop {
            let rest = named_params! {":from": from, ":before": window.before};
            let Some(first) = self.row(next, rest, |row| row.get::<_, Option<Timestamp>>(0))? else {
                return Ok(sums);
            };
            let day = day_of(first, &zone);
            let end = day.succ_opt().map_or(window.before, |next| day_start(next, &zone)).min(window.before);
            let flow = self.row(SUMS, named_params! {":from": first, ":before": end}, flow)?;
            sums.push((day, flow));
            from = end;
        }
    }

    /// Reads the payments of a window, by the time at which the money moved.
    pub fn each_payment<E: From<StoreError>>(
        &self,
        window: Window,
        mut each: impl FnMut(&MovedPayment) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each(
            "SELECT o.reference, p.paid_at, p.amount, p.method, p.receipt, p.voids IS NOT NULL AS takes_back,
                 (SELECT COUNT(*) FROM payments AS q WHERE q.order_pk = p.order_pk AND q.pk <= p.pk) AS number
             FROM payments AS p JOIN orders AS o ON o.pk = p.order_pk
             WHERE p.paid_at >= :from AND p.paid_at < :before ORDER BY p.paid_at",
            named_params! {":from": window.from, ":before": window.before},
            |row| each(&payment(row).map_err(StoreError::from)?),
        )
    }

    /// Returns when the first payment was recorded.
    pub fn money_recorded_since(&self) -> Result<Option<Timestamp>, StoreError> {
        self.first("SELECT at FROM payments ORDER BY pk LIMIT 1", [], |row| row.get(0))
    }

    /// Reads up to `most` orders of a list, roughly the longest wait first. Unpaid orders that left the shop count only
    /// if they were confirmed since `recorded`.
    pub fn each_outstanding<E: From<StoreError>>(
        &self,
        list: Outstanding,
        recorded: Option<Timestamp>,
        most: Option<usize>,
        mut each: impl FnMut(&OutstandingOrder) -> Result<(), E>,
    ) -> Result<(), E> {
        let (recorded, most) = (recorded.unwrap_or(Timestamp::FIRST), limit(most));
        let values: &[(&str, &dyn ToSql)] = match list {
            Outstanding::Unpaid => named_params! {":recorded": recorded, ":most": most},
            _ => named_params! {":most": most},
        };
        self.each(&query(list), values, |row| each(&waiting(row).map_err(StoreError::from)?))
    }
}

fn flow(row: &Row<'_>) -> rusqlite::Result<Flow> {
    Ok(Flow { paid_in: row.get("paid_in")?, paid_out: row.get("paid_out")?, payments: row.get("payments")? })
}

fn payment(row: &Row<'_>) -> rusqlite::Result<MovedPayment> {
    Ok(MovedPayment {
        reference: row.get("reference")?,
        number: row.get("number")?,
        paid_at: row.get("paid_at")?,
        method: row.get("method")?,
        receipt: row.get("receipt")?,
        flow: Flow::of(row.get("amount")?, row.get("takes_back")?),
    })
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<OutstandingOrder> {
    Ok(OutstandingOrder { order: summary(row)?, since: row.get("since")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::commit::tests::store;

    /// Otherwise the report of a month would read all payments and all orders, or sort them in memory.
    #[test]
    fn money_and_what_is_due_are_found_by_their_indexes() {
        let (_folder, store) = store();
        let plan = |sql: &str| -> Vec<String> {
            let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            statement.raw_query().mapped(|row| row.get("detail")).map(Result::unwrap).collect()
        };
        let sums = plan(SUMS);
        assert_eq!(sums, ["SEARCH payments USING COVERING INDEX payments_by_paid_at (paid_at>? AND paid_at<?)"]);
        for list in Outstanding::ALL {
            let plan = plan(&query(list));
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:#?}");
            let found = match list {
                Outstanding::WithCouriers => "SCAN o USING INDEX orders_due",
                Outstanding::Owed => "SCAN o USING INDEX orders_owed",
                Outstanding::Unpaid => "SCAN o",
            };
            assert_eq!(plan[0], found, "{list:?}: {plan:#?}");
        }
    }
}
