//! What a rule set means: names resolved, replacements made, everything in an order that does not depend on the files.

use sha2::{Digest, Sha256};

use super::blocks::{PayerShape, ServiceShape, Shape, SourceShape};
use super::names::Names;
use super::problem::{Problems, RuleFile};
use super::repeats::{refuse_repeats, settle};
use super::shape;
use super::vocabulary::{answered, vocabulary};
use super::walk::Text;
use super::{Payer, RuleSet, Service, Source, Unit, Waiver, resolve};
use crate::effective::parse_date;
use crate::message::{Code, Message};

/// Reads and checks rule files.
pub(super) fn load(mut files: Vec<RuleFile>) -> Result<RuleSet, Vec<Message>> {
    // The set first, then what is added to it: of two blocks that clash, the added one is the problem.
    files.sort_by(|left, right| (left.own, &left.name).cmp(&(right.own, &right.name)));
    if files.is_empty() {
        let help = "a rule set is a folder of `.toml` files; `actbill classify` without `--rules` uses the shipped one";
        return Err(vec![Message::error(Code::NoRules, "there is no rule file").help(help)]);
    }
    let mut problems = Problems::new(&files);
    let shape = shape::read(&files, &mut problems);
    // What a file declares that cannot be read would be missed everywhere else: its names are no problem yet.
    if problems.any(Code::NotToml) {
        return Err(problems.sorted());
    }
    let set = check(shape, &files, &mut problems);
    let problems = problems.sorted();
    if problems.is_empty() { Ok(RuleSet { files, ..set }) } else { Err(problems) }
}

fn check(mut shape: Shape, files: &[RuleFile], problems: &mut Problems<'_>) -> RuleSet {
    let sources = sources(settle(std::mem::take(&mut shape.sources), "source", problems), problems);
    let payers = payers(settle(std::mem::take(&mut shape.payers), "payer", problems), problems);
    let services = services(settle(std::mem::take(&mut shape.services), "service", problems), &sources, problems);
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

fn sources(shapes: Vec<SourceShape>, problems: &mut Problems<'_>) -> Vec<Source> {
    let mut sources = Vec::new();
    for source in shapes {
        refuse_reserved(&source.name, &NO_SOURCE, "source", problems);
        if let Some(sha256) = &source.sha256
            && !(sha256.value.len() == 64 && sha256.value.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            let help = "give the SHA-256 of the source's text as 64 hexadecimal digits";
            problems.add(&sha256.at, Code::WrongType, "this is no SHA-256", help);
        }
        for (at, place) in source.places.iter().enumerate() {
            if source.places.iter().take(at).any(|earlier| earlier.value == place.value) {
                let text = format!("a second place `{}`", place.value);
                problems.add(&place.at, Code::RepeatedName, text, "name each place once, in the source's own order");
            }
        }
        let dated = source.dated.map(|dated| checked_date(dated, problems)).unwrap_or_default();
        sources.push(Source {
            title: source.title,
            span: source.name.at,
            name: source.name.value,
            dated,
            sha256: source.sha256.map(|text| text.value.to_lowercase()),
            unchecked: source.unchecked,
            places: source.places.into_iter().map(|place| place.value).collect(),
        });
    }
    sources
}

/// The date of a document: a day, a month or a year, or `undated`.
fn checked_date(dated: Text, problems: &mut Problems<'_>) -> String {
    let is_date = ["", "-01", "-01-01"].iter().any(|rest| parse_date(&format!("{}{rest}", dated.value)).is_some());
    if !is_date && dated.value != "undated" {
        let help = "write it as `\"YYYY-MM-DD\"`, `\"YYYY-MM\"` or `\"YYYY\"`, or `\"undated\"`";
        problems.add(&dated.at, Code::BadDate, format!("`{}` is not a date", dated.value), help);
    }
    dated.value
}

/// Rows, promises and lists use these words where nobody pays or a person must look, where there is no service, or where a
/// rule is our own: what is named so could not be told from them.
const NO_PAYER: [&str; 4] = ["billable", "non_billable", "held", "rejected"];
const NO_SERVICE: [&str; 1] = ["none"];
const NO_SOURCE: [&str; 1] = ["house"];

fn refuse_reserved(name: &Text, reserved: &[&str], what: &str, problems: &mut Problems<'_>) {
    if reserved.contains(&name.value.as_str()) {
        let text = format!("`{}` cannot be the name of a {what}", name.value);
        problems.add(&name.at, Code::ReservedName, text, "rows use this word themselves: choose another");
    }
}

fn payers(shapes: Vec<PayerShape>, problems: &mut Problems<'_>) -> Vec<Payer> {
    let mut payers = Vec::new();
    for payer in shapes {
        refuse_reserved(&payer.name, &NO_PAYER, "payer", problems);
        payers.push(Payer { title: payer.title, span: payer.name.at, name: payer.name.value });
    }
    payers
}

fn services(shapes: Vec<ServiceShape>, sources: &[Source], problems: &mut Problems<'_>) -> Vec<Service> {
    let mut services = Vec::new();
    for service in shapes {
        refuse_reserved(&service.name, &NO_SERVICE, "service", problems);
        refuse_repeats(&service.modifiers, problems);
        let unit = service.unit.as_ref().and_then(|unit| {
            let found = Unit::ALL.into_iter().find(|known| known.as_str() == unit.value);
            if found.is_none() {
                problems.no_value(unit, "unit", Unit::ALL.map(Unit::as_str));
            }
            found
        });
        services.push(Service {
            title: service.title,
            span: service.name.at,
            name: service.name.value,
            code: service.code.map(|code| code.value).unwrap_or_default(),
            modifiers: service.modifiers.into_iter().map(|modifier| modifier.value).collect(),
            unit: unit.unwrap_or(Unit::QuarterHour),
            basis: resolve::basis(service.basis, sources, None, problems),
        });
    }
    services
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
    hex::encode(hash.finalize())
}
