//! The references on a command line and on stdin.

use std::io::{BufRead, Read as _};

use crate::commands::Context;
use crate::commands::intake::source::open_stdin;
use crate::error::{Failure, FailureKind};
use crate::hint::{CommandLine, Hint};

/// The help for the REF of a command that reads.
pub const REF_TO_READ: &str = "A reference or an id; a part of a reference, a phone or a name that fits one order";
/// The help for the REF of a command that writes.
pub const REF_TO_WRITE: &str = "A reference or an id; a part of a reference, a phone or a name that fits one order (in a \
     script: the whole reference, or --yes)";
/// The help for the REFs of a command that reads.
pub const REFS_TO_READ: &str = "References or ids; parts of references, phones or names that fit one order each; - reads \
     them from stdin";
/// The help for the REFs of a command that writes.
pub const REFS_TO_WRITE: &str = "References or ids; parts of references, phones or names that fit one order each (in a \
     script: whole references, or --yes); - reads them from stdin";

/// The most references in one call: they share one transaction, and memory holds their orders.
pub const REFERENCES_LIMIT: usize = 10_000;
/// The most bytes in a line that names an order.
const LINE_LIMIT: u64 = 1024;
/// The text given for an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Given {
    pub text: String,
    /// Whether it comes from a list, as `list -q` prints it: then a whole reference comes first.
    pub is_listed: bool,
}

impl Given {
    /// Takes text that a person typed.
    pub fn typed(text: String) -> Given {
        Given { text, is_listed: false }
    }

    /// Takes text from a list of references.
    pub fn listed(text: String) -> Given {
        Given { text, is_listed: true }
    }
}

/// The orders that a command line names.
#[derive(Debug)]
pub struct References {
    pub texts: Vec<Given>,
    /// Whether the result is an array: always, unless one argument named one order.
    pub is_list: bool,
    /// Whether a person picked them from a list instead of naming them.
    pub are_picked: bool,
}

/// Makes the failure of a command line that names no order.
pub fn none_named() -> Failure {
    Failure::usage("name an order").hint(list_orders())
}

/// Makes a hint at the command that lists the orders.
pub fn list_orders() -> Hint {
    Hint::run("to see which there are", CommandLine::of("list"))
}

/// Returns the references on a command line; `-` stands for those on stdin, one a line.
pub fn expand_references(args: &[String], context: &Context) -> anyhow::Result<References> {
    if args.is_empty() {
        return Err(none_named().into());
    }
    let mut texts = Vec::new();
    for arg in args {
        if arg == "-" {
            read_references(&mut open_stdin(context)?, &mut texts)?;
        } else {
            texts.push(Given::typed(arg.clone()));
        }
    }
    if texts.len() > REFERENCES_LIMIT {
        return Err(too_many().into());
    }
    Ok(References { texts, is_list: args.len() > 1 || args.first().is_some_and(|arg| arg == "-"), are_picked: false })
}

/// Reads references, one a line, up to the limit of a call.
fn read_references(input: &mut dyn BufRead, texts: &mut Vec<Given>) -> Result<(), Failure> {
    let invalid = |problem: String| Failure::new(FailureKind::InvalidInput, problem);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let mut rest = input.take(LINE_LIMIT);
        rest.read_until(b'\n', &mut line).map_err(|error| Failure::io(&error, "cannot read stdin"))?;
        if rest.limit() == 0 && !line.ends_with(b"\n") {
            return Err(invalid(format!(
                "line {number} of stdin has {LINE_LIMIT} bytes or more, which no reference has"
            )));
        }
        let text = std::str::from_utf8(&line).map_err(|_| invalid(format!("line {number} of stdin is not UTF-8")))?;
        if line.is_empty() {
            break;
        }
        // Some editors begin a file with a byte order mark.
        let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        texts.extend(Some(text.trim().to_owned()).filter(|text| !text.is_empty()).map(Given::listed));
        if texts.len() > REFERENCES_LIMIT {
            return Err(too_many());
        }
    }
    Ok(())
}

fn too_many() -> Failure {
    Failure::new(
        FailureKind::InvalidInput,
        format!("more than {REFERENCES_LIMIT} references; one call takes {REFERENCES_LIMIT}"),
    )
    .hint("split the list into several")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_up_to_the_limit_of_a_call() {
        let read = |mut input: &[u8]| {
            let mut texts = Vec::new();
            read_references(&mut input, &mut texts).map(|()| texts).map_err(|failure| (failure.kind, input.len()))
        };
        assert_eq!(read(b" LEG-1\r\n\nLEG-2"), Ok(["LEG-1", "LEG-2"].map(str::to_owned).map(Given::listed).to_vec()));
        assert_eq!(read("\u{feff}LEG-1\n".as_bytes()), Ok(vec![Given::listed("LEG-1".to_owned())]));
        let many = "x\n".repeat(3 * REFERENCES_LIMIT);
        assert_eq!(read(&many.as_bytes()[..2 * REFERENCES_LIMIT]).unwrap().len(), REFERENCES_LIMIT);
        // The rest is not read.
        assert_eq!(read(many.as_bytes()), Err((FailureKind::InvalidInput, 4 * REFERENCES_LIMIT - 2)));
        assert_eq!(read(&[0; 5000]), Err((FailureKind::InvalidInput, 5000 - 1024)));
        assert_eq!(read(b"\xff\n").unwrap_err().0, FailureKind::InvalidInput);
    }
}
