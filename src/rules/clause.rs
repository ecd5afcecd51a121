//! What an invariant says of notes: tests of facts and of the outcome, joined by *and*.

use super::{Outcome, Payer, PayerId, Service, ServiceId, Test};
use crate::status::Status;

/// The `when` or the `always` of an invariant.
#[derive(Clone, Debug, Default)]
pub struct Clause {
    /// Tests of facts; each fact once.
    pub facts: Vec<Test>,
    /// Tests of the outcome.
    pub outcome: Vec<OutcomeTest>,
}

/// One part of the outcome and the values that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeTest {
    /// What is asked.
    pub part: OutcomePart,
    /// The values that fit.
    pub values: Vec<OutcomeValue>,
}

impl OutcomeTest {
    /// Whether the outcome fits.
    pub fn accepts(&self, outcome: Outcome) -> bool {
        self.values.contains(&self.part.value_of(outcome))
    }
}

/// A part of the outcome that an invariant can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomePart {
    /// The status.
    Status,
    /// The service, or `none`.
    Service,
    /// The payer, or, where there is none, the status.
    Payer,
}

/// What a part of the outcome can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeValue {
    /// A status.
    Status(Status),
    /// A service.
    Service(ServiceId),
    /// No service: the note is not billable.
    NoService,
    /// A payer.
    Payer(PayerId),
}

impl OutcomePart {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Status, Self::Service, Self::Payer];

    /// Its name in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Service => "service",
            Self::Payer => "payer",
        }
    }

    /// Every value that this part can have, with its name in rules.
    pub fn values<'n>(self, payers: &'n [Payer], services: &'n [Service]) -> Vec<(OutcomeValue, &'n str)> {
        let statuses = |statuses: &[Status]| {
            statuses.iter().map(|status| (OutcomeValue::Status(*status), status.as_str())).collect::<Vec<_>>()
        };
        let mut values = Vec::new();
        match self {
            Self::Status => return statuses(&[Status::Billable, Status::NonBillable, Status::Held]),
            Self::Service => {
                let named = services.iter().enumerate();
                values.extend(named.map(|(at, service)| (OutcomeValue::Service(ServiceId(at)), service.name.as_str())));
                values.push((OutcomeValue::NoService, "none"));
            }
            Self::Payer => {
                let named = payers.iter().enumerate();
                values.extend(named.map(|(at, payer)| (OutcomeValue::Payer(PayerId(at)), payer.name.as_str())));
                values.extend(statuses(&[Status::NonBillable, Status::Held]));
            }
        }
        values
    }

    /// The value that this part has in an outcome.
    pub fn value_of(self, outcome: Outcome) -> OutcomeValue {
        let status = match outcome {
            Outcome::Billable(..) => Status::Billable,
            Outcome::NonBillable => Status::NonBillable,
            Outcome::Held | Outcome::Gap | Outcome::Conflict => Status::Held,
        };
        match (self, outcome) {
            (Self::Service, Outcome::Billable(service, _)) => OutcomeValue::Service(service),
            (Self::Service, _) => OutcomeValue::NoService,
            (Self::Payer, Outcome::Billable(_, payer)) => OutcomeValue::Payer(payer),
            (Self::Payer | Self::Status, _) => OutcomeValue::Status(status),
        }
    }
}
