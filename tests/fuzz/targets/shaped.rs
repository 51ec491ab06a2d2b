//! Documents of every kind that an import takes, right in most places and wrong in some.
#![no_main]

use arbitrary::Unstructured;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = orders_fuzz::documents::document(&mut Unstructured::new(bytes)) {
        orders_fuzz::hold::import(&document);
    }
});
