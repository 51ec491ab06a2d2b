//! Any text at all, as somebody types it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    orders_fuzz::hold::typed(bytes);
});
