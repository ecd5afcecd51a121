//! A roster of clients or of staff members: it answers whole or not at all, and reading it again says the same.
#![no_main]

use actbill::message::Message;
use actbill::roster::RosterKind;
use actbill::run::{Input, Options, read_rosters};
use actbill_fuzz::{READY, options, rows_and_messages};
use libfuzzer_sys::fuzz_target;

const NOTES: &[u8] = br#"{"id":"n-01","client":"client-a","staff":"staff-01","date":"2026-03-02","minutes":60,"activity":"job_coaching"}
{"id":"n-02","client":"client-b","staff":"staff-02","date":"2026-03-03","minutes":30,"activity":"self_care_skills","eligibility":"department"}
"#;

fuzz_target!(|roster: &[u8]| {
    for kind in [RosterKind::Clients, RosterKind::Staff] {
        let read = || {
            let mut warnings = Vec::new();
            let input = vec![(kind, Input::new("roster", None, roster))];
            let read = read_rosters(&READY.set, input, false, &mut |warning| warnings.push(warning.to_string()));
            let texts = |errors: Vec<Message>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
            (read.map_err(texts), warnings)
        };
        let (once, again) = (read(), read());
        assert_eq!(once.1, again.1);
        match (once.0, again.0) {
            (Ok(rosters), Ok(again)) => {
                let answered = rows_and_messages(None, NOTES, &Options { rosters, ..options() });
                assert_eq!(answered, rows_and_messages(None, NOTES, &Options { rosters: again, ..options() }));
            }
            (Err(errors), Err(again)) => assert!(!errors.is_empty() && errors == again),
            _ => panic!("one of two readings failed"),
        }
    }
});
