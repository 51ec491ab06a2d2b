//! The object around the `results` of a list endpoint.

use super::value::{NotJson, Value, parse};
use crate::domain::problems::Problems;

/// The object around the `results` of a list endpoint.
#[derive(Debug)]
pub struct Envelope {
    /// Whether it names a next page.
    pub has_next_page: bool,
    /// Problems with keys that do not belong there.
    pub problems: Problems,
}

/// Reads the object around the `results` of a list endpoint.
pub fn read_envelope(record: &[u8]) -> Result<Envelope, NotJson> {
    let mut problems = Problems::default();
    let mut has_next_page = false;
    if let Some(mut fields) = Value::record(parse(record)?).object(&mut problems) {
        for key in ["results", "count", "previous", "messageCount", "pendingMessageCount"] {
            fields.take(key, &mut problems);
        }
        has_next_page = fields.take("next", &mut problems).is_some();
        fields.finish(&mut problems);
    }
    Ok(Envelope { has_next_page, problems })
}
