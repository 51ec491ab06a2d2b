//! Sets of statuses in SQL, each the same as one of [`Status`](crate::domain::status::Status).

/// Orders that are neither delivered nor cancelled.
macro_rules! open_statuses {
    () => {
        "('pending', 'confirmed', 'processing', 'shipped')"
    };
}
/// Orders that hold stock.
macro_rules! stock_statuses {
    () => {
        "('confirmed', 'processing', 'shipped', 'delivered')"
    };
}
/// Orders that hold no stock.
macro_rules! stockless_statuses {
    () => {
        "('pending', 'cancelled')"
    };
}
/// Orders whose pieces are still in the shop.
macro_rules! shop_statuses {
    () => {
        "('confirmed', 'processing')"
    };
}
/// Orders that left the shop.
macro_rules! carried_statuses {
    () => {
        "('shipped', 'delivered')"
    };
}
pub(super) use {carried_statuses, open_statuses, shop_statuses, stock_statuses, stockless_statuses};

#[cfg(test)]
mod tests {
    use crate::domain::status::Status;

    #[test]
    fn each_set_is_that_of_the_domain() {
        let set = |is_in: &dyn Fn(Status) -> bool| {
            let words = Status::ALL.into_iter().filter(|status| is_in(*status)).map(|status| format!("'{status}'"));
            format!("({})", words.collect::<Vec<_>>().join(", "))
        };
        assert_eq!(open_statuses!(), set(&|status| Status::OPEN.contains(&status)));
        assert_eq!(stock_statuses!(), set(&Status::holds_stock));
        assert_eq!(stockless_statuses!(), set(&|status| !status.holds_stock()));
        assert_eq!(shop_statuses!(), set(&Status::is_in_shop));
        assert_eq!(carried_statuses!(), set(&Status::is_carried));
    }
}
