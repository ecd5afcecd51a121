//! A rule file alone and beside the shipped ones: it loads and decides, or each problem has a message.
#![no_main]

use actbill::rules::RuleFile;
use actbill::run::{Input, Ready, classify};
use actbill_fuzz::{check_totals, options, shipped};
use libfuzzer_sys::{Corpus, fuzz_target};

const NOTE: &[u8] = br#"{"id":"n-01","client":"client-a","date":"2026-03-02","minutes":60,"activity":"job_coaching","staff_role":"nurse"}"#;

fuzz_target!(|text: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(text) else { return Corpus::Reject };
    let file = RuleFile { name: "fuzz.toml".into(), text: text.to_owned(), own: true };
    for beside in [Vec::new(), shipped()] {
        let files = beside.into_iter().chain([file.clone()]).collect();
        match Ready::released(files, &[], &[]) {
            Ok(ready) => {
                let read = classify(&ready, vec![Input::new("note", None, NOTE)], &options(), &mut drop);
                check_totals(&read.expect("the input is read").0);
            }
            Err(problems) => assert!(!problems.is_empty()),
        }
    }
    Corpus::Keep
});
