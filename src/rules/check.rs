//! What a rule set means: names resolved, replacements made, everything in an order that does not depend on the files.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::problem::{Problems, RuleFile, Span, Spot};
use super::shape::{
    Block, FactShape, InvariantShape, KindShape, PresumeShape, RateShape, RuleShape, SettingShape, Shape, TestShape,
};
use super::walk::Text;
use super::{
    AnsweredBy, Basis, Claim, Condition, DatedRate, Effect, Invariant, PART_QUARTER_HOUR, POOL, Payer, PayerId,
    Presumption, Removes, Rule, RuleId, RuleSet, Service, ServiceId, Setting, Source, Unit, Waiver, resolve, shape,
};
use crate::facts::{Answer, Fact, Kind, Lever, OUTCOME_NAMES, Origin, Vocabulary, is_reserved};
use crate::message::{Code, Message};
use crate::money::Rate;

/// Reads and checks rule files.
pub(super) fn load(mut files: Vec<RuleFile>) -> Result<RuleSet, Vec<Message>> {
    files.sort_by(|left, right| left.name.cmp(&right.name));
    if files.is_empty() {
        let help = "a rule set is a folder of `.toml` files; `actbill classify` without `--rules` uses the shipped one";
        return Err(vec![Message::error(Code::NoRules, "there is no rule file").help(help)]);
    }
    let mut problems = Problems::new(&files);
    let shape = shape::read(&files, &mut problems);
    let set = check(shape, &files, &mut problems);
    let problems = problems.sorted();
    if problems.is_empty() { Ok(RuleSet { files, ..set }) } else { Err(problems) }
}

fn check(mut shape: Shape, files: &[RuleFile], problems: &mut Problems<'_>) -> RuleSet {
    let sources = sources(settle(std::mem::take(&mut shape.sources), "source", problems), problems);
    let payers: Vec<Payer> = settle(std::mem::take(&mut shape.payers), "payer", problems)
        .into_iter()
        .map(|payer| Payer { name: payer.name.value, title: payer.title })
        .collect();
    let services = services(&mut shape, problems);
    let (vocabulary, fact_spans, settings) = vocabulary(&mut shape, &sources, problems);
    let names = Names { vocabulary: &vocabulary, sources: &sources, payers: &payers, services: &services };
    let rules = names.rules(settle(shape.rules, "rule", problems), problems);
    let rates = names.rates(shape.rates, problems);
    let presumptions = settle(shape.presumptions, "presume block", problems);
    let presumptions = names.presumptions(presumptions, problems);
    let invariants = names.invariants(settle(shape.invariants, "invariant", problems), problems);
    let waivers = shape
        .waivers
        .into_iter()
        .filter_map(|waiver| {
            let source = names.source(&waiver.source, problems)?;
            Some(Waiver { source, quote: waiver.quote.value, why: waiver.why, span: waiver.quote.at })
        })
        .collect();
    let settings = answered(settings, &vocabulary, &shape.answers, problems);
    RuleSet {
        sources,
        payers,
        services,
        rules,
        rates,
        presumptions,
        settings,
        invariants,
        waivers,
        files: Vec::new(),
        fingerprint: fingerprint(files),
        fact_spans,
        vocabulary,
    }
}

/// One block for each name, in order of name: of a name's blocks the one that replaces, if one does.
fn settle<B: Block>(blocks: Vec<B>, what: &str, problems: &mut Problems<'_>) -> Vec<B> {
    let mut by_name: BTreeMap<String, (Vec<B>, Vec<B>)> = BTreeMap::new();
    for block in blocks {
        let (plain, replacing) = by_name.entry(block.name().value.clone()).or_default();
        if block.replaces() { replacing.push(block) } else { plain.push(block) }
    }
    let mut settled = Vec::new();
    for (name, (plain, replacing)) in by_name {
        for block in plain.iter().skip(1) {
            let help = "give it another name; to take the other one's place, add `replaces = true`";
            problems.add(&block.name().at, Code::RepeatedName, format!("a second {what} `{name}`"), help);
        }
        for block in replacing.iter().skip(1) {
            let text = format!("a second replacement of {what} `{name}`");
            problems.add(&block.name().at, Code::RepeatedName, text, "keep one of the two");
        }
        if let Some(block) = replacing.first().filter(|_| plain.is_empty()) {
            let text = format!("there is no {what} `{name}` to replace");
            problems.add(
                &block.name().at,
                Code::NothingToReplace,
                text,
                "check the name, or leave out `replaces = true`",
            );
        }
        settled.extend(replacing.into_iter().chain(plain).take(1));
    }
    settled
}

fn sources(shapes: Vec<shape::SourceShape>, problems: &mut Problems<'_>) -> Vec<Source> {
    let mut sources = Vec::new();
    for source in shapes {
        if let Some(sha256) = &source.sha256
            && !(sha256.value.len() == 64 && sha256.value.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            let help = "give the SHA-256 of the source's text as 64 hexadecimal digits";
            problems.add(&sha256.at, Code::WrongType, "this is no SHA-256", help);
        }
        sources.push(Source {
            name: source.name.value,
            title: source.title,
            dated: source.dated,
            sha256: source.sha256.map(|text| text.value.to_lowercase()),
            unchecked: source.unchecked,
        });
    }
    sources
}

fn services(shape: &mut Shape, problems: &mut Problems<'_>) -> Vec<Service> {
    let mut services = Vec::new();
    for service in settle(std::mem::take(&mut shape.services), "service", problems) {
        let unit = service.unit.as_ref().and_then(|unit| {
            let found = Unit::ALL.into_iter().find(|known| known.as_str() == unit.value);
            if found.is_none() {
                problems.unknown(unit, Code::NoSuchValue, "unit", Unit::ALL.map(Unit::as_str));
            }
            found
        });
        services.push(Service {
            name: service.name.value,
            title: service.title,
            code: service.code.map(|code| code.value).unwrap_or_default(),
            modifiers: service.modifiers.into_iter().map(|modifier| modifier.value).collect(),
            unit: unit.unwrap_or(Unit::QuarterHour),
        });
    }
    services
}

/// The vocabulary with its settings, and where each fact is declared.
fn vocabulary(
    shape: &mut Shape,
    sources: &[Source],
    problems: &mut Problems<'_>,
) -> (Vocabulary, Vec<Option<Span>>, Vec<SettingDraft>) {
    let (mut facts, mut spans, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
    for declared in settle(std::mem::take(&mut shape.facts), "fact", problems) {
        check_name(&declared.name, "fact", problems);
        spans.push(Some(declared.name.at.clone()));
        facts.push(fact(&declared, problems));
    }
    for declared in settle(std::mem::take(&mut shape.settings), "setting", problems) {
        check_name(&declared.name, "setting", problems);
        if facts.iter().any(|fact| fact.name == declared.name.value) {
            let text = format!("`{}` is already a fact", declared.name.value);
            problems.add(
                &declared.name.at,
                Code::RepeatedName,
                text,
                "facts and settings share their names: choose another",
            );
        }
        spans.push(Some(declared.name.at.clone()));
        let (fact, draft) = setting(declared, sources, problems);
        facts.push(fact);
        drafts.push(draft);
    }
    for (name, kind, default) in built_in() {
        if !drafts.iter().any(|draft: &SettingDraft| draft.name == name) {
            let ask = "How does this program count? No rule file asks.";
            facts.push(Fact::new(name, ask, kind, Origin::Setting, None));
            spans.push(None);
            drafts.push(SettingDraft { name: name.into(), default: Some(default), basis: Basis::default() });
        }
    }
    for (name, word, value) in std::mem::take(&mut shape.aliases) {
        let names: Vec<String> = facts.iter().filter(|fact| is_coded(fact)).map(|fact| fact.name.clone()).collect();
        match facts.iter_mut().find(|fact| is_coded(fact) && fact.name == name.value) {
            Some(fact) => add_alias(fact, &word, &value, problems),
            None => problems.unknown(&name, Code::UnknownName, "coded fact", names.iter().map(String::as_str)),
        }
    }
    let columns = columns(&facts, std::mem::take(&mut shape.columns), problems);
    (Vocabulary::new(facts, &columns), spans, drafts)
}

fn is_coded(fact: &Fact) -> bool {
    fact.origin == Origin::Note && !fact.values().is_empty()
}

/// Settings that the program itself reads, with what holds where no rule file asks. Source: design, section 7.
fn built_in() -> [(&'static str, Kind, Answer); 2] {
    [
        (PART_QUARTER_HOUR, Kind::Number(1, 15), Answer::Number(15)),
        (POOL, Kind::Coded(vec!["note".into(), "day".into()]), Answer::Value(0)),
    ]
}

fn check_name(name: &Text, what: &str, problems: &mut Problems<'_>) {
    let plain = name.value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_reserved(&name.value) {
        let text = format!("`{}` cannot be the name of a {what}", name.value);
        problems.add(&name.at, Code::ReservedName, text, "the program keeps this name for itself: choose another");
    } else if !plain || name.value.is_empty() {
        let text = format!("`{}` cannot be the name of a {what}", name.value);
        problems.add(&name.at, Code::ReservedName, text, "use lower-case letters, digits and `_`");
    }
}

/// The different values of a list; a repeated one is a problem.
fn values(list: &[Text], problems: &mut Problems<'_>) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in list {
        if values.iter().any(|known| known.eq_ignore_ascii_case(&value.value)) {
            let text = format!("the value `{}` stands twice", value.value);
            problems.add(&value.at, Code::RepeatedName, text, "letter case does not tell values apart");
        } else {
            values.push(value.value.clone());
        }
    }
    values
}

fn fact(shape: &FactShape, problems: &mut Problems<'_>) -> Fact {
    let lever = shape.lever.as_ref().and_then(|lever| match lever.value.as_str() {
        "chart" => Some(Lever::Chart),
        "record" => Some(Lever::Record),
        "never" => Some(Lever::Never),
        _ => {
            problems.unknown(lever, Code::NoSuchValue, "lever", ["chart", "record", "never"]);
            None
        }
    });
    let kind = match (&shape.values, &shape.kind) {
        (Some(list), None) if !list.is_empty() => Kind::Coded(values(list, problems)),
        (None, Some(kind)) if kind.value == "number" => Kind::Number(0, 1_000_000),
        (None, Some(kind)) if kind.value == "date" => Kind::Date,
        (None, Some(kind)) => {
            problems.unknown(kind, Code::NoSuchValue, "kind of fact", ["number", "date"]);
            Kind::Date
        }
        _ => {
            let text = format!("the fact `{}` does not say what it takes", shape.name.value);
            let help = "add either `values = [\"…\", \"…\"]` or `kind = \"number\"` or `kind = \"date\"`";
            problems.add(&shape.name.at, Code::MissingKey, text, help);
            Kind::Date
        }
    };
    let mut fact = Fact::new(&shape.name.value, &shape.ask, kind, Origin::Note, lever);
    for (word, value) in &shape.aliases {
        add_alias(&mut fact, word, value, problems);
    }
    fact
}

fn add_alias(fact: &mut Fact, word: &Text, name: &Text, problems: &mut Problems<'_>) {
    let Some(value) = resolve::value(fact, name, problems) else { return };
    if !fact.add_alias(&word.value, value) {
        let text = format!("`{}` already stands for another value of `{}`", word.value, fact.name);
        problems.add(&word.at, Code::RepeatedName, text, "one word can stand for one value only");
    }
}

fn columns(facts: &[Fact], columns: Vec<(Text, Text)>, problems: &mut Problems<'_>) -> BTreeMap<String, String> {
    let known = Vocabulary::new(facts.to_vec(), &BTreeMap::new());
    let mut found = BTreeMap::new();
    for (column, name) in columns {
        if known.slot(&name.value).is_none() {
            problems.unknown(&name, Code::UnknownName, "field of a note", known.field_names());
        } else if known.slot(&column.value).is_some() {
            let text = format!("`{}` is already a field of a note", column.value);
            problems.add(&column.at, Code::RepeatedName, text, "only other names can be mapped");
        } else if found.insert(column.value.trim().to_owned(), name.value).is_some() {
            let text = format!("the column `{}` is mapped twice", column.value);
            problems.add(&column.at, Code::RepeatedName, text, "keep one of the two");
        }
    }
    found
}

struct SettingDraft {
    name: String,
    default: Option<Answer>,
    basis: Basis,
}

fn setting(shape: SettingShape, sources: &[Source], problems: &mut Problems<'_>) -> (Fact, SettingDraft) {
    let built_in = built_in().into_iter().find(|(name, ..)| *name == shape.name.value).map(|(_, kind, _)| kind);
    let kind = match (&shape.values, &shape.at_least, &shape.below) {
        (Some(list), None, None) if !list.is_empty() => Kind::Coded(values(list, problems)),
        (None, Some(least), Some(below)) if least.value < below.value => Kind::Number(least.value, below.value - 1),
        _ => {
            let text = format!("the setting `{}` does not say what it takes", shape.name.value);
            let help = "add either `values = [\"…\", \"…\"]` or `at_least = …` and `below = …`";
            problems.add(&shape.name.at, Code::MissingKey, text, help);
            Kind::Date
        }
    };
    if let Some(wanted) = built_in.filter(|wanted| *wanted != kind) {
        let wanted = match wanted {
            Kind::Coded(values) => format!("`values = [\"{}\"]`", values.join("\", \"")),
            Kind::Number(least, most) => format!("`at_least = {least}` and `below = {}`", most + 1),
            Kind::Date => String::new(),
        };
        let text = format!("the program reads `{}` itself and needs other values", shape.name.value);
        problems.add(&shape.name.at, Code::WrongType, text, format!("declare it with {wanted}"));
    }
    let fact = Fact::new(&shape.name.value, &shape.ask, kind, Origin::Setting, None);
    let default = shape.default.as_ref().and_then(|text| setting_value(&fact, text, problems));
    let basis = resolve::basis(shape.basis, sources, None, problems);
    (fact, SettingDraft { name: shape.name.value, default, basis })
}

fn setting_value(fact: &Fact, text: &Text, problems: &mut Problems<'_>) -> Option<Answer> {
    match &fact.kind {
        Kind::Coded(_) => resolve::value(fact, text, problems).map(Answer::Value),
        Kind::Number(least, most) => {
            let answer = resolve::answer(fact, &text.value);
            if answer.is_none() {
                let problem = format!("`{}` does not take `{}`", fact.name, text.value);
                problems.add(
                    &text.at,
                    Code::NoSuchValue,
                    problem,
                    format!("it takes a whole number from {least} to {most}"),
                );
            }
            answer
        }
        Kind::Date => None,
    }
}

/// The settings with the answers that the files give.
fn answered(
    drafts: Vec<SettingDraft>,
    vocabulary: &Vocabulary,
    answers: &[(Text, Text)],
    problems: &mut Problems<'_>,
) -> Vec<Setting> {
    for (name, _) in answers.iter().filter(|(name, _)| !drafts.iter().any(|draft| draft.name == name.value)) {
        problems.unknown(name, Code::UnknownName, "setting", drafts.iter().map(|draft| draft.name.as_str()));
    }
    let mut settings = Vec::new();
    for draft in drafts {
        let Some(fact) = vocabulary.find(&draft.name) else { continue };
        let mut given = answers.iter().filter(|(name, _)| name.value == draft.name);
        let answer = given.next().and_then(|(_, text)| setting_value(vocabulary.fact(fact), text, problems));
        for (name, _) in given {
            let text = format!("the setting `{}` is answered twice", draft.name);
            problems.add(&name.at, Code::RepeatedName, text, "keep one answer");
        }
        let default = draft.default.unwrap_or(Answer::Unanswered);
        let by = if answer.is_some() { AnsweredBy::Agency } else { AnsweredBy::Default };
        settings.push(Setting { fact, default, value: answer.unwrap_or(default), by, basis: draft.basis });
    }
    settings.sort_by(|left, right| vocabulary.fact(left.fact).name.cmp(&vocabulary.fact(right.fact).name));
    settings
}

/// Everything that names stand for.
struct Names<'n> {
    vocabulary: &'n Vocabulary,
    sources: &'n [Source],
    payers: &'n [Payer],
    services: &'n [Service],
}

impl Names<'_> {
    fn payer(&self, name: &Text, problems: &mut Problems<'_>) -> Option<PayerId> {
        let found = self.payers.iter().position(|payer| payer.name == name.value).map(PayerId);
        if found.is_none() {
            problems.unknown(name, Code::UnknownName, "payer", self.payers.iter().map(|payer| payer.name.as_str()));
        }
        found
    }

    fn service(&self, name: &Text, problems: &mut Problems<'_>) -> Option<ServiceId> {
        let found = self.services.iter().position(|service| service.name == name.value).map(ServiceId);
        if found.is_none() {
            problems.unknown(
                name,
                Code::UnknownName,
                "service",
                self.services.iter().map(|service| service.name.as_str()),
            );
        }
        found
    }

    fn source(&self, name: &Text, problems: &mut Problems<'_>) -> Option<usize> {
        let found = self.sources.iter().position(|source| source.name == name.value);
        if found.is_none() {
            problems.unknown(name, Code::UnknownName, "source", self.sources.iter().map(|source| source.name.as_str()));
        }
        found
    }

    fn rules(&self, shapes: Vec<RuleShape>, problems: &mut Problems<'_>) -> Vec<Rule> {
        let ids = Ids::new(&shapes, problems);
        shapes.into_iter().map(|shape| self.rule(shape, &ids, problems)).collect()
    }

    fn rule(&self, shape: RuleShape, ids: &Ids, problems: &mut Problems<'_>) -> Rule {
        let payers: Vec<PayerId> = shape.payers.iter().filter_map(|name| self.payer(name, problems)).collect();
        let services = shape
            .services
            .as_ref()
            .map(|names| names.iter().filter_map(|name| self.service(name, problems)).collect::<Vec<_>>());
        let effect = match shape.kind {
            KindShape::Offer => Effect::Offer {
                service: shape.service.as_ref().and_then(|name| self.service(name, problems)).unwrap_or(ServiceId(0)),
                payers,
                overrides: shape
                    .overrides
                    .iter()
                    .filter_map(|name| ids.overridden(&shape.name, name, problems))
                    .collect(),
            },
            KindShape::Exclude => Effect::Exclude(Removes { payers, services }),
            KindShape::Strike => Effect::Strike(Removes { payers, services }),
            KindShape::Hold => Effect::Hold { instead: shape.instead },
            KindShape::Advise => Effect::Advise,
        };
        let what = format!("the rule `{}`", shape.name.value);
        Rule {
            condition: Condition {
                all: resolve::tests(self.vocabulary, &shape.when, problems),
                any: shape.any.iter().map(|group| resolve::tests(self.vocabulary, group, problems)).collect(),
            },
            effective: resolve::effective(shape.from.as_ref(), shape.through.as_ref(), problems),
            basis: resolve::basis(shape.basis, self.sources, Some((&shape.name.at, &what)), problems),
            id: shape.name.value,
            formerly: shape.formerly.into_iter().map(|id| id.value).collect(),
            title: shape.title,
            effect,
            span: shape.name.at,
        }
    }

    fn rates(&self, shapes: Vec<RateShape>, problems: &mut Problems<'_>) -> Vec<DatedRate> {
        let mut dated: Vec<(DatedRate, bool, Span)> = Vec::new();
        for shape in shapes {
            let rate = Rate::parse(&shape.amount.value);
            if rate.is_none() {
                let text = format!("`{}` is not a dollar amount", shape.amount.value);
                problems.add(
                    &shape.amount.at,
                    Code::BadAmount,
                    text,
                    "write it like `\"17.72\"`, with at most four decimals",
                );
            }
            let effective = resolve::effective(shape.from.as_ref(), shape.through.as_ref(), problems);
            let basis = resolve::basis(shape.basis, self.sources, Some((&shape.at, "this rate")), problems);
            if let (Some(service), Some(rate)) = (self.service(&shape.service, problems), rate) {
                dated.push((DatedRate { service, rate, effective, basis }, shape.replaces, shape.at));
            }
        }
        dated.sort_by_key(|(rate, replaces, _)| (rate.service, rate.effective.from, !replaces));
        settle_rates(dated, problems)
    }

    fn presumptions(&self, shapes: Vec<PresumeShape>, problems: &mut Problems<'_>) -> Vec<Presumption> {
        let mut presumptions = Vec::new();
        for shape in shapes {
            let what = format!("presuming `{}`", shape.name.value);
            let basis = resolve::basis(shape.basis, self.sources, Some((&shape.name.at, &what)), problems);
            let when = resolve::tests(self.vocabulary, &shape.when, problems);
            for test in when.iter().filter(|test| !self.vocabulary.fact(test.fact).is_required()) {
                let text = format!("`{}` may be unanswered itself", self.vocabulary.fact(test.fact).name);
                let help = "a presumption may ask only the required facts, `activity` and `staff_role`";
                problems.add(&shape.name.at, Code::BadCondition, text, help);
            }
            match resolve::presumable(self.vocabulary, &shape.name.value) {
                Ok(fact) => {
                    let value = shape.value.and_then(|text| setting_value(self.vocabulary.fact(fact), &text, problems));
                    presumptions.extend(value.map(|value| Presumption { fact, value, when, basis }));
                }
                Err(near) => {
                    let help = near.map_or_else(
                        || "only facts that a note may leave open can be presumed, and no dates".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let text = format!("`{}` cannot be presumed", shape.name.value);
                    problems.add(&shape.name.at, Code::UnknownName, text, help);
                }
            }
        }
        presumptions.sort_by_key(|presumption| presumption.fact);
        presumptions
    }

    fn invariants(&self, shapes: Vec<InvariantShape>, problems: &mut Problems<'_>) -> Vec<Invariant> {
        let mut invariants = Vec::new();
        for shape in shapes {
            let _ = resolve::basis(shape.basis, self.sources, None, problems);
            invariants.push(Invariant {
                when: self.claim(shape.when, problems),
                always: self.claim(shape.always, problems),
                id: shape.name.value,
                title: shape.title,
                span: shape.name.at,
            });
        }
        invariants
    }

    fn claim(&self, shapes: Vec<TestShape>, problems: &mut Problems<'_>) -> Claim {
        let (outcome, facts): (Vec<_>, Vec<_>) =
            shapes.into_iter().partition(|shape| OUTCOME_NAMES.contains(&shape.name.value.as_str()));
        let facts = resolve::tests(self.vocabulary, &facts, problems);
        let outcome = outcome.into_iter().filter_map(|shape| self.outcome_test(&shape, problems)).collect();
        Claim { facts, outcome }
    }

    fn outcome_test(&self, shape: &TestShape, problems: &mut Problems<'_>) -> Option<(String, Vec<String>)> {
        let known: Vec<&str> = match shape.name.value.as_str() {
            "service" => self.services.iter().map(|service| service.name.as_str()).chain(["none"]).collect(),
            "payer" => self.payers.iter().map(|payer| payer.name.as_str()).chain(["non_billable", "held"]).collect(),
            _ => vec!["billable", "non_billable", "held"],
        };
        let shape::AskShape::Values(words) = &shape.asks else {
            let text = format!("`{}` cannot be asked in this way", shape.name.value);
            problems.add(&shape.name.at, Code::BadCondition, text, "write a value in quotes, or a list of them");
            return None;
        };
        for word in words.iter().filter(|word| !known.contains(&word.value.as_str())) {
            problems.unknown(
                word,
                Code::NoSuchValue,
                &format!("value of `{}`", shape.name.value),
                known.iter().copied(),
            );
        }
        let listed = |name: &str| words.iter().any(|word| word.value == name);
        let fits = known.into_iter().filter(|name| listed(name) != shape.negated).map(str::to_owned).collect();
        Some((shape.name.value.clone(), fits))
    }
}

/// Rates with each service and date once: of two, the one that replaces.
fn settle_rates(sorted: Vec<(DatedRate, bool, Span)>, problems: &mut Problems<'_>) -> Vec<DatedRate> {
    let mut settled: Vec<(DatedRate, bool)> = Vec::new();
    let same = |a: &DatedRate, b: &DatedRate| a.service == b.service && a.effective.from == b.effective.from;
    for at in 0..sorted.len() {
        let Some((rate, replaces, span)) = sorted.get(at) else { continue };
        let next_same = sorted.get(at + 1).is_some_and(|(next, ..)| same(rate, next));
        match settled.last() {
            Some((last, replaced)) if same(last, rate) && (!replaced || *replaces) => {
                let help = "two rates cannot hold at once; to take the other's place, add `replaces = true`";
                problems.add(span, Code::SameRateDate, "a second rate of this service from the same date", help);
            }
            Some((last, true)) if same(last, rate) => {}
            _ if *replaces && !next_same => {
                let help = "check service and `from`, or leave out `replaces = true`";
                problems.add(
                    span,
                    Code::NothingToReplace,
                    "there is no rate of this service and date to replace",
                    help,
                );
            }
            _ => settled.push((rate.clone(), *replaces)),
        }
    }
    settled.into_iter().map(|(rate, _)| rate).collect()
}

/// Rule ids, those of today and those of before.
struct Ids(BTreeMap<String, (RuleId, bool)>);

impl Ids {
    fn new(shapes: &[RuleShape], problems: &mut Problems<'_>) -> Self {
        let is_offer = |shape: &RuleShape| shape.kind == KindShape::Offer;
        let mut ids: BTreeMap<String, (RuleId, bool)> = BTreeMap::new();
        for (at, shape) in shapes.iter().enumerate() {
            ids.insert(shape.name.value.clone(), (RuleId(at), is_offer(shape)));
        }
        for (at, shape) in shapes.iter().enumerate() {
            for former in &shape.formerly {
                if ids.insert(former.value.clone(), (RuleId(at), is_offer(shape))).is_some() {
                    let text = format!("`{}` is or was the id of another rule", former.value);
                    problems.add(&former.at, Code::RepeatedName, text, "ids last for ever: none is used twice");
                }
            }
        }
        let ids = Self(ids);
        ids.refuse_circles(shapes, problems);
        ids
    }

    /// The offer that another one overrides.
    fn overridden(&self, rule: &Text, name: &Text, problems: &mut Problems<'_>) -> Option<RuleId> {
        match self.0.get(&name.value) {
            None => problems.unknown(name, Code::UnknownName, "rule", self.0.keys().map(String::as_str)),
            Some((_, false)) => {
                let text = format!("`{}` is not an offer", name.value);
                problems.add(&name.at, Code::BadOverride, text, "only offers compete, so only offers are overridden");
            }
            Some(_) if rule.value == name.value => {
                problems.add(&name.at, Code::BadOverride, "a rule cannot override itself", "remove it");
            }
            Some((id, true)) => return Some(*id),
        }
        None
    }

    /// A circle of overrides has no winner.
    fn refuse_circles(&self, shapes: &[RuleShape], problems: &mut Problems<'_>) {
        let over = |at: usize| -> Vec<(usize, &Spot<String>)> {
            let names = shapes.get(at).map(|shape| shape.overrides.as_slice()).unwrap_or_default();
            names.iter().filter_map(|name| Some((self.0.get(&name.value)?.0.index(), name))).collect()
        };
        for start in 0..shapes.len() {
            for (next, name) in over(start).into_iter().filter(|(next, _)| *next != start) {
                let (mut seen, mut open) = (vec![next], vec![next]);
                while let Some(at) = open.pop() {
                    for (further, _) in
                        over(at).into_iter().filter(|(further, _)| !seen.contains(further)).collect::<Vec<_>>()
                    {
                        seen.push(further);
                        open.push(further);
                    }
                }
                if seen.contains(&start) {
                    let text = "these overrides run in a circle".to_owned();
                    problems.add(&name.at, Code::BadOverride, text, "of two offers only one can be the exception");
                }
            }
        }
    }
}

/// SHA-256 over the texts, whatever the files are called and in whatever order they come.
fn fingerprint(files: &[RuleFile]) -> String {
    let mut texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
    texts.sort_unstable();
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(format!("{}\n", text.len()));
        hash.update(text);
    }
    crate::hex(&hash.finalize())
}
