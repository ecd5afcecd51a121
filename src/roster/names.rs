//! The names of the fields that a roster may have: an id, two dates, and the facts that notes answer.

use super::RosterKind;
use crate::facts::Vocabulary;
use crate::field::FieldId;
use crate::nearest::nearest;
use crate::read::{FieldNames, Precedence, TableRules};
use crate::spelling::key;

/// The names of the fields of a roster.
#[derive(Clone, Copy, Debug)]
pub struct RosterNames<'v> {
    vocabulary: &'v Vocabulary,
    kind: RosterKind,
}

/// The names that rosters have besides those of facts.
const OWN: [&str; 3] = ["id", "from", "through"];

impl<'v> RosterNames<'v> {
    /// Returns the names of the fields of a roster of this kind.
    pub fn new(vocabulary: &'v Vocabulary, kind: RosterKind) -> Self {
        Self { vocabulary, kind }
    }

    /// Returns the vocabulary.
    pub fn vocabulary(&self) -> &'v Vocabulary {
        self.vocabulary
    }

    /// Returns the field of the first date on which a row is true.
    pub fn from(&self) -> FieldId {
        self.vocabulary.next_field()
    }

    /// Returns the field of the last date on which a row is true.
    pub fn through(&self) -> FieldId {
        FieldId::new(self.from().index() + 1)
    }

    /// Returns the field of a note that holds the id.
    fn person(&self) -> FieldId {
        match self.kind {
            RosterKind::Clients => FieldId::CLIENT,
            RosterKind::Staff => FieldId::STAFF,
        }
    }

    /// Returns the field that rosters themselves call so.
    fn own(&self, name: &str) -> Option<FieldId> {
        match key(name).as_str() {
            "id" => Some(FieldId::ID),
            "from" => Some(self.from()),
            "through" => Some(self.through()),
            _ => None,
        }
    }
}

impl FieldNames for RosterNames<'_> {
    fn field(&self, name: &str) -> Option<FieldId> {
        if self.is_ignored(name) {
            return None;
        }
        self.own(name).or_else(|| {
            let field = self.vocabulary.field(name)?;
            let is_answer = field.index() >= FieldId::NAMES.len();
            if field == self.person() { Some(FieldId::ID) } else { Some(field).filter(|_| is_answer) }
        })
    }

    fn precedence(&self, name: &str) -> Precedence {
        match self.vocabulary.precedence(name) {
            Precedence::Own => Precedence::Own,
            _ if self.own(name).is_some() => Precedence::Declared,
            // Beside an `id`, a column `client` may hold a name.
            _ if self.field(name) == Some(FieldId::ID) => Precedence::Customary,
            precedence => precedence,
        }
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.vocabulary.is_ignored(name)
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        let is_answer = |name: &&str| self.field(name).is_some_and(|field| field != FieldId::ID);
        let answers = self.vocabulary.field_names().filter(is_answer);
        nearest(name, OWN.into_iter().chain(answers))
    }

    fn table(&self) -> TableRules {
        TableRules {
            what: "a roster",
            header: match self.kind {
                RosterKind::Clients => "id,eligibility,from,through",
                RosterKind::Staff => "id,staff_role,from,through",
            },
            other_names: "other names are mapped in an agency file's `[column]` table",
            fewest_names: 2,
            required: Some(FieldId::ID),
            // A row without an id is a fault, not a line of totals.
            telling: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::calendar::Calendar;
    use crate::facts::{Fact, Kind, MappedName, Origin};

    #[test]
    fn a_roster_has_an_id_dates_and_facts() {
        let fact = Fact::new("eligibility", "", Kind::Coded(vec!["none".into()]), Origin::Note, None);
        let map = |field: &str, is_own| MappedName { field: field.into(), is_own };
        let columns = BTreeMap::from([
            ("client id".into(), map("client", false)),
            ("Member No".into(), map("client", true)),
            ("Coverage".into(), map("eligibility", true)),
            ("note id".into(), map("id", false)),
        ]);
        let vocabulary = Vocabulary::new(vec![fact], &[], &columns, Calendar::default());
        let names = RosterNames::new(&vocabulary, RosterKind::Clients);
        for name in ["ID", "Client ID", "client", "member no"] {
            assert_eq!(names.field(name), Some(FieldId::ID), "{name}");
        }
        assert_eq!(names.field("Coverage"), vocabulary.declared_field("eligibility"));
        assert_eq!(names.field("From"), Some(names.from()));
        assert_eq!(names.field("through"), Some(names.through()));
        for name in ["date", "minutes", "staff", "note id", "start", "mood"] {
            assert_eq!(names.field(name), None, "{name}");
        }
        assert!(names.precedence("Member No") > names.precedence("id"));
        assert!(names.precedence("id") > names.precedence("client"));
        assert_eq!((names.nearest("thru"), names.nearest("eligability")), (None, Some("eligibility")));
        assert_eq!((names.nearest("minute"), names.nearest("client")), (None, None));
        let staff = RosterNames::new(&vocabulary, RosterKind::Staff);
        assert_eq!((staff.field("staff"), staff.field("client")), (Some(FieldId::ID), None));
    }
}
