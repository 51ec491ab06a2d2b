//! Zip files, whole or damaged, of parts with any names and content.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    orders_fuzz::hold::archive(bytes);
});
