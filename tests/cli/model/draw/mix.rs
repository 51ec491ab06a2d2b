//! What a shop does, and how often.

use super::super::shop::{Order, Status};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Create,
    CreateTyped,
    Import,
    Confirm,
    ConfirmSeveral,
    Ship,
    Cancel,
    StepBack,
    EditCustomer,
    EditTerms,
    EditItems,
    Return,
    Exchange,
    Pay,
    Refund,
    Void,
    Note,
    Carry,
    Remark,
    Forget,
    Adjust,
    Count,
    SetPrice,
    SetListed,
    PayListed,
    Receive,
    SetDiscounted,
    RemoveSize,
    RemoveProduct,
    ImportPrices,
}

/// What a shop does most.
#[derive(Clone, Copy, Debug)]
pub enum Mix {
    Sales,
    Changes,
    Returns,
    Money,
}

impl Mix {
    /// Returns how often each kind of command is drawn.
    pub fn weights(self) -> [(Kind, u32); 30] {
        let of = |sales, changes, returns, money| match self {
            Mix::Sales => sales,
            Mix::Changes => changes,
            Mix::Returns => returns,
            Mix::Money => money,
        };
        [
            (Kind::Create, of(9, 5, 4, 4)),
            (Kind::CreateTyped, of(9, 4, 5, 6)),
            (Kind::Import, of(6, 3, 2, 2)),
            (Kind::Confirm, of(14, 10, 10, 12)),
            (Kind::ConfirmSeveral, of(8, 2, 2, 2)),
            (Kind::Ship, of(10, 7, 14, 6)),
            (Kind::Cancel, of(6, 4, 4, 6)),
            (Kind::StepBack, of(6, 6, 6, 4)),
            (Kind::EditCustomer, of(2, 3, 1, 1)),
            (Kind::EditTerms, of(3, 6, 5, 7)),
            (Kind::EditItems, of(4, 26, 8, 3)),
            (Kind::Return, of(2, 4, 18, 5)),
            (Kind::Exchange, of(1, 3, 12, 3)),
            (Kind::Pay, of(4, 3, 4, 14)),
            (Kind::Refund, of(2, 1, 2, 9)),
            (Kind::Void, of(1, 1, 1, 8)),
            (Kind::Note, of(1, 1, 1, 1)),
            (Kind::Carry, of(4, 2, 4, 2)),
            (Kind::Remark, of(2, 2, 1, 1)),
            (Kind::Forget, of(1, 1, 1, 1)),
            (Kind::Adjust, of(6, 6, 4, 2)),
            (Kind::Count, of(4, 3, 2, 1)),
            (Kind::SetPrice, of(1, 2, 1, 1)),
            (Kind::SetListed, of(5, 3, 5, 3)),
            (Kind::PayListed, of(2, 1, 2, 7)),
            (Kind::Receive, of(3, 2, 2, 0)),
            (Kind::SetDiscounted, of(1, 1, 1, 1)),
            (Kind::RemoveSize, of(1, 2, 1, 1)),
            (Kind::RemoveProduct, of(1, 1, 1, 1)),
            (Kind::ImportPrices, of(1, 1, 1, 1)),
        ]
    }
}

impl Kind {
    /// Returns whether a command of this kind can do something to an order.
    pub fn suits(self, order: &Order) -> bool {
        use Status::{Cancelled, Confirmed, Delivered, Pending, Processing, Shipped};
        let is_open = matches!(order.status, Pending | Confirmed | Processing);
        match self {
            Kind::Confirm | Kind::ConfirmSeveral => order.status == Pending,
            Kind::Ship | Kind::SetListed => matches!(order.status, Confirmed | Processing | Shipped),
            Kind::Carry => order.status != Cancelled,
            Kind::Cancel => order.status != Cancelled,
            Kind::StepBack => order.status != Pending,
            Kind::EditCustomer | Kind::EditItems => is_open,
            Kind::EditTerms => is_open || order.status == Shipped,
            Kind::Return | Kind::Exchange => matches!(order.status, Shipped | Delivered),
            Kind::Refund => order.due().is_some_and(|due| due < 0),
            Kind::Void => !order.payments.is_empty(),
            _ => true,
        }
    }

    /// Returns whether the command is about orders that are there.
    pub fn needs_orders(self) -> bool {
        use Kind::{
            Adjust, Count, Create, CreateTyped, Forget, Import, ImportPrices, Receive, Remark, RemoveProduct,
            RemoveSize, SetDiscounted, SetPrice,
        };
        let is_of_orders = matches!(self, Create | CreateTyped | Import);
        let is_of_products = matches!(
            self,
            Adjust | Count | Receive | SetPrice | SetDiscounted | ImportPrices | RemoveSize | RemoveProduct
        );
        let is_of_customers = matches!(self, Remark | Forget);
        !is_of_orders && !is_of_products && !is_of_customers
    }
}
