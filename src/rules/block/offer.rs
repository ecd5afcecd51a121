//! The keys that only an `[[offer]]` has: a service, and the payers to whom it is offered.

use super::overrides::RuleIds;
use super::rule::Effect;
use crate::rules::ServiceId;
use crate::rules::checker::Checker;
use crate::toml::{Text, TomlTable};

pub(super) struct WrittenOffer {
    service: Option<Text>,
    payers: Vec<Text>,
    pub(super) overrides: Vec<Text>,
}

impl WrittenOffer {
    pub(super) fn read(table: &mut TomlTable<'_>) -> Self {
        Self {
            service: table.required("service"),
            payers: table.required_texts("payers"),
            overrides: table.texts("overrides").unwrap_or_default(),
        }
    }

    pub(super) fn check(self, id: &Text, ids: &RuleIds, checker: &Checker<'_>) -> Effect {
        checker.problems.add_repeated_names(&self.overrides);
        Effect::Offer {
            // A set with an unknown service has a problem and decides nothing, so any id will do here.
            service: self.service.and_then(|name| checker.service(&name)).unwrap_or(ServiceId(0)),
            payers: checker.payers(&self.payers),
            overrides: self.overrides.iter().filter_map(|name| ids.overridden(id, name, checker.problems)).collect(),
        }
    }
}
