//! Output as text for people: failing cases with their notes, differences, facts read, and rules that decided.

use std::io::{self, Write};

use super::super::{
    BlockCoverage, CaseResult, Counting, Difference, OutcomeCoverage, RuleCoverage, SampleBatch, SampleBatchRun,
};
use super::{MutantsReport, NO_LONGER_WRONG, NoteJson, Report, notes_of, write_visible};
use crate::rules::{AnsweredBy, RuleId};
use crate::space::Example;
use crate::visible::visible;

/// Number of outcomes to show before only counting the rest.
const SHOWN: usize = 5;

impl Report<'_> {
    /// Writes the text report.
    pub fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        write_visible(out, |out| self.write_text(out))
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (run, result) in self.results().filter(|(_, result)| !result.passes()) {
            self.failure(run, result, out)?;
        }
        if let Some(coverage) = &self.coverage {
            self.coverage(coverage, out)?;
        }
        for row in self.mutants.iter().flat_map(MutantsReport::survivors) {
            writeln!(out, "SURVIVED  {}:{}:{}  {}", row.file, row.line, row.column, row.describe())?;
            row.explain().iter().try_for_each(|line| writeln!(out, "  {line}"))?;
            writeln!(out)?;
        }
        writeln!(out, "{}", self.counts())?;
        self.mutants.iter().try_for_each(|mutants| writeln!(out, "{}", mutants.summary))
    }

    fn failure(&self, run: &SampleBatchRun<'_>, result: &CaseResult<'_>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "FAILED  {}  {}", result.case.place, result.case.title)?;
        if result.case.known_wrong.is_some() {
            writeln!(out, "  {NO_LONGER_WRONG}")?;
        }
        self.around(run.claims, out)?;
        let widest = |text: &dyn Fn(&Difference) -> &String, least: usize| {
            result.differences.iter().map(|d| text(d).chars().count()).max().unwrap_or(0).max(least)
        };
        let (label, width) = (widest(&|d| &d.what, 14), widest(&|d| &d.expected, 8));
        let differences = |note: Option<usize>, out: &mut dyn Write| -> io::Result<()> {
            let mut here = result.differences.iter().filter(|difference| difference.note == note).peekable();
            if here.peek().is_some() {
                writeln!(out, "    {:label$}  {:width$}  got", "", "expected")?;
            }
            here.try_for_each(|d| {
                writeln!(out, "    {:label$}  {:width$}  {}", d.what, visible(&d.expected), visible(&d.got))
            })
        };
        for note in notes_of(result, run) {
            if let Some(record) = run.claims.records.get(note) {
                writeln!(out, "  note      {}", serde_json::to_string(&NoteJson(record))?)?;
            }
            differences(Some(note), out)?;
            self.reasons(run, note, out)?;
        }
        differences(None, out)?;
        writeln!(out)
    }

    /// Writes the settings that were answered explicitly, and the other options of the batch.
    fn around(&self, claims: &SampleBatch, out: &mut dyn Write) -> io::Result<()> {
        let own = |name: &str| claims.settings.iter().any(|(answered, _)| answered == name);
        let answered = self.set.settings.iter().filter(|setting| setting.by != AnsweredBy::Default);
        let answered = answered.map(|setting| (&self.set.vocabulary.fact(setting.fact).name, setting));
        let pair = |name: &str, value: &str| visible(&format!("{name} = {value}")).into_owned();
        let others = answered
            .filter(|(name, _)| !own(name))
            .map(|(name, setting)| pair(name, &self.set.answer_text(setting.fact, setting.value)));
        let settings: Vec<String> =
            claims.settings.iter().map(|(name, value)| pair(name, value)).chain(others).collect();
        if !settings.is_empty() {
            writeln!(out, "  settings  {}", settings.join(", "))?;
        }
        if !claims.presume.is_empty() {
            let presume: Vec<String> = claims.presume.iter().map(|(name, value)| pair(name, value)).collect();
            writeln!(out, "  presume   {}", presume.join(", "))?;
        }
        if claims.strict {
            writeln!(out, "  strict    nothing is presumed")?;
        }
        Ok(())
    }

    /// Writes the facts read from a note and what decided it.
    fn reasons(&self, run: &SampleBatchRun<'_>, note: usize, out: &mut dyn Write) -> io::Result<()> {
        if let Some((answered, presumed)) = self.read(run, note) {
            writeln!(out, "  read      {}", answered.join(", "))?;
            if !presumed.is_empty() {
                writeln!(out, "  presumed  {}", presumed.join(", "))?;
            }
        }
        let Some(row) = run.rows.get(note) else { return Ok(()) };
        let mut label = "decided";
        for (id, title) in self.decided(row) {
            writeln!(out, "  {label:8}  {id}: {}", visible(title))?;
            label = "";
        }
        if let Some(because) = &row.because {
            writeln!(out, "  because   {}", visible(because))?;
        }
        for error in &row.errors {
            let field = error.field.as_ref().map(|field| format!(" `{field}`:")).unwrap_or_default();
            writeln!(out, "  rejected  [{}]{field} {}", error.code, error.text)?;
        }
        Ok(())
    }

    fn coverage(&self, coverage: &super::Coverage, out: &mut dyn Write) -> io::Result<()> {
        let ids = |reached: &dyn Fn(&&RuleCoverage) -> bool| -> Vec<RuleId> {
            coverage.rules.iter().filter(reached).map(|reached| reached.rule).collect()
        };
        let (idle, eager) = (ids(&|reached| !reached.decides), ids(&|reached| !reached.steps_aside));
        let all = coverage.rules.len();
        let whose = if coverage.counting == Counting::Own { "own " } else { "" };
        writeln!(
            out,
            "{} of {all} {whose}rules decide in a case, {} of {all} step aside in one",
            all - idle.len(),
            all - eager.len()
        )?;
        for (what, rules) in [("decides in no case", idle), ("steps aside in no case", eager)] {
            for rule in rules {
                writeln!(out, "  {what:22}  {}", self.set.rule(rule).id)?;
            }
        }
        write_blocks(coverage, out)?;
        let unreached: Vec<&OutcomeCoverage> = coverage.outcomes.iter().filter(|outcome| !outcome.is_reached).collect();
        if let all @ 1.. = coverage.outcomes.len() {
            writeln!(out, "{} of {all} outcomes of activities are reached by a case", all - unreached.len())?;
        }
        for outcome in unreached.iter().take(SHOWN) {
            let example = outcome.example.as_ref().map(Example::describe).unwrap_or_default();
            writeln!(out, "  not reached ({}): {example}", self.outcome(outcome.outcome))?;
        }
        if unreached.len() > SHOWN {
            writeln!(out, "  and {} more; `--format json` has them all", unreached.len() - SHOWN)?;
        }
        writeln!(out)
    }
}

/// Writes which counts, pairs, shadows and edits apply in no case, if there are any.
fn write_blocks(coverage: &super::Coverage, out: &mut dyn Write) -> io::Result<()> {
    let all = coverage.blocks.len();
    if all == 0 {
        return Ok(());
    }
    let ids = |wanted: &dyn Fn(&&BlockCoverage) -> bool| -> Vec<&String> {
        coverage.blocks.iter().filter(wanted).map(|block| &block.id).collect()
    };
    let idle = ids(&|block| !block.applies);
    let eager = ids(&|block| block.steps_aside == Some(false));
    writeln!(out, "{} of {all} counts, pairs, shadows and edits apply in a case", all - idle.len())?;
    for (what, ids) in [("applies in no case", idle), ("steps aside in no case", eager)] {
        ids.iter().try_for_each(|id| writeln!(out, "  {what:22}  {id}"))?;
    }
    Ok(())
}
