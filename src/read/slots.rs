//! The known fields of one record, by number.

use std::num::NonZeroU16;

use super::record::trim;
use super::{Field, Value};
use crate::field::FieldId;

/// The known fields of one record, by number. It is reused from record to record.
#[derive(Debug, Default)]
pub struct Slots<'a> {
    by_field: Vec<Slot<'a>>,
    /// The fields that the record has, in the order written.
    filled: Vec<FieldId>,
}

/// The value of a known field. Its parts are written to memory one by one, because a whole [`Value`] would be built and
/// then moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot<'a> {
    /// `None` if the record does not have the field.
    kind: Option<ValueKind>,
    text: &'a str,
    /// The index of the coded value that the text stands for, if the reader knows it, counted from 1.
    coded: Option<NonZeroU16>,
    offset: Option<usize>,
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A number.
    Number,
    /// Text.
    Text,
    /// An array or an object.
    Nested,
    /// Text that cannot be read.
    Unreadable,
}

impl<'a> Slot<'a> {
    /// Returns where the value stands: an offset in the text of its record or of its block, whichever the reader has.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// Returns the text or the digits, trimmed; `None` for other values.
    #[inline]
    pub fn text(&self) -> Option<&'a str> {
        matches!(self.kind, Some(ValueKind::Text | ValueKind::Number)).then(|| trim(self.text))
    }

    /// Returns the text as written; empty for other values.
    #[inline]
    pub fn raw_text(&self) -> &'a str {
        if self.kind == Some(ValueKind::Text) { self.text } else { "" }
    }

    /// Returns the index of the coded value that the text stands for, if the reader knows it.
    #[inline]
    pub fn coded(&self) -> Option<u16> {
        self.coded.map(|number| number.get() - 1)
    }

    /// Returns the answer of a JSON boolean.
    pub fn boolean(&self) -> Option<bool> {
        match self.kind {
            Some(ValueKind::True) => Some(true),
            Some(ValueKind::False) => Some(false),
            _ => None,
        }
    }

    /// Whether the value counts as left out: `null` or blank text.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match self.kind {
            Some(ValueKind::Null) | None => true,
            Some(ValueKind::Text) => trim(self.text).is_empty(),
            Some(_) => false,
        }
    }

    /// Returns the value as written.
    pub fn value(&self) -> Value<'a> {
        match self.kind {
            Some(ValueKind::Null) | None => Value::Null,
            Some(ValueKind::True) => Value::Boolean(true),
            Some(ValueKind::False) => Value::Boolean(false),
            Some(ValueKind::Number) => Value::Number(self.text.into()),
            Some(ValueKind::Text) => Value::Text(self.text.into()),
            Some(ValueKind::Nested) => Value::Nested(self.text.into()),
            Some(ValueKind::Unreadable) => Value::Unreadable,
        }
    }
}

impl<'a> Slots<'a> {
    /// Returns the value of a field, if the record has it.
    #[inline]
    pub fn get(&self, id: FieldId) -> Option<&Slot<'a>> {
        self.by_field.get(id.index()).filter(|slot| slot.kind.is_some())
    }

    /// Returns the numbers of the fields that the record has, in the order written.
    #[inline]
    pub fn filled(&self) -> &[FieldId] {
        &self.filled
    }

    /// Sets the value of a field. Returns `false`, and changes nothing, if the record already has the field.
    #[inline]
    pub fn put(&mut self, id: FieldId, kind: ValueKind, text: &'a str, offset: Option<usize>) -> bool {
        self.put_slot(id, kind, text, None, offset)
    }

    /// Sets the value of a field to text that stands for a coded value. Returns `false`, and changes nothing, if the record
    /// already has the field.
    #[inline]
    pub(super) fn put_coded(&mut self, id: FieldId, text: &'a str, value: u16, offset: usize) -> bool {
        self.put_slot(id, ValueKind::Text, text, NonZeroU16::MIN.checked_add(value), Some(offset))
    }

    #[inline]
    fn put_slot(
        &mut self,
        id: FieldId,
        kind: ValueKind,
        text: &'a str,
        coded: Option<NonZeroU16>,
        offset: Option<usize>,
    ) -> bool {
        let Some(slot) = self.by_field.get_mut(id.index()) else {
            self.by_field.resize(id.index() + 1, Slot::default());
            return self.put_slot(id, kind, text, coded, offset);
        };
        if slot.kind.is_some() {
            return false;
        }
        slot.kind = Some(kind);
        slot.text = text;
        slot.coded = coded;
        slot.offset = offset;
        self.filled.push(id);
        true
    }

    /// Removes all values.
    #[inline]
    pub fn clear(&mut self) {
        for id in self.filled.drain(..) {
            if let Some(slot) = self.by_field.get_mut(id.index()) {
                slot.kind = None;
            }
        }
    }

    /// Sets the value of a known field of a record.
    pub(crate) fn put_field(&mut self, field: &'a Field<'_>) -> bool {
        let (kind, text) = match &field.value {
            Value::Null => (ValueKind::Null, ""),
            Value::Boolean(true) => (ValueKind::True, ""),
            Value::Boolean(false) => (ValueKind::False, ""),
            Value::Number(text) => (ValueKind::Number, text.as_ref()),
            Value::Text(text) => (ValueKind::Text, text.as_ref()),
            Value::Nested(text) => (ValueKind::Nested, text.as_ref()),
            Value::Unreadable => (ValueKind::Unreadable, ""),
        };
        field.id.is_some_and(|id| self.put(id, kind, text, field.offset))
    }
}
