//! Output as `JUnit` XML for build servers, with one suite per file.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::super::CaseResult;
use super::{MutantsReport, NO_LONGER_WRONG, Report, describe, write_visible};

impl Report<'_> {
    /// Writes `JUnit` XML. Omits times, so that the same run always produces the same bytes.
    pub fn junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut document = Document::new("actbill test");
        let mut suite: Option<TestSuite> = None;
        for (_, result) in self.results() {
            let file = &result.case.place.file;
            if suite.as_ref().is_some_and(|suite| suite.name.as_str() != file) {
                document.add_test_suites(suite.take());
            }
            suite.get_or_insert_with(|| TestSuite::new(file)).add_test_case(test_case(result));
        }
        document.add_test_suites(suite);
        document.add_test_suites(self.mutants.as_ref().map(mutants));
        write_visible(out, |out| {
            document.serialize(&mut *out).map_err(io::Error::other)?;
            out.write_all(b"\n")
        })
    }
}

/// Returns the mutants as a suite of their own, in which survivors are failures.
fn mutants(report: &MutantsReport) -> TestSuite {
    let mut suite = TestSuite::new("mutants");
    for row in &report.mutants {
        let mut status = TestCaseStatus::success();
        if row.survived() {
            let lines = row.explain();
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("mutant").set_message(lines.first().map_or("", String::as_str));
            status.set_description(format!("{}:{}:{}\n{}", row.file, row.line, row.column, lines.join("\n")));
        }
        let mut test = TestCase::new(row.describe(), status);
        test.set_classname(&row.file);
        test.extra.insert("line".into(), row.line.to_string().into());
        suite.add_test_case(test);
    }
    suite
}

fn test_case(result: &CaseResult<'_>) -> TestCase {
    let (case, lines) = (result.case, result.differences.iter().map(describe).collect::<Vec<_>>());
    let status = match (result.passes(), &case.known_wrong) {
        (true, None) => TestCaseStatus::success(),
        (true, Some(why)) => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(format!("known to be wrong: {why}"));
            skipped
        }
        (false, known) => {
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let first = if known.is_some() { NO_LONGER_WRONG } else { lines.first().map_or("", String::as_str) };
            failure.set_type("expectation").set_message(first);
            failure.set_description(format!("{}\n{}", case.place, lines.join("\n")));
            failure
        }
    };
    let mut test = TestCase::new(&case.title, status);
    test.set_classname(&case.place.file);
    test.extra.insert("line".into(), case.place.line.to_string().into());
    test
}
