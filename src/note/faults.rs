//! Collects the faults of the fields of one record.

use super::dates::Orders;
use super::values::{FieldFault, FieldResult};
use crate::field::FieldId;
use crate::read::Fault;

/// The faults of the fields of a record.
#[derive(Debug, Default)]
pub struct Faults {
    pub(super) list: Vec<(FieldId, Fault)>,
    /// The dates whose order of day and month is not declared.
    pub(super) orders: Orders,
}

impl Faults {
    /// Returns what was read of a field, and keeps its fault if there is one.
    #[inline]
    pub(super) fn keep<T>(&mut self, field: FieldId, read: FieldResult<T>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.add_read(field, *fault);
            None
        })
    }

    /// Like [`keep`](Self::keep), but for a field that must be there.
    #[inline]
    pub(super) fn require<T>(
        &mut self,
        field: FieldId,
        read: FieldResult<T>,
        missing: impl FnOnce() -> Fault,
    ) -> Option<T> {
        self.keep(field, read.and_then(|value| value.map(Some).ok_or_else(|| missing().into())))
    }

    /// Adds what was found while a field was read.
    #[cold]
    pub(super) fn add_read(&mut self, field: FieldId, FieldFault { fault, orders }: FieldFault) {
        self.add(field, fault);
        self.orders += orders;
    }

    pub(super) fn add(&mut self, field: FieldId, fault: Fault) {
        self.list.push((field, fault));
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn has(&self, field: FieldId) -> bool {
        self.list.iter().any(|(faulty, _)| *faulty == field)
    }

    /// Returns the faults in the order of their fields. Of fields in `repeated`, there is a fault already.
    pub(super) fn into_list(mut self, repeated: &[FieldId]) -> impl Iterator<Item = Fault> {
        self.list.retain(|(field, _)| !repeated.contains(field));
        self.list.sort_by_key(|(field, _)| *field);
        self.list.into_iter().map(|(_, fault)| fault)
    }
}
