//! Answers from rosters what a note leaves open.

use super::NoteChecker;
use super::values::Context;
use crate::facts::{Answer, FactId};
use crate::roster::{Disagreeing, Disagreement, FoundAnswer, RosterKind};

/// What the rosters said about the note that was checked last.
#[derive(Debug, Default)]
pub(super) struct Consulted {
    /// The facts that a roster answered.
    pub(super) answered: Vec<FactId>,
    /// The facts that the note and the rosters, or the rosters, answer differently.
    pub(super) disagreements: Vec<Disagreement>,
}

impl NoteChecker<'_> {
    /// Answers from the rosters what the note leaves open. The note's own answers stand.
    pub(super) fn consult_rosters(&mut self, context: &Context<'_>) {
        let Self { rosters: Some(rosters), facts, coded, consulted, .. } = self else { return };
        let Consulted { answered, disagreements } = consulted;
        answered.clear();
        disagreements.clear();
        let (Some(date), [_, client, staff]) = (context.service, context.private) else { return };
        for FoundAnswer { fact, clients, staff } in rosters.find(client, staff, date) {
            let own = facts.get(fact);
            if own.is_given() {
                let both = [(clients, RosterKind::Clients), (staff, RosterKind::Staff)];
                let other = both.into_iter().filter(|(answer, _)| answer.is_some_and(|answer| answer != own));
                let disagreement = |(_, kind)| Disagreement { fact, between: Disagreeing::NoteAnd(kind) };
                disagreements.extend(other.map(disagreement));
                continue;
            }
            match (clients, staff) {
                (Some(one), Some(other)) if one != other => {
                    disagreements.push(Disagreement { fact, between: Disagreeing::Rosters });
                }
                (Some(answer), _) | (None, Some(answer)) => {
                    facts.set(fact, answer);
                    answered.push(fact);
                    match answer {
                        Answer::Value(value) => coded.push((fact, value)),
                        _ => self.has_numbers = true,
                    }
                }
                (None, None) => {}
            }
        }
    }
}
