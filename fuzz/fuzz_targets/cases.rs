//! Sample claims as TOML, JSON and CSV: they are read and run, or each mistake has a message.
#![no_main]

use actbill::cases::{CaseFile, Suite};
use actbill_fuzz::READY;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["fuzz.cases.toml", "fuzz.cases.json", "fuzz.cases.csv"] {
        match Suite::read(&READY.set, vec![CaseFile { name: name.into(), bytes: bytes.into() }], true) {
            Ok(suite) => drop(suite.run(&READY.set, &READY.diagram)),
            Err(mistakes) => assert!(!mistakes.is_empty()),
        }
    }
});
