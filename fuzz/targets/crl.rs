//! See the function of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| howler_fuzz::crl(bytes));
