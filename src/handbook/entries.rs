//! Builds the entries of a rule set: one for each rule, setting, fact, service, payer, source, and invariant. Entries of
//! other blocks are built beside.

use serde_json::json;

use super::entry::{BlockLink, Content, Entry};
use super::period_entries::{self, add_dates, add_terms};
use super::statement_entries;
use crate::facts::{Answer, Fact, FactId, Lever, Origin};
use crate::nearest::{joined, one_of};
use crate::report::{FIELD_MEANINGS, RateView};
use crate::rules::{
    Basis, CitingBlock, Count, Effect, Invariant, Pair, PayerId, Presumption, ProgramSetting, Rule, RuleSet, ServiceId,
    Setting, Source, Test, Within,
};
use crate::words;

/// Returns all entries, rules first.
pub(super) fn entries(set: &RuleSet) -> Vec<Entry> {
    let facts = set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting);
    rules(set)
        .chain(period_entries::entries(set))
        .chain(set.settings.iter().map(|setting| self::setting(set, setting)))
        .chain(facts.map(|(id, declared)| fact(set, id, declared)))
        .chain(set.service_ids().map(|id| service(set, id)))
        .chain(set.payer_ids().map(|id| payer(set, id)))
        .chain(set.sources.iter().enumerate().map(|(at, named)| source(set, at, named)))
        .chain(statement_entries::statements(set))
        .chain(statement_entries::labels(set))
        .chain(set.invariants.iter().map(|promise| invariant(set, promise)))
        .chain(fields(set))
        .collect()
}

/// Returns the entries of the fields of a row. A field that is called like a fact has the fact's entry.
fn fields(set: &RuleSet) -> impl Iterator<Item = Entry> {
    let fields = FIELD_MEANINGS.iter().filter(|(name, _)| set.vocabulary.find(name).is_none());
    fields.map(|(name, meaning)| {
        let mut entry = Entry::new("field", name, meaning);
        entry.kind = "field of a row";
        entry
    })
}

/// Returns the entries of the rules, ordered by id.
pub(super) fn rules(set: &RuleSet) -> impl Iterator<Item = Entry> {
    set.rules.iter().map(|rule| self::rule(set, rule))
}

fn rule(set: &RuleSet, rule: &Rule) -> Entry {
    let mut entry = Entry::new("rule", &rule.id, &rule.title);
    entry.kind = rule.kind();
    entry.other_names.clone_from(&rule.formerly);
    entry.data("kind", rule.kind());
    let when = words::condition(set, &rule.condition);
    if when.is_empty() {
        entry.text("", "When", "always");
    } else {
        entry.add("when", "When", Content::List(when));
    }
    entry.text("does", "Then", words::effect(set, rule));
    add_dates(&mut entry, rule.effective);
    let over_it = |other: &&Rule| matches!(&other.effect, Effect::Offer { overrides, .. } if overrides.iter().any(|id| set.rule(*id).id == rule.id));
    entry.rules(set, "overridden_by", "Exceptions", set.rules.iter().filter(over_it));
    entry.text("", "Formerly", joined(rule.formerly.clone(), "and"));
    entry.data("formerly", rule.formerly.clone());
    entry
        .data("sources", words::basis(set, &rule.basis).into_iter().filter(|name| name != "house").collect::<Vec<_>>());
    entry.basis(set, &rule.basis, Some(&rule.span));
    entry
}

pub(super) fn setting(set: &RuleSet, setting: &Setting) -> Entry {
    let fact = set.vocabulary.fact(setting.fact);
    let mut entry = Entry::new("setting", &fact.name, &words::question(set, setting.fact));
    let (answer, default) =
        (set.answer_text(setting.fact, setting.value), set.answer_text(setting.fact, setting.default));
    entry.text("", "Answer", format!("`{answer}` ({})", setting.by.as_str()));
    entry.data("answer", json!(set.written_answer(setting.fact, setting.value)));
    entry.data("by", setting.by.as_str());
    entry.text("", "Default", format!("`{default}`"));
    entry.data("default", json!(set.written_answer(setting.fact, setting.default)));
    entry.text("may_be", "May be", words::takes(&fact.kind));
    if let Some(setting) = ProgramSetting::find(&fact.name) {
        entry.text("does", "Read as", setting.explanation());
    }
    let with_answer = (0..).zip(fact.values()).filter_map(|(value, name)| {
        let needs = |test: &Test| test.fact == setting.fact && test.values.contains(Answer::Value(value)) == Some(true);
        let rules = set.rules.iter().filter(|rule| rule.condition.tests().any(needs)).map(|rule| rule.id.as_str());
        let shadows = set.shadows.iter().filter(|shadow| shadow.when.iter().any(needs));
        let rules = rules.chain(shadows.map(|shadow| shadow.id.as_str()));
        let rules = joined(rules.map(|id| format!("`{id}`")).collect(), "and");
        (!rules.is_empty()).then(|| format!("with `{name}`: {rules}"))
    });
    let with_answer: Vec<String> = with_answer.collect();
    if !with_answer.is_empty() {
        entry.add("answers", "Can apply", Content::List(with_answer));
    }
    let other = fact.values().iter().find(|value| **value != answer);
    let written = other.map_or(answer.clone(), |other| format!("\"{other}\""));
    let how = format!("[answer]\n{} = {written}", fact.name);
    entry.add("how", "To answer it otherwise, in an agency's file", Content::Verbatim(how));
    entry.basis(set, &setting.basis, setting.span.as_ref());
    entry
}

fn fact(set: &RuleSet, id: FactId, declared: &Fact) -> Entry {
    let vocabulary = &set.vocabulary;
    let mut entry = Entry::new("fact", &declared.name, &words::question(set, id));
    let value = |value: &String| {
        let aliases = declared.aliases().filter(|(_, name)| name == value).map(|(alias, _)| alias);
        let aliases = one_of(aliases);
        if aliases.is_empty() { format!("`{value}`") } else { format!("`{value}` (also {aliases})") }
    };
    let values: Vec<String> = declared.values().iter().map(value).collect();
    entry.text("may_be", "May be", if values.is_empty() { words::takes(&declared.kind) } else { values.join(", ") });
    let presumption = set.presumptions.iter().find(|presumption| presumption.fact == id);
    let is_worked_out = match declared.origin {
        Origin::Age(date) | Origin::DaysSince(date) => {
            let date = &vocabulary.fact(date).name;
            entry.text("derived", "Derived", format!("worked out from `{date}` and the service date"));
            true
        }
        Origin::DaysBetween(from, to) | Origin::BusinessDaysBetween(from, to) => {
            let (from, to) = (&vocabulary.fact(from).name, &vocabulary.fact(to).name);
            entry.text("derived", "Derived", format!("worked out from `{from}` and `{to}`"));
            true
        }
        Origin::Note | Origin::Setting | Origin::Minutes => false,
    };
    let derived: Vec<FactId> = vocabulary.derived(id).collect();
    if !derived.is_empty() {
        let names = derived.iter().map(|derived| format!("`{}`", vocabulary.fact(*derived).name)).collect();
        entry.text("derived", "Derived", format!("rules ask what is worked out from it: {}", joined(names, "and")));
    }
    entry.data("required", declared.is_required());
    match presumption {
        _ if declared.is_required() => entry.text("", "If missing", "the record is rejected"),
        _ if is_worked_out => {}
        Some(presumption) => entry.text("presumed", "If missing", presumed(set, presumption)),
        None => entry.text("", "If missing", "the note is held where the outcome depends on it"),
    }
    let changes = match declared.lever {
        Some(Lever::Chart) => "only if the chart already supports the other answer".into(),
        Some(Lever::Record) => {
            format!("it can be looked up in {}", declared.look.as_deref().unwrap_or("the record that holds it"))
        }
        Some(Lever::Never) => "not at all: it is history".into(),
        None => String::new(),
    };
    entry.text("change", "Can change", changes);
    let asks = |rule: &&Rule| rule.condition.tests().any(|test| test.fact == id || derived.contains(&test.fact));
    entry.rules(set, "asked_by", "Asked by", set.rules.iter().filter(asks));
    let periods = set.counts.iter().filter(|count| count.within == Within::Date(id)).map(CitingBlock::Count);
    let pairs = set.pairs.iter().filter(|pair| pair.terms.within == Within::Date(id)).map(CitingBlock::Pair);
    entry.links(set, "period_of", "Period of", periods.chain(pairs));
    let basis = presumption.map(|presumption| presumption.basis.clone()).unwrap_or_default();
    let own = set.facts.iter().find(|declared| declared.fact == id).map(|declared| &declared.basis);
    let cites = own.into_iter().flat_map(|own| own.cites.clone()).chain(basis.cites).collect();
    entry.basis(set, &Basis { cites, ..basis }, set.fact_span(id));
    entry
}

/// Describes what is presumed, and under which condition.
fn presumed(set: &RuleSet, presumption: &Presumption) -> String {
    let when = joined(words::tests(set, &presumption.when), "and");
    let value = set.answer_text(presumption.fact, presumption.value);
    if when.is_empty() { format!("`{value}` is presumed") } else { format!("`{value}` is presumed where {when}") }
}

fn service(set: &RuleSet, id: ServiceId) -> Entry {
    let service = set.service(id);
    let mut entry = Entry::new("service", &service.name, &service.title);
    entry.other_names = service.code.iter().flat_map(|code| [service.full_code(), code.clone()]).collect();
    let code = service.code.as_ref().map_or_else(|| "no public code is known".into(), |_| service.full_code());
    entry.text("code", "Code", code);
    entry.text("unit", "Unit", service.unit.as_str());
    let rates: Vec<RateView> =
        set.rates.iter().filter(|rate| rate.service == id).map(|rate| RateView::new(set, rate)).collect();
    if rates.is_empty() {
        entry.text(
            "",
            "Rates",
            "No rate is known: its units are counted and stay unpriced until an agency's file gives one.",
        );
    }
    entry.add("rates", "Rates", Content::Rates(rates));
    let offers = |rule: &&Rule| matches!(rule.effect, Effect::Offer { service, .. } if service == id);
    entry.rules(set, "offered_by", "Offered by", set.rules.iter().filter(offers));
    let counts = |wanted: fn(&Count) -> ServiceId| {
        set.counts.iter().filter(move |count| wanted(count) == id).map(CitingBlock::Count)
    };
    entry.links(set, "counted_by", "Counted by", counts(|count| count.notes));
    entry.links(set, "earned_by", "Earned by", counts(|count| count.earns));
    let named = |pair: &&Pair| pair.terms.these.contains(&id) || pair.terms.others.contains(&id);
    entry.links(set, "pairs", "Pairs", set.pairs.iter().filter(named).map(CitingBlock::Pair));
    entry.basis(set, &service.basis, Some(&service.span));
    entry
}

fn payer(set: &RuleSet, id: PayerId) -> Entry {
    let payer = set.payer(id);
    let mut entry = Entry::new("payer", &payer.name, &payer.title);
    let offers = |rule: &&Rule| matches!(&rule.effect, Effect::Offer { payers, .. } if payers.contains(&id));
    let takes = |rule: &&Rule| rule.effect.removes().is_some_and(|removes| removes.payers.contains(&id));
    entry.rules(set, "offered_by", "Offered by", set.rules.iter().filter(offers));
    entry.rules(set, "taken_by", "Taken by", set.rules.iter().filter(takes));
    let shadows = set.shadows.iter().filter(|shadow| shadow.payers.contains(&id)).map(CitingBlock::Shadow);
    entry.links(set, "shadows", "Shadows", shadows);
    entry.basis(set, &Basis::default(), Some(&payer.span));
    entry
}

fn source(set: &RuleSet, at: usize, source: &Source) -> Entry {
    let mut entry = Entry::new("source", &source.name, &source.title);
    entry.text("dated", "Dated", source.dated.clone());
    let sha256 = source.sha256.clone().unwrap_or_default();
    entry.text("sha256", "SHA-256", sha256);
    entry.text("unchecked", "Not checked", source.unchecked.clone().unwrap_or_default());
    if let Some(through) = source.verified_through {
        let text = format!("for service dates through {through}; rows with later ones carry `unverified-date`");
        entry.text("", "Verified", text);
        entry.data("verified_through", through.to_string());
    }
    let cites = |block: &CitingBlock<'_>| block.basis().cites.iter().any(|cite| cite.source == at);
    entry.links(set, "cited_by", "Cited by", set.citing_blocks().filter(cites));
    let statements = set.statements.iter().filter(|statement| statement.cite.source == at);
    let links: Vec<BlockLink> = statements.map(BlockLink::of_statement).collect();
    if !links.is_empty() {
        entry.add("statements", "Statements", Content::Links(links));
    }
    entry.basis(set, &Basis::default(), Some(&source.span));
    entry
}

fn invariant(set: &RuleSet, invariant: &Invariant) -> Entry {
    let mut entry = Entry::new("invariant", &invariant.id, &invariant.title);
    for (key, label, clause) in [("when", "Where", &invariant.when), ("always", "Always", &invariant.always)] {
        let phrases = words::clause(set, clause);
        if !phrases.is_empty() {
            entry.add(key, label, Content::List(phrases));
        }
    }
    if let Some(terms) = &invariant.terms {
        add_terms(&mut entry, set, terms);
    }
    entry.basis(set, &invariant.basis, Some(&invariant.span));
    entry
}
