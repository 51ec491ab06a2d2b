//! Any bytes at all, as CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    orders_fuzz::hold::table(bytes);
});
