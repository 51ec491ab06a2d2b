//! The shop's rules, pure: no I/O, no clock, no SQL.
//!
//! Everything here takes facts as parameters and returns a decision as a value. What a decision says is applied by
//! `store`, in the transaction that loaded the facts.
//!
//! # The rules
//!
//! 1. An order starts pending and holds no stock.
//! 2. It holds stock exactly while it is confirmed, processing, shipped or delivered. Only `confirm` enters those
//!    states; leaving them gives back exactly what its movements took.
//! 3. Statuses change along the table in [`status`]; a step back needs force and a note.
//! 4. Confirming sums quantities per product and size over all items and all orders of a call, names all shortages at
//!    once, and takes the stock of all of them or of none.
//! 5. Prices are not trusted: one below the list price of the day of the order needs consent.
//! 6. Repeating is safe: the same content under the same reference is unchanged, other content a conflict. The same
//!    WhatsApp message is the same order, whatever its text.
//! 7. Products in orders cannot be removed.
//! 8. Roles narrow what an acting user may do.
//! 9. Nothing is deleted silently: orders stay, history is append-only.
//!
//! # The files
//!
//! | file | what it knows |
//! |---|---|
//! | [`money`], [`time`], [`reference`](mod@reference), [`text`] | the small values that everything is made of |
//! | [`limits`] | how long texts may be |
//! | [`bidi`] | right-to-left values among others |
//! | [`phone`] | the number in full, however it was typed |
//! | [`calendar`], [`zone`] | points in time as people type them, and days in the shop's zone |
//! | [`status`] | the life of an order and which steps are legal |
//! | [`order`] | an order and its items |
//! | [`incoming`] | an order as it was received |
//! | [`content`] | what two deliveries of one order are compared by (rule 6) |
//! | [`receive`] | an order that comes in: new, unchanged, or refused (rules 1, 4, 6) |
//! | [`confirm`] | taking stock (rules 4 and 5) |
//! | [`edit`] | changing who ordered, and what, before it is settled |
//! | [`history`] | what happened to an order, and to a product's stock |
//! | [`transition`] | every other status change, and stock given back (rules 2 and 3) |
//! | [`product`], [`catalogue`] | the catalogue, and what a product that comes in changes |
//! | [`stock`] | stock on hand, its movements, adjusting and counting |
//! | [`message`] | what the shop writes to a customer |
//! | [`finding`] | ways in which a file disagrees with itself |
//! | [`settings`] | what every user of a file shares |
//! | [`user`] | accounts, and what who acts may do (rule 8) |
//! | [`refusal`] | why something was not done, in the words that people and programs are given |

pub(crate) mod bidi;
pub(crate) mod calendar;
pub(crate) mod catalogue;
pub(crate) mod confirm;
pub(crate) mod content;
pub(crate) mod edit;
pub(crate) mod finding;
pub(crate) mod history;
pub mod incoming;
#[cfg(test)]
mod invariants;
pub(crate) mod limits;
pub(crate) mod message;
pub mod money;
pub mod order;
pub(crate) mod phone;
pub(crate) mod problems;
pub mod product;
pub mod receive;
pub mod reference;
pub(crate) mod refusal;
pub(crate) mod report;
pub mod settings;
pub mod status;
pub(crate) mod stock;
pub mod text;
pub mod time;
pub(crate) mod transition;
pub mod user;
pub mod zone;
