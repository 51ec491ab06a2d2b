//! A row of a list of statuses: how far an order has come, and who carries it.

use super::holding::Holding;
use super::money::Money;
use super::order::Order;
use super::refusal::{Conflict, Refusal};
use super::row_order::RowOrder;
use super::shipping::ShippingEdit;
use super::status::Status;
use super::transition::{StatusChange, StatusRequest, decide};

/// What a row says of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStatus {
    /// The order.
    pub order: RowOrder,
    /// Its status.
    pub status: Status,
    /// Who carries it; what the row leaves blank stays.
    pub shipping: ShippingEdit,
    /// A note, if there is one.
    pub note: Option<String>,
}

/// What a row changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// Nothing: the order has this status, this courier and number, and this note.
    Unchanged,
    /// Only the note is new: couriers say each day why an order is still with them.
    Note,
    /// Who carries the order.
    Shipping,
    /// Its status, and perhaps who carries it.
    Step(StatusChange),
}

impl ListedStatus {
    /// Returns about how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        let said = [&self.shipping.courier, &self.shipping.tracking].into_iter().flatten().flatten();
        let texts = said.chain(&self.note).map(String::len).sum::<usize>();
        size_of::<ListedStatus>() + self.order.text().len() + texts
    }

    /// Decides what the row changes of its order, which holds the stock `held`. `is_changed` is true if an earlier row
    /// of the list changed it.
    ///
    /// # Errors
    /// The order cannot take the step; an earlier row contradicts this one; or no courier carries an order in that
    /// status.
    pub fn decide(&self, order: &Order, held: &Holding, is_changed: bool) -> Result<Listed, Refusal> {
        let (summary, to) = (&order.summary, self.status);
        let is_carried_otherwise = summary.shipping.edited(&self.shipping) != summary.shipping;
        if summary.status == to && !is_carried_otherwise {
            let is_noted = |text: &String| order.notes.iter().any(|note| note.text == *text);
            let is_new = self.note.as_ref().is_some_and(|text| !is_noted(text));
            return Ok(if is_new { Listed::Note } else { Listed::Unchanged });
        }
        let reference = &summary.reference;
        if is_changed {
            let message = format!("an earlier row says something else about {reference}: keep one of them");
            return Err(Refusal::conflict(Conflict::Content, message));
        }
        let step = match summary.status == to {
            true => Listed::Shipping,
            false => {
                let request = StatusRequest { to, force: false, is_sellable: true, keep: Money::ZERO };
                Listed::Step(decide(order, held, request)?)
            }
        };
        if is_carried_otherwise && !to.is_carried() {
            return Err(Refusal::invalid(format!(
                "courier and tracking are for orders that are shipped or delivered: leave them blank for {reference}, or use edit"
            )));
        }
        Ok(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order_samples::{incoming, order};
    use crate::domain::product::tests::product;

    fn listed(status: Status, courier: Option<&str>, tracking: Option<&str>) -> ListedStatus {
        let said = |text: Option<&str>| text.map(|text| Some(text.to_owned()));
        let shipping = ShippingEdit { courier: said(courier), tracking: said(tracking) };
        ListedStatus { order: RowOrder::Reference("LEG-1".to_owned()), status, shipping, note: None }
    }

    #[test]
    fn a_row_changes_only_what_differs() {
        use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};
        let shirt = product("Shirt", &[("", 5)]);
        let products = [shirt.clone()].into_iter().collect();
        // Bosta has it under 9917.
        for (from, row, is_changed, expected) in [
            (Shipped, listed(Shipped, None, None), false, Ok("unchanged")),
            (Shipped, listed(Shipped, Some("Bosta"), Some("9917")), true, Ok("unchanged")),
            (Shipped, listed(Shipped, None, Some("9918")), false, Ok("shipping")),
            (Confirmed, listed(Shipped, Some("Aramex"), Some("9918")), false, Ok("shipped")),
            (Shipped, listed(Delivered, None, None), false, Ok("delivered")),
            (Shipped, listed(Cancelled, Some("Bosta"), Some("9917")), false, Ok("cancelled")),
            (Confirmed, listed(Confirmed, Some("Bosta"), None), false, Ok("unchanged")),
            (Shipped, listed(Shipped, None, Some("9918")), true, Err("an earlier row says something else about")),
            (Confirmed, listed(Shipped, None, None), true, Err("an earlier row says something else about")),
            (Confirmed, listed(Processing, Some("Aramex"), None), false, Err("courier and tracking are for orders")),
            (Confirmed, listed(Confirmed, None, Some("1")), false, Err("courier and tracking are for orders")),
            (Pending, listed(Shipped, None, None), false, Err("order LEG-LXYZ1234-AB5C cannot go from pending")),
            (Pending, listed(Confirmed, None, None), false, Err("only confirm takes")),
            (Delivered, listed(Shipped, None, None), false, Err("order LEG-LXYZ1234-AB5C cannot go from delivered")),
        ] {
            let mut order = order(&incoming(&[(&shirt, 1, None)]), &products, 1, from);
            order.summary.shipping.courier = Some("Bosta".to_owned());
            order.summary.shipping.tracking = Some("9917".to_owned());
            let decided = row.decide(&order, &Holding::default(), is_changed);
            match (&decided, expected) {
                (Ok(Listed::Unchanged), Ok("unchanged")) | (Ok(Listed::Shipping), Ok("shipping")) => {}
                (Ok(Listed::Step(change)), Ok(to)) if change.to.as_str() == to => {}
                (Err(refusal), Err(words)) if refusal.message.starts_with(words) => {}
                _ => panic!("{from} {row:?}: {decided:?}"),
            }
        }
    }

    #[test]
    fn a_new_note_is_kept_even_if_nothing_else_is_new() {
        use crate::domain::order::Note;
        use crate::domain::time::Timestamp;
        let shirt = product("Shirt", &[("", 5)]);
        let mut order =
            order(&incoming(&[(&shirt, 1, None)]), &[shirt.clone()].into_iter().collect(), 1, Status::Shipped);
        let mut decide = |note: &str, known: &[&str]| {
            let note_of = |text: &&str| Note {
                at: Timestamp::FIRST,
                actor: "operator".to_owned(),
                text: (*text).to_owned(),
                is_customers: false,
            };
            order.notes = known.iter().map(note_of).collect();
            let row = ListedStatus { note: Some(note.to_owned()), ..listed(Status::Shipped, None, None) };
            row.decide(&order, &Holding::default(), true)
        };
        assert_eq!(decide("second attempt", &[]), Ok(Listed::Note));
        assert_eq!(decide("second attempt", &["first attempt"]), Ok(Listed::Note));
        assert_eq!(decide("second attempt", &["second attempt", "call me"]), Ok(Listed::Unchanged));
    }

    #[test]
    fn the_size_of_a_listed_status_grows_with_its_texts() {
        let least = listed(Status::Shipped, None, None).size();
        let noted = ListedStatus { note: Some("abc".to_owned()), ..listed(Status::Shipped, Some("1234"), Some("56")) };
        assert_eq!(noted.size(), least + 9);
        let order = RowOrder::Reference("LEG-123".to_owned());
        let longer = ListedStatus { order, ..listed(Status::Shipped, None, None) };
        assert_eq!(longer.size(), least + 2);
        assert!(least > size_of::<ListedStatus>());
    }
}
