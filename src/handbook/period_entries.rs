//! Builds the entries of what concerns several notes: counts, pairs, edits, shadows and holidays.

use serde_json::{Value, json};

use super::entry::{Content, Entry};
use crate::effective::Effective;
use crate::nearest::joined;
use crate::rules::{Check, Count, DeclaredHoliday, Edit, Pair, PairTerms, RuleSet, ServiceId, Shadow, Then, Within};
use crate::words;

/// Returns the entries of counts, pairs, edits and shadows.
pub(super) fn deciding(set: &RuleSet) -> impl Iterator<Item = Entry> {
    let counts = set.counts.iter().map(|count| self::count(set, count));
    counts
        .chain(set.pairs.iter().map(|pair| self::pair(set, pair)))
        .chain(set.edits.iter().map(|edit| self::edit(set, edit)))
        .chain(set.shadows.iter().map(|shadow| self::shadow(set, shadow)))
}

/// Returns the entries of counts, pairs, edits, shadows and holidays.
pub(super) fn entries(set: &RuleSet) -> impl Iterator<Item = Entry> {
    deciding(set).chain(set.holidays.iter().map(|declared| holiday(set, declared)))
}

/// Returns the name of a period in rule files.
fn within_name(set: &RuleSet, within: Within) -> String {
    match within {
        Within::Note => "note".into(),
        Within::Day => "day".into(),
        Within::Month => "month".into(),
        Within::Date(fact) => set.vocabulary.fact(fact).name.clone(),
    }
}

fn service_names(set: &RuleSet, services: &[ServiceId]) -> Value {
    services.iter().map(|service| set.service(*service).name.clone()).collect::<Vec<_>>().into()
}

/// Adds the dates on which a block is in force, unless it always is.
pub(super) fn add_dates(entry: &mut Entry, effective: Effective) {
    if effective == Effective::default() {
        return;
    }
    entry.text("", "Dates", words::dates(effective));
    for (key, date) in [("from", effective.from), ("through", effective.through)] {
        entry.data(key, date.map(|date| date.to_string()));
    }
}

fn count(set: &RuleSet, count: &Count) -> Entry {
    let mut entry = Entry::new("count", &count.id, &words::count(set, count));
    entry.text("", "Minutes of", format!("notes decided as {}", words::service_title(set, count.notes)));
    entry.data("notes", set.service(count.notes).name.as_str());
    if let Some(payers) = &count.payers {
        entry.text("", "Payers", words::payer_titles(set, payers));
        entry.data("payers", payers.iter().map(|payer| set.payer(*payer).name.clone()).collect::<Vec<_>>());
    }
    entry.text("", "Within", words::period(set, count.within));
    entry.data("within", within_name(set, count.within));
    entry.text("", "Earns", words::service_title(set, count.earns));
    entry.data("earns", set.service(count.earns).name.as_str());
    entry.text("", "Units", words::steps(&count.steps));
    entry.data("at_least", json!(count.steps.at_least));
    for (key, number) in [("each", count.steps.each), ("most", count.steps.most), ("below", count.steps.below)] {
        if let Some(number) = number {
            entry.data(key, number);
        }
    }
    if count.one_practitioner {
        let held = "only one can bill the period: notes that name two hold all of its notes";
        entry.text("", "Practitioner", held);
    }
    entry.data("one_practitioner", count.one_practitioner);
    add_dates(&mut entry, count.effective);
    entry.basis(set, &count.basis, Some(&count.span));
    entry
}

/// Adds which services a pair or a promise compares, and within which period.
pub(super) fn add_terms(entry: &mut Entry, set: &RuleSet, terms: &PairTerms) {
    let label = match terms.relation.as_str() {
        "only_with" => "Only with",
        _ => "Not with",
    };
    for (key, label, services) in [("these", "These", &terms.these), (terms.relation.as_str(), label, &terms.others)] {
        entry.add("", label, Content::List(words::service_titles(set, services)));
        entry.data(key, service_names(set, services));
    }
    entry.text("", "Within", words::period(set, terms.within));
    entry.data("within", within_name(set, terms.within));
}

fn pair(set: &RuleSet, pair: &Pair) -> Entry {
    let mut entry = Entry::new("pair", &pair.id, &pair.title);
    add_terms(&mut entry, set, &pair.terms);
    if pair.same_staff {
        entry.text("", "Of the same", "client and staff member");
    }
    entry.data("same", if pair.same_staff { json!(["staff"]) } else { json!([]) });
    let lifted_by: Vec<String> = pair.lifted_by.iter().map(|modifier| format!("`{modifier}`")).collect();
    if !lifted_by.is_empty() {
        entry.text("", "Lifted by", format!("the modifier {} on either note", joined(lifted_by, "or")));
    }
    entry.data("lifted_by", pair.lifted_by.clone());
    entry.text("does", "Then", words::pair_effect(pair));
    entry.data("then", pair.then.as_str());
    entry.basis(set, &pair.basis, Some(&pair.span));
    entry
}

fn edit(set: &RuleSet, edit: &Edit) -> Entry {
    let mut entry = Entry::new("edit", &edit.id, &edit.title);
    entry.text("", "Check", format!("`{}`", edit.check.code()));
    entry.data("check", edit.check.code().as_str());
    let scope: Vec<String> = edit.scope.iter().map(|scope| scope.as_str().to_owned()).collect();
    entry.text("", "Of the same", joined(scope.clone(), "or"));
    entry.data("scope", scope);
    entry.text("", "Within", format!("one {}", edit.within.as_str()));
    entry.data("within", edit.within.as_str());
    match &edit.check {
        Check::ClientOverlap(among) => entry.data("among", among.as_str()),
        Check::OverLimit { service, most } => {
            entry.text("", "Most", format!("{most} units of {}", words::service_title(set, *service)));
            entry.data("service", set.service(*service).name.as_str());
            entry.data("most", *most);
        }
        Check::LateFiling { payers, months, days_left } => {
            let months_text = format!("{months} months after the service date");
            let time = match days_left {
                Some(days) => format!("the last {days} days of {months_text}"),
                None => format!("later than {months_text}"),
            };
            entry.text("", "Claims of", format!("{}, {time}", words::payer_titles(set, payers)));
            entry.data("payers", payers.iter().map(|payer| set.payer(*payer).name.clone()).collect::<Vec<_>>());
            entry.data("months", *months);
            entry.data("days_left", *days_left);
        }
        _ => {}
    }
    entry.text("does", "Then", words::edit_effect(edit));
    entry.data("then", edit.then.map_or("off", Then::as_str));
    for (key, label, numbers) in [("carc", "CARC", &edit.carc), ("rarc", "RARC", &edit.rarc)] {
        if !numbers.is_empty() {
            entry.text("", label, numbers.join(", "));
        }
        entry.data(key, numbers.clone());
    }
    entry.basis(set, &edit.basis, Some(&edit.span));
    entry
}

fn shadow(set: &RuleSet, shadow: &Shadow) -> Entry {
    let mut entry = Entry::new("shadow", &shadow.id, &shadow.title);
    let when = words::tests(set, &shadow.when);
    if when.is_empty() {
        entry.text("", "When", "always");
    } else {
        entry.add("when", "When", Content::List(when));
    }
    entry.text("does", "Then", words::shadow_effect(set, shadow));
    entry.data("payers", shadow.payers.iter().map(|payer| set.payer(*payer).name.clone()).collect::<Vec<_>>());
    if let Some(services) = &shadow.services {
        entry.data("services", service_names(set, services));
    }
    add_dates(&mut entry, shadow.effective);
    let applies = crate::rules::all_hold(&shadow.when, &set.answered()) == Some(true);
    entry.text(
        "",
        "Now",
        if applies {
            "it applies under the settings in force"
        } else {
            "it does not apply under the settings in force"
        },
    );
    entry.data("applies", applies);
    entry.basis(set, &shadow.basis, Some(&shadow.span));
    entry
}

fn holiday(set: &RuleSet, declared: &DeclaredHoliday) -> Entry {
    let mut entry = Entry::new("holiday", &declared.name, "a weekday that is no business day");
    entry.text("day", "Day", words::holiday(declared));
    add_dates(&mut entry, declared.holiday.effective);
    let counted = "numbers named `business_days_from_X_to_Y`, which count Monday to Friday without holidays";
    entry.text("", "Matters for", counted);
    entry.basis(set, &declared.basis, Some(&declared.span));
    entry
}
