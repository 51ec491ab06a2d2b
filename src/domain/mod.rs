//! The shop's rules, pure: no I/O, no clock, no SQL.
//!
//! Functions here take facts as parameters and return decisions as values. The store applies a decision in the transaction
//! that loaded its facts.
//!
//! # The rules
//!
//! 1. An order starts pending and holds no stock.
//! 2. It holds stock exactly while it is confirmed, processing, shipped or delivered. Only `confirm` enters those
//!    states; leaving them gives back what it still holds: its items less what came back.
//! 3. Statuses change along the table in `status`; a step back needs force and a note.
//! 4. Confirming sums quantities per product and size over all items and all orders of a call, names all shortages at
//!    once, and takes the stock of all of them or of none.
//! 5. Prices are not trusted: one below the list price of the day of the order needs consent.
//! 6. Repeating is safe: the same content under the same reference is unchanged, other content a conflict. The same
//!    WhatsApp message is the same order, whatever its text.
//! 7. Products in orders cannot be removed.
//! 8. Roles narrow what an acting user may do.
//! 9. Nothing is deleted silently: orders stay, history is append-only.
//! 10. A guest's words are marked where they mislead: another product name than the catalogue's, the time of a wrong clock.
//!
//! # The files
//!
//! | file | what it holds |
//! |---|---|
//! | `money`, `time`, `reference`, `phone` | small values: amounts, instants, references, phone numbers |
//! | `text`, `typed_text` | comparing texts; reading those that somebody types |
//! | `visible`, `bidi`, `shell` | texts for a terminal: made visible, right-to-left ones among others, quoted for a shell |
//! | `calendar`, `zone` | points in time as people type them; days in the shop's zone |
//! | `status` | an order's statuses and the legal steps between them (rules 2 and 3) |
//! | `order`, `content` | an order and its items; the fields by which orders are compared (rule 6) |
//! | `customer`, `customer_remarks` | a number with its orders; the shop's remarks on it: a note, a block |
//! | `terms`, `payment`, `settlement` | what an order costs beside its items; what was paid of it; what is said of it at a confirmation |
//! | `shipping` | who carries an order, and its tracking number |
//! | `row_order` | the order that a row of a list is about |
//! | `record_payment` | what is recorded when money moves: payments, refunds, rows of a list, voids |
//! | `product`, `products` | a product with its stock lines; the products that a decision needs |
//! | `product_name`, `row_product` | how an order names a product; which product a row of a table means |
//! | `product_change`, `product_removal` | what an incoming product changes in the catalogue; removing products and sizes |
//! | `incoming`, `resolve` | an order as it comes in; looking it up in the catalogue (rules 5 and 10) |
//! | `typed_order`, `item_spec` | an order that somebody types; an item as typed |
//! | `intake`, `duplicate` | whether an order that comes in is new, unchanged or refused (rules 1 and 6); likely duplicates |
//! | `holding` | what an order holds of the stock: its items less what came back (rule 2) |
//! | `confirm`, `obstacle` | taking stock (rules 4 and 5); what stands against it |
//! | `transition`, `listed_status` | all other steps (rules 2 and 3), also in a list |
//! | `edit`, `item_edit`, `item_words` | changing an order; its items; how the history words such a change |
//! | `returns`, `return_lines`, `replacement` | what a customer sends back; what that does line by line; what they get for it |
//! | `movement`, `stock_correction`, `shortage` | how stock moves, and why; adjusting and counting it; what there is not enough of |
//! | `start_size` | finding the stock line of a size, or starting it |
//! | `shelf`, `stock_count` | what lies on the shelf, and counting it while the shop sells |
//! | `delivery` | goods that come in |
//! | `history` | the history of an order, and of a product |
//! | `slip`, `invoice` | what to fetch and pack, and what the courier collects; what an invoice says of the money |
//! | `occasion`, `own_words` | the occasions for messages to a customer; the shop's own words for them |
//! | `message`, `message_money` | what these messages say; what they say of the money |
//! | `report`, `today` | the content of the reports; what needs somebody now |
//! | `settings`, `user`, `permission` | the shop's settings; accounts; what callers may do (rule 8) |
//! | `limits` | how long texts may be, and how many sizes and pictures a product may have |
//! | `problems`, `refusal`, `remedy`, `finding` | problems of an input; why something is refused; what fixes that; what `check` finds |
//! | `order_samples`, `invariants_tests` | for unit tests only: orders to try; the rules under random actions |

pub(crate) mod bidi;
pub(crate) mod calendar;
pub(crate) mod confirm;
pub(crate) mod content;
pub mod customer;
pub mod customer_remarks;
pub(crate) mod delivery;
pub(crate) mod duplicate;
pub(crate) mod edit;
pub(crate) mod finding;
pub(crate) mod history;
pub(crate) mod holding;
pub mod incoming;
pub mod intake;
#[cfg(test)]
mod invariants_tests;
pub(crate) mod invoice;
pub(crate) mod item_edit;
pub mod item_spec;
pub(crate) mod item_words;
pub mod limits;
pub(crate) mod listed_status;
pub(crate) mod message;
pub(crate) mod message_money;
pub mod money;
pub(crate) mod movement;
pub(crate) mod obstacle;
pub(crate) mod occasion;
pub mod order;
#[cfg(test)]
pub(crate) mod order_samples;
pub mod own_words;
pub mod payment;
pub mod permission;
pub mod phone;
pub mod problems;
pub mod product;
pub mod product_change;
pub mod product_name;
pub(crate) mod product_removal;
pub mod products;
pub mod record_payment;
pub mod reference;
pub(crate) mod refusal;
pub(crate) mod remedy;
pub(crate) mod replacement;
pub(crate) mod report;
pub mod resolve;
pub(crate) mod return_lines;
pub(crate) mod returns;
pub mod row_order;
pub mod row_product;
pub mod settings;
pub mod settlement;
pub(crate) mod shelf;
pub mod shell;
pub mod shipping;
pub(crate) mod shortage;
pub(crate) mod slip;
pub(crate) mod start_size;
pub mod status;
pub(crate) mod stock_correction;
pub(crate) mod stock_count;
pub mod terms;
pub mod text;
pub mod time;
pub(crate) mod today;
pub(crate) mod transition;
pub(crate) mod typed_order;
pub(crate) mod typed_text;
pub mod user;
pub mod visible;
pub mod zone;
