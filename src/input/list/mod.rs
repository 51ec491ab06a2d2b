//! What a row of a list says.
//!
//! | file | a row of |
//! |---|---|
//! | `payment` | the courier's or the bank's list of payments |
//! | `status` | a list of statuses |
//! | `delivery` | a delivery |
//! | `count` | a count sheet |
//! | `order_cells`, `product_cells` | any list: which order it names; which product and size |

pub mod count;
pub mod delivery;
mod order_cells;
pub mod payment;
pub(crate) mod product_cells;
pub mod status;
