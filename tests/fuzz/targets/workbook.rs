//! The parts of a workbook, in a zip file that is whole.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    orders_fuzz::hold::table(&orders_fuzz::hold::build(bytes));
});
