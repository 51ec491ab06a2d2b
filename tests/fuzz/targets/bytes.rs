//! Any bytes at all, as an import reads them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    orders_fuzz::hold::import(bytes);
});
