//! A naive judge of what several notes earn together. It shares no code with the ledger: it counts minute by minute, tries
//! every subset of held notes, and (in `pairs`) compares every line with every other one.

use std::collections::{BTreeMap, BTreeSet};

use actbill::decide::Verdict;
use actbill::rules::{Count, Outcome, PayerId, RuleSet, ServiceId, Unit, Within};
use chrono::{Datelike, NaiveDate};

/// A note, decided alone.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) client: String,
    pub(crate) date: NaiveDate,
    pub(crate) start: Option<u32>,
    pub(crate) minutes: u32,
    pub(crate) staff: Option<String>,
    pub(crate) practitioner: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) modifiers: Vec<String>,
    pub(crate) discharge: Option<NaiveDate>,
    pub(crate) verdict: Verdict,
}

/// What becomes of one note beside the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) status: &'static str,
    /// Units that stand on the note, by service.
    pub(crate) units: BTreeMap<String, u32>,
    pub(crate) bundled_into: Option<usize>,
    /// Codes of findings about several notes.
    pub(crate) findings: BTreeSet<&'static str>,
    pub(crate) missing: BTreeSet<String>,
}

pub(super) type Key = (String, ServiceId, String, Option<PayerId>);

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) key: Key,
    pub(super) notes: Vec<usize>,
    pub(super) open: Vec<usize>,
    pub(super) payer: PayerId,
    pub(super) earned: BTreeMap<ServiceId, u32>,
    pub(super) possible: BTreeSet<ServiceId>,
    pub(super) carrier: usize,
    pub(super) state: State,
    pub(super) findings: BTreeSet<(Option<usize>, &'static str)>,
    pub(super) missing: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Billed,
    HeldByPerson,
    Undecided,
    Struck,
}

pub(crate) struct Judge<'j> {
    pub(crate) set: &'j RuleSet,
    pub(crate) notes: &'j [Known],
    pub(crate) discharge: actbill::facts::FactId,
}

impl Judge<'_> {
    pub(crate) fn judge(&self) -> Vec<Expected> {
        let mut groups = self.groups();
        super::pairs::apply(self, &mut groups);
        (0..self.notes.len()).map(|at| self.expected(at, &groups)).collect()
    }

    fn counts(&self, service: ServiceId, payer: PayerId, date: NaiveDate) -> Vec<&Count> {
        let is_for = |count: &&Count| {
            count.notes == service
                && count.payers.as_ref().is_none_or(|payers| payers.contains(&payer))
                && count.effective.from.is_none_or(|from| from <= date)
                && count.effective.through.is_none_or(|through| date <= through)
        };
        self.set.counts.iter().filter(is_for).collect()
    }

    pub(super) fn within(&self, service: ServiceId, payer: PayerId, date: NaiveDate) -> Within {
        let pool = self.set.pools_by_day();
        match (self.counts(service, payer, date).first(), self.set.service(service).unit) {
            (Some(count), _) => count.within,
            (None, Unit::QuarterHour) if pool => Within::Day,
            (None, Unit::QuarterHour | Unit::Each) => Within::Note,
            (None, Unit::Day) => Within::Day,
            (None, Unit::Month) => Within::Month,
        }
    }

    /// Returns the period of a note in words; `None` if the date that selects it is open.
    pub(super) fn period(&self, at: usize, within: Within) -> Option<String> {
        let note = &self.notes[at];
        Some(match within {
            Within::Note => format!("note {at}"),
            Within::Day => note.date.to_string(),
            Within::Month => format!("{}-{}", note.date.year(), note.date.month()),
            Within::Date(fact) => {
                assert_eq!(fact, self.discharge);
                format!("after {}", note.discharge?)
            }
        })
    }

    /// Counts minute by minute.
    pub(super) fn earned(
        &self,
        service: ServiceId,
        payer: PayerId,
        date: NaiveDate,
        minutes: u32,
    ) -> BTreeMap<ServiceId, u32> {
        let counts = self.counts(service, payer, date);
        let mut earned = BTreeMap::new();
        if counts.is_empty() {
            let part = self.set.part_quarter_hour().minutes();
            let units = match self.set.service(service).unit {
                Unit::QuarterHour => (1..=minutes).filter(|minute| minute % 15 == part % 15).count(),
                Unit::Day | Unit::Month | Unit::Each => usize::from(minutes > 0),
            };
            earned.insert(service, u32::try_from(units).unwrap());
        }
        for count in counts {
            let steps = &count.steps;
            let last = *steps.at_least.last().unwrap();
            let is_reached = |minute: &u32| {
                let further = steps.each.is_some_and(|each| *minute > last && (*minute - last).is_multiple_of(each));
                steps.at_least.contains(minute) || further
            };
            let mut units = u32::try_from((1..=minutes).filter(is_reached).count()).unwrap();
            units = units.min(steps.most.unwrap_or(u32::MAX));
            if steps.below.is_some_and(|below| minutes >= below) {
                units = 0;
            }
            *earned.entry(count.earns).or_insert(0) += units;
        }
        earned.retain(|_, units| *units > 0);
        earned
    }

    fn codes(&self, services: impl Iterator<Item = ServiceId>) -> BTreeSet<String> {
        services.filter_map(|service| self.set.service(service).code.clone()).collect()
    }

    fn groups(&self) -> Vec<Group> {
        let mut members: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        let mut miscoded = BTreeSet::new();
        for (at, note) in self.notes.iter().enumerate() {
            let Verdict::Billable(service, payer) = note.verdict else { continue };
            let earns = self.counts(service, payer, note.date).into_iter().map(|count| count.earns);
            let codes = self.codes(earns.chain([service]));
            let within = self.within(service, payer, note.date);
            let mut period = self.period(at, within).unwrap_or_else(|| format!("note {at}"));
            if note.code.as_ref().is_some_and(|code| !codes.contains(code)) {
                miscoded.insert(at);
                period = format!("note {at}");
            }
            let split = self.set.service(service).unit == Unit::QuarterHour;
            members.entry((note.client.clone(), service, period, split.then_some(payer))).or_default().push(at);
        }
        members.into_iter().map(|(key, notes)| self.group(key, notes, &miscoded)).collect()
    }

    fn group(&self, key: Key, mut notes: Vec<usize>, miscoded: &BTreeSet<usize>) -> Group {
        notes.sort_by_key(|at| (self.notes[*at].date, self.notes[*at].start.unwrap_or(9_999), *at));
        let first = &self.notes[notes[0]];
        let Verdict::Billable(service, payer) = first.verdict else { panic!("a group has a billable note") };
        let open: Vec<usize> = (0..self.notes.len()).filter(|at| self.is_open(*at, &key, payer)).collect();
        let sure: u32 = notes.iter().map(|at| self.notes[*at].minutes).sum();
        let earn = |minutes| self.earned(service, payer, first.date, minutes);
        let earned = earn(sure);
        let sums = self.sums(sure, &open);
        let reachable: Vec<_> = sums.iter().map(|sum| earn(*sum)).collect();
        let units = |earned: &BTreeMap<ServiceId, u32>, service: &ServiceId| earned.get(service).copied().unwrap_or(0);
        let loses = reachable.iter().any(|then| earned.iter().any(|(service, now)| units(then, service) < *now));
        let gains = reachable.iter().any(|then| then.iter().any(|(service, then)| *then > units(&earned, service)));
        let payers: BTreeSet<PayerId> = notes.iter().filter_map(|at| payer_of(&self.notes[*at].verdict)).collect();
        let people: BTreeSet<_> = notes.iter().filter_map(|at| self.notes[*at].practitioner.clone()).collect();
        let one = self.counts(service, payer, first.date).iter().any(|count| count.one_practitioner);
        let codes = self.codes(earned.keys().copied());
        let differs = |at: &usize| {
            miscoded.contains(at) || self.notes[*at].code.as_ref().is_some_and(|code| !codes.contains(code))
        };
        let split = key.3.is_some() && earned.keys().all(|earned| *earned == service);
        let (state, finding) = if payers.len() > 1 {
            let is_day = key.2.len() == 10 && self.within(service, payer, first.date) == Within::Day;
            (State::HeldByPerson, Some(if is_day { "day-payers-differ" } else { "payers-differ" }))
        } else if one && people.len() > 1 {
            (State::HeldByPerson, Some("practitioners-differ"))
        } else if loses {
            (State::Undecided, Some("undecided"))
        } else if notes.iter().any(differs) {
            (State::HeldByPerson, Some("code-differs"))
        } else {
            (State::Billed, (gains && !split).then_some("open-minutes"))
        };
        let mut group = Group {
            carrier: self.carrier(service, payer, &notes, &earned),
            possible: reachable.iter().flat_map(|earned| earned.keys().copied()).collect(),
            missing: if state == State::Undecided { self.missing(&open) } else { BTreeSet::new() },
            findings: finding.into_iter().map(|finding| (None, finding)).collect(),
            key,
            notes,
            open,
            payer,
            earned,
            state,
        };
        if group.state == State::Billed && group.earned.is_empty() {
            group.findings.insert((None, "below-unit"));
        }
        group
    }

    /// Whether a held note may belong to a group.
    fn is_open(&self, at: usize, key: &Key, payer: PayerId) -> bool {
        let note = &self.notes[at];
        let Verdict::HeldForFacts { possible, .. } = &note.verdict else { return false };
        let fits = note.client == key.0 && possible.contains(&Outcome::Billable(key.1, payer));
        let period = self.period(at, self.within(key.1, payer, note.date));
        fits && period.is_none_or(|period| period == key.2)
    }

    pub(super) fn sums(&self, sure: u32, open: &[usize]) -> BTreeSet<u32> {
        let mut sums = BTreeSet::from([sure]);
        for at in open {
            sums = sums.iter().flat_map(|sum| [*sum, sum + self.notes[*at].minutes]).collect();
        }
        sums
    }

    pub(super) fn missing(&self, notes: &[usize]) -> BTreeSet<String> {
        let missing = notes.iter().filter_map(|at| match &self.notes[*at].verdict {
            Verdict::HeldForFacts { missing, .. } => Some(missing),
            _ => None,
        });
        missing.flatten().map(|fact| self.set.vocabulary.fact(*fact).name.clone()).collect()
    }

    /// Returns the first note after which everything is earned.
    fn carrier(&self, service: ServiceId, payer: PayerId, notes: &[usize], earned: &BTreeMap<ServiceId, u32>) -> usize {
        let (date, mut sum) = (self.notes[notes[0]].date, 0);
        for at in notes {
            sum += self.notes[*at].minutes;
            let so_far = self.earned(service, payer, date, sum);
            if earned.iter().all(|(service, units)| so_far.get(service).is_some_and(|so_far| so_far >= units)) {
                return *at;
            }
        }
        panic!("a group has a billable note")
    }

    fn expected(&self, at: usize, groups: &[Group]) -> Expected {
        let note = &self.notes[at];
        match &note.verdict {
            Verdict::Billable(service, _) => {
                let group = groups.iter().find(|group| group.notes.contains(&at)).unwrap();
                self.expected_in(at, *service, group)
            }
            Verdict::NonBillable => Expected { status: "non_billable", ..Expected::default() },
            Verdict::HeldByRule => Expected { status: "held", ..Expected::default() },
            Verdict::HeldForFacts { .. } => {
                Expected { status: "held", missing: self.missing(&[at]), ..Expected::default() }
            }
        }
    }

    fn expected_in(&self, at: usize, service: ServiceId, group: &Group) -> Expected {
        let found = group.findings.iter().filter(|(about, _)| about.is_none_or(|about| about == at));
        let mut expected = Expected {
            status: match group.state {
                State::Billed => "billable",
                State::HeldByPerson | State::Undecided => "held",
                State::Struck => "non_billable",
            },
            findings: found.map(|(_, finding)| *finding).collect(),
            missing: if group.state == State::Undecided { group.missing.clone() } else { BTreeSet::new() },
            ..Expected::default()
        };
        if group.state != State::Billed || group.earned.is_empty() {
            return expected;
        }
        let name = |service: ServiceId| self.set.service(service).name.clone();
        let within = self.within(service, group.payer, self.notes[group.notes[0]].date);
        let alone = group.earned.keys().all(|earned| *earned == service);
        if group.key.3.is_some() && alone && within != Within::Note {
            // Shared quarter hours: the sum is checked by the caller, the sharing by tests of units.
            expected.units.insert("shared".into(), group.earned.values().sum());
        } else if at == group.carrier {
            expected.units = group.earned.iter().map(|(service, units)| (name(*service), *units)).collect();
        } else {
            expected.bundled_into = Some(group.carrier);
        }
        expected
    }
}

pub(super) fn payer_of(verdict: &Verdict) -> Option<PayerId> {
    match verdict {
        Verdict::Billable(_, payer) => Some(*payer),
        _ => None,
    }
}
