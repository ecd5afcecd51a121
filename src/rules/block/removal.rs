//! The keys that only an `[[exclude]]` or a `[[strike]]` has: the payers that it removes.

use crate::rules::checker::Checker;
use crate::rules::{PayerId, ServiceId};
use crate::toml::{Text, TomlTable};

/// The payers that a rule removes, and from which services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removes {
    /// The removed payers.
    pub payers: Vec<PayerId>,
    /// The services from which they are removed; `None` for all services.
    pub services: Option<Vec<ServiceId>>,
}

impl Removes {
    /// Whether the payer is removed from the service.
    pub fn removes(&self, service: ServiceId, payer: PayerId) -> bool {
        self.payers.contains(&payer) && self.services.as_ref().is_none_or(|services| services.contains(&service))
    }
}

pub(super) struct WrittenRemoval {
    payers: Vec<Text>,
    services: Option<Vec<Text>>,
}

impl WrittenRemoval {
    pub(super) fn read(table: &mut TomlTable<'_>) -> Self {
        Self { payers: table.required_texts("payers"), services: table.texts("services") }
    }

    pub(super) fn check(self, checker: &Checker<'_>) -> Removes {
        let services = self.services.map(|names| checker.services(&names));
        Removes { payers: checker.payers(&self.payers), services }
    }
}
