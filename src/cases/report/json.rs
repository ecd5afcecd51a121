//! Output as JSON for programs: every case with its result.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::super::{CaseResult, Coverage, Difference, OutcomeCoverage, SampleBatchRun};
use super::{Counts, MutantsReport, NoteJson, Report, notes_of};
use crate::facts::WrittenAnswer;
use crate::report::{Row, write_json};
use crate::space::Example;

#[skip_serializing_none]
#[derive(Serialize)]
struct Document<'r> {
    summary: Counts,
    coverage: Option<CoverageJson<'r>>,
    mutants: Option<&'r MutantsReport>,
    cases: Vec<CaseJson<'r>>,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct CaseJson<'r> {
    file: &'r str,
    line: u64,
    column: u64,
    title: &'r str,
    /// `passed`, `failed`, `known_wrong`, or `no_longer_wrong`.
    status: &'static str,
    known_wrong: Option<&'r str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    settings: BTreeMap<&'r str, &'r str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    presume: BTreeMap<&'r str, &'r str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
    as_of: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<DifferenceJson<'r>>,
    /// For a failing case, its notes with their rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<NoteAndRow<'r>>,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct DifferenceJson<'r> {
    note: Option<usize>,
    what: &'r str,
    expected: &'r str,
    got: &'r str,
}

#[derive(Serialize)]
struct NoteAndRow<'r> {
    number: usize,
    note: NoteJson<'r>,
    read: Vec<String>,
    presumed: Vec<String>,
    row: &'r Row,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct CoverageJson<'r> {
    rules: usize,
    decide: usize,
    step_aside: usize,
    decide_in_no_case: Vec<&'r str>,
    step_aside_in_no_case: Vec<&'r str>,
    /// The number of counts, pairs, shadows and edits; absent if there are none.
    blocks: Option<usize>,
    apply: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    apply_in_no_case: Vec<&'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pairs_step_aside_in_no_case: Vec<&'r str>,
    outcomes: Option<usize>,
    reached: Option<usize>,
    reached_in_no_case: Vec<OutcomeJson<'r>>,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct OutcomeJson<'r> {
    activities: &'r [String],
    outcome: String,
    note: Option<&'r Example>,
    settings: Option<&'r BTreeMap<String, WrittenAnswer>>,
}

impl Report<'_> {
    /// Writes the JSON document.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let document = Document {
            summary: self.counts(),
            coverage: self.coverage.as_ref().map(|coverage| self.coverage_json(coverage)),
            mutants: self.mutants.as_ref(),
            cases: self.results().map(|(run, result)| self.case_json(run, result)).collect(),
        };
        write_json(&document, out)
    }

    fn case_json<'v>(&self, run: &'v SampleBatchRun<'_>, result: &'v CaseResult<'_>) -> CaseJson<'v> {
        let pairs = |pairs: &'v [(String, String)]| pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let difference = |difference: &'v Difference| DifferenceJson {
            note: difference.note.map(|note| note + 1),
            what: &difference.what,
            expected: &difference.expected,
            got: &difference.got,
        };
        let note = |at: usize| {
            let (read, presumed) = self.read(run, at).unwrap_or_default();
            let (record, row) = (run.claims.records.get(at)?, run.rows.get(at)?);
            Some(NoteAndRow { number: at + 1, note: NoteJson(record), read, presumed, row })
        };
        let failed = if result.passes() { Vec::new() } else { notes_of(result, run) };
        let case = result.case;
        CaseJson {
            file: &case.place.file,
            line: case.place.line,
            column: case.place.column,
            title: &case.title,
            status: status(result),
            known_wrong: case.known_wrong.as_deref(),
            settings: pairs(&run.claims.settings).collect(),
            presume: pairs(&run.claims.presume).collect(),
            strict: run.claims.strict,
            as_of: run.claims.as_of.map(|date| date.to_string()),
            differences: result.differences.iter().map(difference).collect(),
            notes: failed.into_iter().filter_map(note).collect(),
        }
    }

    fn coverage_json<'c>(&'c self, coverage: &'c Coverage) -> CoverageJson<'c> {
        let rule = |id| self.set.rule(id).id.as_str();
        let idle = coverage.rules.iter().filter(|reached| !reached.decides);
        let eager = coverage.rules.iter().filter(|reached| !reached.steps_aside);
        let decide_in_no_case: Vec<&str> = idle.map(|reached| rule(reached.rule)).collect();
        let step_aside_in_no_case: Vec<&str> = eager.map(|reached| rule(reached.rule)).collect();
        let outcome = |outcome: &'c OutcomeCoverage| OutcomeJson {
            activities: &outcome.activities,
            outcome: self.outcome(outcome.outcome),
            note: outcome.example.as_ref(),
            settings: outcome.example.as_ref().map(|example| &example.settings).filter(|settings| !settings.is_empty()),
        };
        let unreached = coverage.outcomes.iter().filter(|outcome| !outcome.is_reached);
        let reached_in_no_case: Vec<OutcomeJson<'_>> = unreached.map(outcome).collect();
        let all = Some(coverage.outcomes.len()).filter(|all| *all > 0);
        let blocks = Some(coverage.blocks.len()).filter(|blocks| *blocks > 0);
        let idle = coverage.blocks.iter().filter(|block| !block.applies);
        let eager = coverage.blocks.iter().filter(|block| block.steps_aside == Some(false));
        let apply_in_no_case: Vec<&str> = idle.map(|block| block.id.as_str()).collect();
        CoverageJson {
            rules: coverage.rules.len(),
            decide: coverage.rules.len() - decide_in_no_case.len(),
            step_aside: coverage.rules.len() - step_aside_in_no_case.len(),
            decide_in_no_case,
            step_aside_in_no_case,
            blocks,
            apply: blocks.map(|blocks| blocks - apply_in_no_case.len()),
            apply_in_no_case,
            pairs_step_aside_in_no_case: eager.map(|block| block.id.as_str()).collect(),
            outcomes: all,
            reached: all.map(|all| all - reached_in_no_case.len()),
            reached_in_no_case,
        }
    }
}

fn status(result: &CaseResult<'_>) -> &'static str {
    match (result.passes(), &result.case.known_wrong) {
        (true, None) => "passed",
        (true, Some(_)) => "known_wrong",
        (false, None) => "failed",
        (false, Some(_)) => "no_longer_wrong",
    }
}
