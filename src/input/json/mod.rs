//! JSON, on top of serde_json: every problem has its place, and no field is ignored silently.
//!
//! | file | what it reads |
//! |---|---|
//! | `scan` | the brackets and strings of a value, without parsing it |
//! | `value`, `fields` | values, numbers as text; the fields of an object, each taken once |
//! | `envelope` | the object around the records of a list endpoint |

pub mod envelope;
pub(crate) mod fields;
pub mod scan;
pub mod value;
