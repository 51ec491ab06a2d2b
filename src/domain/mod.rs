//! The shop's rules, pure: no I/O, no clock, no SQL.
//!
//! Everything here takes facts as parameters and returns a decision as a value. What a decision says is applied by
//! `store`, in the transaction that loaded the facts.
//!
//! | file | what it knows |
//! |---|---|
//! | [`money`], [`time`], [`reference`], [`text`] | the small values that everything is made of |
//! | [`status`] | the life of an order and which steps are legal |
//! | [`order`] | an order and its items |
//! | [`content`] | what two deliveries of one order are compared by (rule 6) |
//! | [`receive`] | an order that comes in: new, unchanged, or refused (rules 1, 4, 6) |
//! | [`confirm`] | taking stock (rules 4 and 5) |
//! | [`transition`] | every other status change, and stock given back (rules 2 and 3) |
//! | [`product`], [`catalogue`] | the catalogue, and what a product that comes in changes |
//! | [`stock`] | stock on hand, its movements, adjusting and counting |
//! | [`settings`] | what every user of a file shares |
//! | [`refusal`] | why something was not done, in the words that people and programs are given |

pub mod catalogue;
pub mod confirm;
pub mod content;
#[cfg(test)]
mod invariants;
pub mod money;
pub mod order;
pub mod product;
pub mod receive;
pub mod reference;
pub mod refusal;
pub mod settings;
pub mod status;
pub mod stock;
pub mod text;
pub mod time;
pub mod transition;
