//! Notes in whatever format their first bytes say: gzip, UTF-16, Windows-1252, workbooks too.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|notes: &[u8]| actbill_fuzz::same_in_any_blocks(None, notes));
