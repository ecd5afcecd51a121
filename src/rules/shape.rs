//! What may be written: rule files as blocks, each value with its place. What they mean is `check`'s to say.

use toml::de::DeTable;

use super::asked::{group, tests};
use super::blocks::{
    BasisShape, CiteShape, FactShape, InsteadShape, InvariantShape, KindShape, PayerShape, PresumeShape, RateShape,
    RuleShape, ServiceShape, SettingShape, Shape, SourceShape, WaiverShape,
};
use super::problem::{Problems, RuleFile, Span};
use super::walk::{Entry, Text, Walker};
use crate::message::Code;

/// Reads all files into one shape; what cannot be read is a problem and left out.
pub(super) fn read(files: &[RuleFile], problems: &mut Problems<'_>) -> Shape {
    let mut shape = Shape::default();
    for (file, RuleFile { text, .. }) in files.iter().enumerate() {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let range = error.span().unwrap_or(0..0);
            problems.add(
                &Span { file, range },
                Code::NotToml,
                one_line(error.message()),
                "mend the line: names stand plain, text in quotes, lists in brackets",
            );
        }
        // After a syntax error the rest of the table is a guess: its meaning would only be noise.
        if errors.is_empty() {
            let top = Walker::new(table.get_ref(), Span { file, range: 0..0 }, "rule file", problems);
            shape.file(top);
        }
    }
    shape
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("; ")
}

impl Shape {
    fn file(&mut self, mut top: Walker<'_, '_, '_>) {
        self.sources.extend(top.named("source", "source", source));
        self.payers.extend(top.named("payer", "payer", payer));
        self.facts.extend(top.named("fact", "fact", fact));
        self.settings.extend(top.named("setting", "setting", setting));
        self.services.extend(top.named("service", "service", service));
        self.presumptions.extend(top.named("presume", "presume block", presume));
        self.rules.extend(top.tables("offer", "offer", |walker| rule(KindShape::Offer, walker)));
        self.rules.extend(top.tables("exclude", "exclude", |walker| rule(KindShape::Exclude, walker)));
        self.rules.extend(top.tables("strike", "strike", |walker| rule(KindShape::Strike, walker)));
        self.rules.extend(top.tables("hold", "hold", |walker| rule(KindShape::Hold, walker)));
        self.rules.extend(top.tables("advise", "advise", |walker| rule(KindShape::Advise, walker)));
        self.rates.extend(top.tables("rate", "rate", rate));
        self.invariants.extend(top.tables("invariant", "invariant", invariant));
        self.waivers.extend(top.tables("waiver", "waiver", waiver));
        self.answers.extend(top.table("answer", "answer table").map(Walker::words).unwrap_or_default());
        self.columns.extend(top.table("column", "column table").map(Walker::words).unwrap_or_default());
        let aliases = top.named("alias", "alias table", |fact, walker| (fact, walker.words()));
        for (fact, words) in aliases {
            self.aliases.extend(words.into_iter().map(|(word, value)| (fact.clone(), word, value)));
        }
        top.done();
    }
}

fn string(text: Option<Text>) -> String {
    text.map(|text| text.value).unwrap_or_default()
}

fn source(name: Text, mut walker: Walker<'_, '_, '_>) -> SourceShape {
    let shape = SourceShape {
        name,
        replaces: walker.flag("replaces"),
        title: string(walker.required("title")),
        dated: walker.word("dated"),
        sha256: walker.text("sha256"),
        unchecked: walker.text("unchecked").map(|text| text.value),
        places: walker.texts("places").unwrap_or_default(),
    };
    if !walker.has("dated") {
        walker.missing("dated");
    }
    walker.done();
    shape
}

fn payer(name: Text, mut walker: Walker<'_, '_, '_>) -> PayerShape {
    let shape = PayerShape { name, replaces: walker.flag("replaces"), title: string(walker.required("title")) };
    walker.done();
    shape
}

fn fact(name: Text, mut walker: Walker<'_, '_, '_>) -> FactShape {
    let shape = FactShape {
        name,
        replaces: walker.flag("replaces"),
        ask: string(walker.text("ask")),
        values: walker.texts("values"),
        kind: walker.text("kind"),
        lever: walker.text("lever"),
        look: walker.text("look").map(|text| text.value),
        aliases: walker.table("alias", "alias table").map(Walker::words).unwrap_or_default(),
        groups: walker.table("groups", "group table").map(groups).unwrap_or_default(),
    };
    walker.done();
    shape
}

fn setting(name: Text, mut walker: Walker<'_, '_, '_>) -> SettingShape {
    let shape = SettingShape {
        name,
        replaces: walker.flag("replaces"),
        ask: string(walker.required("ask")),
        values: walker.texts("values"),
        at_least: walker.number("at_least"),
        below: walker.number("below"),
        default: walker.word("default"),
        basis: basis(&mut walker),
    };
    if shape.default.is_none() {
        walker.missing("default");
    }
    // A setting with bounds is a number; `kind` may say so, as a fact's does.
    if let Some(kind) = walker.text("kind").filter(|kind| kind.value != "number") {
        walker.problems.no_value(&kind, "kind", ["number"]);
    }
    walker.done();
    shape
}

fn service(name: Text, mut walker: Walker<'_, '_, '_>) -> ServiceShape {
    let shape = ServiceShape {
        name,
        replaces: walker.flag("replaces"),
        title: string(walker.required("title")),
        code: walker.required("code"),
        modifiers: walker.texts("modifiers").unwrap_or_default(),
        unit: walker.required("unit"),
        basis: basis(&mut walker),
    };
    walker.done();
    shape
}

fn rate(mut walker: Walker<'_, '_, '_>) -> Option<RateShape> {
    let at = walker.at.clone();
    let replaces = walker.flag("replaces");
    let (service, amount) = (walker.required("service"), walker.required("amount"));
    let (from, through, basis) = (walker.word("from"), walker.word("through"), basis(&mut walker));
    if !walker.has("from") {
        let help = "add `from = \"YYYY-MM-DD\"`, or `from = \"undated\"` if no date is known";
        walker.problems.add(&at, Code::MissingKey, "this rate has no `from`", help);
    }
    walker.done();
    Some(RateShape { at, replaces, service: service?, amount: amount?, from: from?, through, basis })
}

fn rule(kind: KindShape, mut walker: Walker<'_, '_, '_>) -> Option<RuleShape> {
    let name = walker.required("id");
    let (service, payers, services, overrides, instead) = match kind {
        KindShape::Offer => {
            (walker.required("service"), payers(&mut walker), None, walker.texts("overrides"), Vec::new())
        }
        KindShape::Exclude | KindShape::Strike => {
            (None, payers(&mut walker), walker.texts("services"), None, Vec::new())
        }
        KindShape::Hold => {
            let payers = if walker.has("payers") { payers(&mut walker) } else { Vec::new() };
            (None, payers, None, None, instead(&mut walker))
        }
        KindShape::Advise => (None, Vec::new(), None, None, Vec::new()),
    };
    let (replaces, formerly) = (walker.flag("replaces"), walker.texts("formerly").unwrap_or_default());
    let title = string(walker.required("title"));
    let when = walker.table("when", "condition").map(tests).unwrap_or_default();
    let any = walker.tables("any", "group", |walker| Some(group(walker)));
    if walker.is_empty_list("any") {
        let at = walker.at.clone();
        walker.problems.add(
            &at,
            Code::MissingKey,
            "the list `any` of this rule holds no group",
            "add a group, or remove `any`",
        );
    }
    let (from, through, basis) = (walker.word("from"), walker.word("through"), basis(&mut walker));
    walker.done();
    let (name, overrides) = (name?, overrides.unwrap_or_default());
    Some(RuleShape {
        kind,
        name,
        replaces,
        formerly,
        title,
        when,
        any,
        service,
        payers,
        services,
        overrides,
        from,
        through,
        instead,
        basis,
    })
}

fn payers(walker: &mut Walker<'_, '_, '_>) -> Vec<Text> {
    let payers = walker.texts("payers");
    if !walker.has("payers") || walker.is_empty_list("payers") {
        walker.missing("payers");
    }
    payers.unwrap_or_default()
}

/// The groups of a fact: each a name and a list of values.
fn groups(walker: Walker<'_, '_, '_>) -> Vec<(Text, Vec<Text>)> {
    let (entries, problems) = walker.entries();
    let listed = |(name, entry): (Text, Entry<'_>)| {
        let values = entry.texts(&name.value, problems)?;
        if values.is_empty() {
            let text = format!("the group `{}` names no value", name.value);
            problems.add(&name.at, Code::MissingKey, text, "list its values, or remove it");
        }
        Some((name, values))
    };
    entries.into_iter().filter_map(listed).collect()
}

/// `instead`: text, a table of answers, or a list of either.
fn instead(walker: &mut Walker<'_, '_, '_>) -> Vec<InsteadShape> {
    let Some(entry) = walker.entry("instead") else { return Vec::new() };
    let problems = &mut *walker.problems;
    match entry.list() {
        Some(list) => list.filter_map(|one| one_instead(&one, problems)).collect(),
        None => one_instead(&entry, problems).into_iter().collect(),
    }
}

fn one_instead(entry: &Entry<'_>, problems: &mut Problems<'_>) -> Option<InsteadShape> {
    let Some(walker) = entry.table("`instead` table", problems) else {
        let text = entry.texts("instead", problems)?.into_iter().next()?;
        return Some(InsteadShape::Text(text.value));
    };
    let (conditions, answers): (Vec<_>, Vec<_>) = walker.words().into_iter().partition(|(name, _)| name.value == "if");
    if answers.is_empty() {
        let help = "add `FACT = \"VALUE\"`, or write the advice as text: `instead = \"…\"`";
        problems.add(&entry.at(), Code::MissingKey, "this `instead` records no answer", help);
        return None;
    }
    let condition = conditions.into_iter().next().map(|(_, text)| text.value);
    Some(InsteadShape::Record { answers, condition })
}

fn presume(name: Text, mut walker: Walker<'_, '_, '_>) -> PresumeShape {
    let value = walker.word("value");
    if value.is_none() {
        walker.missing("value");
    }
    let replaces = walker.flag("replaces");
    let when = walker.table("when", "condition").map(tests).unwrap_or_default();
    let basis = basis(&mut walker);
    walker.done();
    PresumeShape { name, replaces, value, when, basis }
}

fn invariant(mut walker: Walker<'_, '_, '_>) -> Option<InvariantShape> {
    let name = walker.required("id");
    let (replaces, title) = (walker.flag("replaces"), string(walker.required("title")));
    let when = walker.table("when", "condition").map(tests).unwrap_or_default();
    let missing = !walker.has("always");
    let always = walker.table("always", "condition").map(|always| (always.asks_nothing(), tests(always)));
    if missing || always.as_ref().is_some_and(|(asks_nothing, _)| *asks_nothing) {
        walker.missing("always");
    }
    let always = always.map(|(_, tests)| tests).unwrap_or_default();
    let basis = basis(&mut walker);
    walker.done();
    Some(InvariantShape { name: name?, replaces, title, when, always, basis })
}

fn waiver(mut walker: Walker<'_, '_, '_>) -> Option<WaiverShape> {
    let (source, quote, why) = (walker.required("source"), walker.required("quote"), walker.required("why"));
    walker.done();
    Some(WaiverShape { source: source?, quote: quote?, why: why?.value })
}

fn basis(walker: &mut Walker<'_, '_, '_>) -> BasisShape {
    BasisShape {
        cites: walker.tables("cite", "citation", cite),
        basis: walker.text("basis"),
        note: walker.text("note").map(|text| text.value),
    }
}

fn cite(mut walker: Walker<'_, '_, '_>) -> Option<CiteShape> {
    let at_block = walker.at.clone();
    let (source, at) = (walker.required("source"), walker.required("at"));
    let (quote, says) = (walker.text("quote"), walker.text("says").map(|text| text.value));
    walker.done();
    Some(CiteShape { at_block, source: source?, at: at?.value, quote, says })
}
