//! Rows and adjustments of an earlier run: the notes that they name come again, and the run adds up.
#![no_main]

use std::sync::Arc;

use actbill::report::AdjustmentFormat;
use actbill::run::{Input, Options, classify, read_billed};
use actbill_fuzz::{READY, check_totals, options};
use libfuzzer_sys::fuzz_target;

const NOTES: &[u8] = br#"{"id":"n-01","client":"client-a","staff":"staff-01","staff_role":"vocational_specialist","date":"2026-03-02","minutes":60,"activity":"job_coaching","eligibility":"department"}
{"id":"n-02","client":"client-a","staff":"staff-02","staff_role":"nurse","date":"2026-03-02","minutes":30,"activity":"self_care_skills","eligibility":"department","symptom_link":"yes","medically_needed":"yes"}
"#;

fuzz_target!(|rows: &[u8]| {
    let Ok(file) = read_billed(&READY.set, Input::new("rows", None, rows), &mut drop) else { return };
    let options = Options { billed: Some(Arc::from(vec![file])), ..options() };
    let run = || {
        let (report, _) = classify(&READY, vec![Input::new("notes", None, NOTES)], &options, &mut drop).expect("notes");
        check_totals(&report);
        let mut adjustments = Vec::new();
        report.write_adjustments(AdjustmentFormat::Ndjson, &mut adjustments).expect("memory takes all bytes");
        (actbill_fuzz::rows(&report), adjustments)
    };
    assert_eq!(run(), run());
});
