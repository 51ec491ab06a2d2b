//! What fixes a refusal, or shows more of it.

use super::money::Money;
use super::payment::Method;
use super::reference::Reference;
use super::shipping::ShippingEdit;
use super::status::Status;

/// What fixes a refusal, or shows more of it. `commands` and `error` put it into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Look at the order.
    ShowOrder(Reference),
    /// Look at the order's items with their numbers.
    NumberItems(Reference),
    /// Confirm the order.
    Confirm(Reference),
    /// Look at the order as it is now, and confirm it.
    ConfirmAnew(Reference),
    /// Confirm these orders at their prices, if they were agreed.
    AcceptPrices(Vec<Reference>),
    /// Confirm those of these orders that can be confirmed.
    ConfirmOthers(Vec<Reference>),
    /// Choose one of the available sizes for an item of the order. Items are numbered from 1.
    ChooseSize {
        /// The order.
        reference: Reference,
        /// The item's number.
        item: usize,
    },
    /// Cancel the order, perhaps keeping a part of its price.
    Cancel(Reference, Option<Money>),
    /// Take back items of the order.
    Return(Reference),
    /// Say who carries the order.
    EditShipping {
        /// The order.
        reference: Reference,
        /// What was typed.
        shipping: ShippingEdit,
    },
    /// Record that a replacement is on its way: by its tracking number, or by the courier.
    SendReplacement {
        /// The order.
        reference: Reference,
        /// The courier, if the order has one without numbers.
        courier: Option<String>,
    },
    /// Change one of the order's items.
    EditItem(Reference),
    /// Take an order anew.
    NewOrder,
    /// Reopen the cancelled order.
    Reopen(Reference),
    /// Take the order back to an earlier status.
    StepBack {
        /// The order.
        reference: Reference,
        /// The status that it gets.
        to: Status,
    },
    /// Take the order to the next status.
    MoveOn {
        /// The order.
        reference: Reference,
        /// The status that it gets.
        to: Status,
    },
    /// Give back what is owed to the customer.
    Refund {
        /// The order.
        reference: Reference,
        /// How; `None` if only the reader knows.
        method: Option<Method>,
    },
    /// Record a payment of the order.
    RecordPayment {
        /// The order.
        reference: Reference,
        /// How much; `None` if only the reader knows.
        amount: Option<Money>,
        /// How.
        method: Method,
    },
    /// Mark the order as cash on delivery.
    MarkCod(Reference),
    /// Do this first.
    First(Box<Remedy>),
    /// Do this after the remedy before it.
    Then(Box<Remedy>),
    /// Take the pieces back without a refund.
    LeaveOutRefund,
    /// Take the pieces back, and keep nothing.
    LeaveOutKeep,
    /// Name the product that replaces the pieces.
    NameReplacement,
    /// Look at several orders.
    ShowOrders(Vec<Reference>),
    /// Tell the customer what is missing.
    TellShortage(Reference),
    /// Add pieces that turn out to exist.
    AddStock {
        /// What people type to name the product.
        product: String,
        /// The size as the catalogue spells it; empty if size is not tracked.
        size: String,
        /// How many pieces are missing.
        missing: i64,
    },
    /// Put a delivery of a product on the shelf.
    Receive {
        /// What people type to name the product.
        product: String,
        /// The size as the catalogue spells it; `None` if it is not tracked by size.
        size: Option<String>,
        /// How many pieces are missing, if that is known.
        missing: Option<i64>,
    },
    /// Enter several products of a delivery in one file, or the rest of the delivery with this reference apart.
    OneDelivery(String),
    /// Correct what was entered of a product.
    CorrectStock {
        /// What people type to name the product.
        product: String,
        /// The size as the catalogue spells it; empty if size is not tracked.
        size: String,
        /// How many pieces more came; below zero, fewer.
        by: i64,
    },
    /// Put a delivery of several sizes of a product on the shelf.
    ReceiveSizes(String),
    /// Look at a product, named by its barcode or id.
    ShowProduct(String),
    /// Change the catalogue's data of a product.
    SetProduct(String),
    /// Name no size.
    LeaveOutSize,
    /// Name a size.
    NameSize,
    /// Write the size of an item after its product.
    WriteSize {
        /// What people type to name the product.
        product: String,
        /// One of its sizes.
        size: String,
    },
    /// Start a size by counting it.
    StartSize {
        /// What people type to name the product.
        product: String,
        /// The new size.
        size: String,
    },
    /// Set the pieces without a size to zero, so that sizes can be counted.
    ClearUnsized(String),
    /// Set the stock of a product to zero.
    ClearStock {
        /// What people type to name the product.
        product: String,
        /// The sizes that have pieces; empty if it is not tracked by size.
        sizes: Vec<String>,
    },
}
