//! Totals of a batch: by payer and service, and by what notes rest on.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::batch::{BatchNote, Count, Total};
use crate::money::Amount;
use crate::rules::{RuleSet, ServiceId, full_code};

/// Totals for one payer.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct PayerTotal {
    /// Number of notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours, computed for each note alone.
    pub quarter_hours: u64,
    /// Units by kind; days and quarter hours cannot be added.
    pub units: BTreeMap<&'static str, u64>,
    /// Dollars for the priced units; absent if units were earned and none of them has a known price.
    pub amount: Option<Amount>,
    /// Units with no known price, by kind.
    pub unpriced_units: BTreeMap<&'static str, u64>,
    /// Units that the payer does not pay by; absent if there are none.
    pub shadow: Option<ShadowTotal>,
    /// Totals by service.
    pub services: BTreeMap<String, ServiceTotal>,
}

/// Totals for one service.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct ServiceTotal {
    /// The procedure code; absent if no public code is known.
    pub code: Option<String>,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// The unit of the service.
    pub unit: &'static str,
    /// Number of notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours, computed for each note alone.
    pub quarter_hours: u64,
    /// Number of units.
    pub units: u64,
    /// Dollars for the priced units; absent if units were earned and none of them has a known price.
    pub amount: Option<Amount>,
    /// Number of units with no known price.
    pub unpriced_units: u64,
    /// Number of units that the payer does not pay by; absent if there are none.
    pub shadow_units: Option<u64>,
    /// Dollars for those of them that have a known price.
    pub shadow_amount: Option<Amount>,
}

/// Units that a payer does not pay by, and the dollars they would come to at the rate for one.
#[derive(Clone, Debug, Serialize)]
pub struct ShadowTotal {
    /// Units by kind.
    pub units: BTreeMap<&'static str, u64>,
    /// Dollars for the units that have a known price.
    pub amount: Amount,
}

/// Totals for the notes that rest on one presumption, house rule, or setting.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct SharedTotal {
    /// Number of notes, regardless of status.
    pub notes: u64,
    /// Units that the notes earn, by kind.
    pub units: BTreeMap<&'static str, u64>,
    /// Dollars for the priced units; absent if units were earned and none of them has a known price.
    pub amount: Option<Amount>,
    /// Units with no known price, by kind.
    pub unpriced_units: BTreeMap<&'static str, u64>,
}

/// What the notes of a batch rest on besides their own answers. A note counts once for each item that it rests on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RestsOn {
    /// Totals by presumed fact.
    pub presumed: BTreeMap<String, SharedTotal>,
    /// Totals by house rule.
    pub house: BTreeMap<String, SharedTotal>,
    /// Totals by setting.
    pub settings: BTreeMap<String, SharedTotal>,
}

impl ServiceTotal {
    /// Returns the code and modifiers as billed.
    pub(super) fn full_code(&self) -> String {
        self.code.as_ref().map(|code| full_code(code, &self.modifiers)).unwrap_or_default()
    }
}

/// Running totals by service; `None` for notes that are not billed.
#[derive(Debug, Default)]
pub(super) struct Sums(BTreeMap<Option<ServiceId>, Total>);

impl Sums {
    /// Adds notes that are like this one in all that matters here.
    pub(super) fn add(&mut self, note: BatchNote<'_>, count: Count) {
        let service = note.earned().map(|earned| earned.service);
        self.0.entry(service).or_default().add(note, count);
        for (also, line) in note.also() {
            self.0.entry(Some(line.service)).or_default().add_units((also.units, also.amount), count.notes, line);
        }
    }

    fn services(&self) -> impl Iterator<Item = (ServiceId, &Total)> {
        self.0.iter().filter_map(|(service, total)| Some(((*service)?, total)))
    }

    fn all(&self) -> Total {
        self.0.values().fold(Total::default(), |mut all, total| {
            all += *total;
            all
        })
    }

    /// Sums a count by kind of unit, combining services that use the same unit.
    fn by_unit(&self, set: &RuleSet, count: impl Fn(&Total) -> u64) -> BTreeMap<&'static str, u64> {
        let mut by_unit = BTreeMap::new();
        for (service, total) in self.services() {
            *by_unit.entry(set.service(service).unit.as_str()).or_default() += count(total);
        }
        by_unit
    }

    fn units(&self, set: &RuleSet) -> BTreeMap<&'static str, u64> {
        self.by_unit(set, |total| total.units)
    }

    fn unpriced_units(&self, set: &RuleSet) -> BTreeMap<&'static str, u64> {
        let mut units = self.by_unit(set, |total| total.unpriced_units);
        units.retain(|_, units| *units > 0);
        units
    }

    pub(super) fn payer_total(&self, set: &RuleSet) -> PayerTotal {
        let all = self.all();
        let services = self.services().map(|(id, total)| {
            let service = set.service(id);
            let total = ServiceTotal {
                code: service.code.clone(),
                modifiers: service.modifiers.clone(),
                unit: service.unit.as_str(),
                notes: total.notes,
                minutes: total.minutes,
                quarter_hours: total.quarter_hours,
                units: total.units,
                amount: total.priced(),
                unpriced_units: total.unpriced_units,
                shadow_units: Some(total.shadow_units).filter(|units| *units > 0),
                shadow_amount: Some(total.shadow_amount).filter(|_| total.shadow_units > 0),
            };
            (service.name.clone(), total)
        });
        PayerTotal {
            notes: all.notes,
            minutes: all.minutes,
            quarter_hours: all.quarter_hours,
            units: self.units(set),
            amount: all.priced(),
            unpriced_units: self.unpriced_units(set),
            shadow: (all.shadow_units > 0).then(|| ShadowTotal {
                units: self.by_unit(set, |total| total.shadow_units),
                amount: all.shadow_amount,
            }),
            services: services.collect(),
        }
    }

    pub(super) fn shared_total(&self, set: &RuleSet) -> SharedTotal {
        let all = self.all();
        SharedTotal {
            notes: all.notes,
            units: self.units(set),
            amount: all.priced(),
            unpriced_units: self.unpriced_units(set),
        }
    }
}
