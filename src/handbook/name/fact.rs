//! The page of a fact: what it asks, what it takes, what is presumed, and how its answer could honestly change.

use super::{FactPage, PresumptionView, ValueView, asking, conditions, refs};
use crate::facts::{FactId, Lever, Origin};
use crate::report::{BasisView, file_and_line};
use crate::rules::RuleSet;
use crate::words;

pub(super) fn page(set: &RuleSet, fact: FactId) -> FactPage {
    let vocabulary = &set.vocabulary;
    let declared = vocabulary.fact(fact);
    let aliases = |value: &String| {
        let of = declared.aliases().filter(|(_, name)| name == value);
        of.map(|(word, _)| word.to_owned()).collect()
    };
    let name = |id: FactId| vocabulary.fact(id).name.clone();
    let derived = match declared.origin {
        Origin::Age(date) | Origin::DaysSince(date) => {
            Some(format!("worked out from `{}` and the service date", name(date)))
        }
        _ => {
            vocabulary.derived(fact).map(|derived| format!("rules ask what is worked out from it: `{}`", name(derived)))
        }
    };
    let presumption = set.presumptions.iter().find(|presumption| presumption.fact == fact);
    let mut asked_by = asking(set, fact);
    if let Some(derived) = vocabulary.derived(fact) {
        asked_by.extend(asking(set, derived));
    }
    FactPage {
        name: declared.name.clone(),
        ask: words::question(set, fact),
        takes: words::takes(&declared.kind),
        values: declared
            .values()
            .iter()
            .map(|value| ValueView { value: value.clone(), aliases: aliases(value) })
            .collect(),
        required: declared.is_required(),
        lever: declared.lever.map(|lever| match lever {
            Lever::Chart => "chart",
            Lever::Record => "record",
            Lever::Never => "never",
        }),
        look: declared.look.clone(),
        derived,
        presumed: presumption.map(|presumption| PresumptionView {
            value: set.word(fact, presumption.value),
            when: conditions(set, &presumption.when),
            basis: BasisView::new(set, &presumption.basis),
        }),
        asked_by: refs(asked_by.into_iter()),
        place: set.fact_span(fact).map(|span| file_and_line(set, span)).unwrap_or_default(),
    }
}
