//! The naive judge's reading of pairs: every line is compared with every other one.

use std::collections::{BTreeMap, BTreeSet};

use actbill::decide::Verdict;
use actbill::rules::{Outcome, Pair, PayerId, Relation, RuleSet, ServiceId, Then, Unit, Within};
use chrono::Datelike;

use super::judge::{Group, Judge, Known, State, payer_of};

#[derive(Clone, Debug)]
struct Line {
    group: Option<usize>,
    client: String,
    service: ServiceId,
    source: ServiceId,
    period: Option<String>,
    sure: bool,
    notes: Vec<usize>,
    /// Facts on which the line depends since the first round.
    missing: BTreeSet<String>,
}

/// Applies all pairs to the groups.
pub(super) fn apply(judge: &Judge<'_>, groups: &mut [Group]) {
    judge.pairs(groups);
}

impl Judge<'_> {
    pub(super) fn pairs(&self, groups: &mut [Group]) {
        let lines = self.lines(groups);
        let mut effects = self.same_service(&lines);
        for (number, pair) in self.set.pairs.iter().enumerate() {
            if pair.terms.relation == Relation::NotWith {
                for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.sure) {
                    effects.extend(self.not_with(number, pair, (at, line), &lines));
                }
            }
        }
        settle(self.set, groups, &effects);
        let left: Vec<Line> = lines.into_iter().filter_map(|line| still(groups, line)).collect();
        let mut effects = Vec::new();
        for (number, pair) in self.set.pairs.iter().enumerate() {
            if pair.terms.relation == Relation::OnlyWith {
                for line in left.iter().filter(|line| line.sure && pair.terms.these.contains(&line.service)) {
                    effects.extend(self.only_with(number, pair, line, &left));
                }
            }
        }
        settle(self.set, groups, &effects);
    }

    fn lines(&self, groups: &[Group]) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            if ![State::Billed, State::Undecided].contains(&group.state) {
                continue;
            }
            for service in group.possible.iter().chain(group.earned.keys()).collect::<BTreeSet<_>>() {
                let sure = group.state == State::Billed && group.earned.contains_key(service);
                let notes = if sure { vec![group.carrier] } else { [group.notes.clone(), group.open.clone()].concat() };
                lines.push(Line {
                    group: Some(at),
                    client: group.key.0.clone(),
                    service: *service,
                    source: group.key.1,
                    period: Some(group.key.2.clone()),
                    sure,
                    notes,
                    missing: BTreeSet::new(),
                });
            }
        }
        let mut alone: BTreeMap<(String, ServiceId, PayerId, Option<String>), Vec<usize>> = BTreeMap::new();
        for (at, note) in self.notes.iter().enumerate() {
            let Verdict::HeldForFacts { possible, .. } = &note.verdict else { continue };
            for outcome in possible {
                let Outcome::Billable(service, payer) = *outcome else { continue };
                let period = self.period(at, self.within(service, payer, note.date));
                let split = self.set.service(service).unit == Unit::QuarterHour;
                let key = period.clone().map(|period| (note.client.clone(), service, period, split.then_some(payer)));
                if !key.is_some_and(|key| groups.iter().any(|group| group.key == key)) {
                    alone.entry((note.client.clone(), service, payer, period)).or_default().push(at);
                }
            }
        }
        for ((client, source, payer, period), notes) in alone {
            let date = self.notes[notes[0]].date;
            let sums = self.sums(0, &notes);
            let earned: BTreeSet<ServiceId> =
                sums.iter().flat_map(|sum| self.earned(source, payer, date, *sum).into_keys()).collect();
            for service in earned {
                let (client, period, notes) = (client.clone(), period.clone(), notes.clone());
                let missing = BTreeSet::new();
                lines.push(Line { group: None, client, service, source, period, sure: false, notes, missing });
            }
        }
        lines
    }

    fn spans(&self, line: &Line) -> bool {
        let payer = line.notes.iter().find_map(|at| payer_of(&self.notes[*at].verdict)).unwrap_or_else(|| {
            let possible = line.notes.iter().filter_map(|at| match &self.notes[*at].verdict {
                Verdict::HeldForFacts { possible, .. } => Some(possible),
                _ => None,
            });
            let mut payers = possible.flatten().filter_map(|outcome| match outcome {
                Outcome::Billable(service, payer) if *service == line.source => Some(*payer),
                _ => None,
            });
            payers.next().unwrap()
        });
        let within = self.within(line.source, payer, self.notes[line.notes[0]].date);
        matches!(within, Within::Month | Within::Date(_))
    }

    fn same_service(&self, lines: &[Line]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for line in lines.iter().filter(|line| line.sure && self.spans(line)) {
            let rivals: Vec<&Line> = lines
                .iter()
                .filter(|other| other.client == line.client && other.service == line.service)
                .filter(|other| other.source != line.source && self.spans(other))
                .filter(|other| {
                    let anywhere =
                        other.period.is_none() && line.period.as_ref().is_some_and(|own| own.starts_with("after"));
                    other.period == line.period || anywhere
                })
                .collect();
            if rivals.iter().any(|other| other.sure) {
                effects.push(Effect::applies(None, line));
            } else if !rivals.is_empty() {
                effects.push(Effect::undecided(None, line, self.missing_of(&rivals)));
            }
        }
        effects
    }

    fn missing_of(&self, lines: &[&Line]) -> BTreeSet<String> {
        let open = lines.iter().filter(|line| !line.sure).flat_map(|line| line.notes.iter().copied());
        let mut missing = self.missing(&open.collect::<Vec<_>>());
        missing.extend(lines.iter().flat_map(|line| line.missing.iter().cloned()));
        missing
    }

    /// Compares two lines under a pair: `Some(true)` if they surely meet, `Some(false)` if they may.
    fn meet(&self, pair: &Pair, one: &Line, other: &Line) -> Option<bool> {
        let found = one.notes.iter().flat_map(|a| other.notes.iter().map(move |b| (*a, *b)));
        let found = found.filter_map(|(a, b)| self.notes_meet(pair, a, b));
        let best = found.max()?;
        Some(best && one.sure && other.sure)
    }

    fn notes_meet(&self, pair: &Pair, a: usize, b: usize) -> Option<bool> {
        let (one, other) = (&self.notes[a], &self.notes[b]);
        let lifted = |note: &Known| note.modifiers.iter().any(|modifier| pair.lifted_by.contains(modifier));
        if one.client != other.client || lifted(one) || lifted(other) {
            return None;
        }
        let mut sure = true;
        match pair.terms.within {
            Within::Note | Within::Day if one.date != other.date => return None,
            Within::Month if (one.date.year(), one.date.month()) != (other.date.year(), other.date.month()) => {
                return None;
            }
            Within::Date(_) => match (one.discharge, other.discharge) {
                (Some(one), Some(other)) if one == other => {}
                (Some(_), Some(_)) => return None,
                _ => sure = false,
            },
            _ => {}
        }
        match (pair.same_staff, &one.staff, &other.staff) {
            (true, Some(one), Some(other)) if one != other => None,
            (true, None, _) | (true, _, None) => Some(false),
            _ => Some(sure),
        }
    }

    fn not_with(&self, number: usize, pair: &Pair, (at, line): (usize, &Line), lines: &[Line]) -> Vec<Effect> {
        let mut effects = Vec::new();
        let sides = [(&pair.terms.these, &pair.terms.others, true), (&pair.terms.others, &pair.terms.these, false)];
        for (own, others, is_these) in sides {
            if !own.contains(&line.service) || (!is_these && pair.then == Then::Strike) {
                continue;
            }
            let others = lines.iter().enumerate().filter(|(other, found)| {
                let is_same_pool = found.group.is_some() && found.group == line.group;
                *other != at && !is_same_pool && others.contains(&found.service)
            });
            let met: Vec<(bool, &Line)> =
                others.filter_map(|(_, other)| Some((self.meet(pair, line, other)?, other))).collect();
            if met.iter().any(|(sure, _)| *sure) {
                effects.push(Effect::applies(Some(number), line));
            } else if !met.is_empty() && pair.then != Then::Advise {
                effects.push(Effect::undecided(Some(number), line, self.why_open(pair, line, &met)));
            }
        }
        effects
    }

    fn why_open(&self, pair: &Pair, line: &Line, met: &[(bool, &Line)]) -> BTreeSet<String> {
        let lines: Vec<&Line> = met.iter().map(|(_, line)| *line).collect();
        let mut missing = self.missing_of(&lines);
        let no_staff = |line: &Line| line.notes.iter().any(|at| self.notes[*at].staff.is_none());
        if pair.same_staff && (no_staff(line) || lines.iter().any(|line| no_staff(line))) {
            missing.insert("staff".into());
        }
        missing
    }

    fn only_with(&self, number: usize, pair: &Pair, line: &Line, lines: &[Line]) -> Option<Effect> {
        if self.notes[line.notes[0]].modifiers.iter().any(|modifier| pair.lifted_by.contains(modifier)) {
            return None;
        }
        let partners = lines.iter().filter(|other| pair.terms.others.contains(&other.service));
        let met: Vec<(bool, &Line)> =
            partners.filter_map(|other| Some((self.meet(pair, line, other)?, other))).collect();
        match (met.iter().any(|(sure, _)| *sure), met.is_empty()) {
            (true, _) => None,
            (false, false) => Some(Effect::undecided(Some(number), line, self.why_open(pair, line, &met))),
            (false, true) => Some(Effect::applies(Some(number), line)),
        }
    }
}

struct Effect {
    pair: Option<usize>,
    group: Option<usize>,
    service: ServiceId,
    carrier: usize,
    open: Option<BTreeSet<String>>,
}

impl Effect {
    fn applies(pair: Option<usize>, line: &Line) -> Self {
        Self { pair, group: line.group, service: line.service, carrier: line.notes[0], open: None }
    }

    fn undecided(pair: Option<usize>, line: &Line, missing: BTreeSet<String>) -> Self {
        Self { open: Some(missing), ..Self::applies(pair, line) }
    }
}

fn settle(set: &RuleSet, groups: &mut [Group], effects: &[Effect]) {
    for (at, group) in groups.iter_mut().enumerate() {
        let own: Vec<&Effect> = effects.iter().filter(|effect| effect.group == Some(at)).collect();
        let mut held = false;
        for effect in &own {
            let pair = effect.pair.map(|number| &set.pairs[number]);
            let then = pair.map_or(Then::Hold, |pair| pair.then);
            let only = pair.is_some_and(|pair| pair.terms.relation == Relation::OnlyWith);
            let finding = match (&effect.open, only) {
                (Some(_), _) => "undecided",
                (None, true) => "no-partner",
                (None, false) => "not-together",
            };
            let about = (effect.open.is_none() && then == Then::Advise).then_some(effect.carrier);
            group.findings.insert((about, finding));
            held |= effect.open.is_none() && then == Then::Hold;
            if effect.open.is_none() && then == Then::Strike {
                group.earned.remove(&effect.service);
            }
        }
        let open: Vec<&BTreeSet<String>> = own.iter().filter_map(|effect| effect.open.as_ref()).collect();
        if held {
            group.state = State::HeldByPerson;
        } else if group.earned.is_empty() && !own.is_empty() && group.state == State::Billed {
            group.state = State::Struck;
        } else if !open.is_empty() && group.state == State::Billed {
            group.state = State::Undecided;
            group.missing = open.into_iter().flatten().cloned().collect();
        }
    }
}

/// Returns the line as the second round sees it.
fn still(groups: &[Group], line: Line) -> Option<Line> {
    let Some(group) = line.group.map(|at| &groups[at]) else { return Some(line) };
    match group.state {
        State::Billed => (!line.sure || group.earned.contains_key(&line.service)).then_some(line),
        State::Undecided => Some(Line { sure: false, missing: group.missing.clone(), ..line }),
        State::HeldByPerson | State::Struck => None,
    }
}
