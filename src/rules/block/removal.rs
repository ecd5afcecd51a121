//! What an `[[exclude]]` or a `[[strike]]` says beside what every rule says: the payers that it takes away.

use crate::rules::checker::Checker;
use crate::rules::{PayerId, ServiceId};
use crate::toml::{Text, TomlTable};

/// Which payers are taken away, of which services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removes {
    /// The payers.
    pub payers: Vec<PayerId>,
    /// Only of these services; `None`: of all.
    pub services: Option<Vec<ServiceId>>,
}

impl Removes {
    /// Whether the payer is taken away for the service.
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
        let services = self.services.map(|names| {
            checker.problems.add_repeated_names(&names);
            names.iter().filter_map(|name| checker.service(name)).collect()
        });
        Removes { payers: checker.payers(&self.payers), services }
    }
}
