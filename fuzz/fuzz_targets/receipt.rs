//! A receipt: bytes that no run wrote are none.
#![no_main]

use actbill::receipt::RecordedRun;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(message) = RecordedRun::parse("receipt", bytes) {
        assert!(!message.to_string().is_empty());
    }
});
