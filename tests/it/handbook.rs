//! The handbook says what decides: words, lists, the decision table and the page.

use actbill::handbook::words;

use crate::shared::ready;

/// Kind, condition and effect of a shipped rule, in words.
fn told(id: &str) -> (Vec<String>, String) {
    let set = ready().set;
    let rule = set.rules.iter().find(|rule| rule.id == id).unwrap();
    (words::condition(&set, &rule.condition), words::effect(&set, rule))
}

#[test]
fn rules_read_as_sentences() {
    let (when, does) = told("act.job-coaching");
    assert_eq!(
        when,
        ["`activity` is `job_coaching`", "`staff_role` is `vocational_specialist`", "`csw_qualified` is `yes`"]
    );
    assert_eq!(does, "offers Vocational services - ACT (H2023 HK) to the Department of Mental Health");
    let (when, does) = told("institutions.team-rate-not-department");
    assert_eq!(
        when,
        [
            "the setting `department_pays_in_institutions` is `no`",
            "either `residence` is `custody`, or `residence` is `imd` and `age` is below 65",
        ]
    );
    let rate = "Assertive Community Treatment team rate (H0040)";
    assert_eq!(does, format!("the Department of Mental Health cannot be billed for {rate}"));
    let (when, does) = told("institutions.other-public-funding");
    assert_eq!(when, ["`other_funding` is not `none`"]);
    assert_eq!(does, "MO HealthNet and the Department of Mental Health cannot be billed");
    let (_, does) = told("act.job-finding-without-plan");
    assert_eq!(does, format!("MO HealthNet and the Department of Mental Health do not pay for this work as {rate}"));
}
