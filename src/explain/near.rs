//! Describes the offers that came nearest to a note.

use super::note::DecidedNote;
use super::view::{AnswerSource, LackView, NearOfferView};
use crate::decide::{Lack, NearOffer, NearOffers};
use crate::rules::{Effect, RuleId};
use crate::words;

/// The maximum number of nearest offers to show. If there were more, none of them would be near.
const MAX_SHOWN: usize = 4;

/// Returns the nearest offers.
pub(super) fn offers(note: &DecidedNote<'_>) -> Vec<NearOfferView> {
    let all = note.set().rules().map(|(id, _)| id);
    let date = note.in_batch.date();
    let offers = NearOffers { judge: note.judge, answered: &note.answered, filled: &note.filled, date };
    let nearest = offers.nearest(all);
    nearest.iter().take(MAX_SHOWN).filter_map(|offer| view(note, offer, &offers.obstacles(offer))).collect()
}

fn view(note: &DecidedNote<'_>, offer: &NearOffer, obstacles: &[RuleId]) -> Option<NearOfferView> {
    let set = note.set();
    let rule = set.rule(offer.rule);
    let Effect::Offer { service, payers, .. } = &rule.effect else { return None };
    let mut lacks: Vec<LackView> = offer.lacks.iter().map(|lack| lack_view(note, lack)).collect();
    if offer.off_date {
        lacks.push(LackView {
            fact: "date".into(),
            now: Some(note.in_batch.date().to_string()),
            from: AnswerSource::Note,
            needs: words::dates(rule.effective),
        });
    }
    Some(NearOfferView {
        id: rule.id.clone(),
        title: rule.title.clone(),
        service: set.service(*service).name.clone(),
        payers: payers.iter().map(|payer| set.payer(*payer).name.clone()).collect(),
        lacks,
        obstacles: obstacles.iter().map(|id| set.rule(*id).id.clone()).collect(),
    })
}

fn lack_view(note: &DecidedNote<'_>, lack: &Lack) -> LackView {
    let vocabulary = &note.set().vocabulary;
    let inputs = vocabulary.inputs_of(lack.fact);
    let derived = if inputs == [lack.fact] { String::new() } else { format!("{} ", vocabulary.fact(lack.fact).name) };
    // Of days between two dates, the later one is usually the one to look at.
    let named = inputs.last().copied().unwrap_or(lack.fact);
    LackView {
        fact: vocabulary.fact(named).name.clone(),
        now: note.answer(lack.fact).map(|answer| answer.text()),
        from: note.source(lack.fact),
        needs: format!("{derived}{}", words::answers(note.set(), lack.fact, &lack.needs)),
    }
}
