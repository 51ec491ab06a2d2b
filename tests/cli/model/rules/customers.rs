//! What the shop says of its customers, and forgetting them.

use super::super::command::Remark;
use super::super::shop::{FORGOTTEN, Remarks, Shop};
use super::{NOT_FOUND, Reasons};

impl Shop {
    fn is_customer(&self, phone: &str) -> bool {
        self.remarks.contains_key(phone) || self.orders.iter().any(|order| order.customer.phone == phone)
    }

    pub(super) fn remark(&mut self, phone: &str, remark: &Remark) -> Reasons {
        let reasons = Reasons::none().add(NOT_FOUND, !self.is_customer(phone));
        let before = self.remarks.get(phone).cloned().unwrap_or_default();
        let after = match remark {
            Remark::Note(text) => Remarks { note: Some(*text).filter(|text| !text.is_empty()), ..before },
            Remark::Block(why) => Remarks { block: Some(why), ..before },
            Remark::Unblock => Remarks { block: None, ..before },
        };
        self.remarks.insert(phone.to_owned(), after);
        self.remarks.retain(|_, remarks| *remarks != Remarks::default());
        reasons
    }

    /// Takes a customer out of their orders. An order that comes again is another one than what is left.
    pub(super) fn forget(&mut self, phone: &str) -> Reasons {
        let reasons = Reasons::none().add(NOT_FOUND, !self.is_customer(phone));
        for order in self.orders.iter_mut().filter(|order| order.customer.phone == phone) {
            for customer in [&mut order.customer, &mut order.received.customer] {
                FORGOTTEN.clone_into(&mut customer.name);
                FORGOTTEN.clone_into(&mut customer.phone);
                customer.address = customer.address.as_ref().map(|_| FORGOTTEN.to_owned());
            }
            order.tracking = None;
        }
        self.remarks.remove(phone);
        reasons
    }
}
