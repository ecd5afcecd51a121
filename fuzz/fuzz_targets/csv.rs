//! Notes as CSV: what is read does not depend on blocks and threads.
#![no_main]

use actbill::read::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|notes: &[u8]| actbill_fuzz::same_in_any_blocks(Some(Format::Csv), notes));
