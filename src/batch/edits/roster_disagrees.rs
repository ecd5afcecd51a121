//! The check `roster-disagrees`: a note and a roster answer a question differently.

use crate::batch::BatchNote;
use crate::nearest::joined;
use crate::roster::{Disagreeing, Disagreement, RosterKind};
use crate::rules::{Edit, Scope};

/// Whether a roster of the edit's scope answers otherwise than a note, or than the other roster.
pub(super) fn concerns(edit: &Edit, note: BatchNote<'_>) -> bool {
    note.roster_disagreements().iter().any(|disagreement| is_for(edit, *disagreement))
}

fn is_for(edit: &Edit, disagreement: Disagreement) -> bool {
    match disagreement.between {
        Disagreeing::NoteAnd(RosterKind::Clients) => edit.is_for(Scope::Client),
        Disagreeing::NoteAnd(RosterKind::Staff) => edit.is_for(Scope::Staff),
        Disagreeing::Rosters => true,
    }
}

/// Says which sources disagree on which facts.
pub(super) fn describe(edit: &Edit, note: BatchNote<'_>) -> String {
    let on = |disagreement: &Disagreement| {
        let fact = &note.set().vocabulary.fact(disagreement.fact).name;
        match disagreement.between {
            Disagreeing::NoteAnd(RosterKind::Clients) => format!("the note and the roster of clients on `{fact}`"),
            Disagreeing::NoteAnd(RosterKind::Staff) => format!("the note and the roster of staff on `{fact}`"),
            Disagreeing::Rosters => format!("the roster of clients and that of staff on `{fact}`"),
        }
    };
    let disagreements = note.roster_disagreements().iter().filter(|disagreement| is_for(edit, **disagreement));
    format!("{}: {}", edit.title, joined(disagreements.map(on).collect(), "and"))
}
