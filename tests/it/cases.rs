//! Sample claims: what is found, what is refused, and that formats agree.

use actbill::cases::{CaseFile, Suite};
use actbill::run::shipped_cases;

use crate::shared::{ready, told};

#[test]
fn the_shipped_cases_pass() {
    let ready = ready();
    let files = shipped_cases().into_iter().map(CaseFile::from).collect();
    let suite = Suite::read(&ready.set, files, false).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
    assert!(suite.cases().count() > 0);
    for played in suite.play(&ready.set, &ready.atlas) {
        for verdict in played.verdicts() {
            assert!(verdict.passes(), "{}: {:?}", verdict.case.title, verdict.differences);
        }
    }
    assert_eq!(suite.failures(&ready.set, &ready.atlas), 0);
    assert!(!suite.notices(&ready.set, &ready.atlas));
}
