//! Searches JSON for orders, under any key, before anything is skipped. It only finds them: an order that nothing reads is a
//! problem.
//!
//! | file | what it finds |
//! |---|---|
//! | `objects` | carts, and orders as JSON |
//! | `strings` | order messages in strings |

pub(crate) mod objects;
pub(crate) mod strings;
