//! `[column]`: maps an export's own headers to the fields of a note.

use std::collections::BTreeMap;

use super::{Block, BlockKind, Role, Written, read_lines};
use crate::facts::MappedName;
use crate::message::Code;
use crate::read::FieldNames;
use crate::rules::checker::Checker;
use crate::spelling::key;
use crate::toml::{Span, Text, TomlTable};

/// A header of an export and the field it stands for.
#[derive(Clone, Debug)]
pub struct Column {
    /// The header as it appears in the export.
    pub header: String,
    /// The name of the note's field.
    pub field: String,
    /// Where the mapping is written.
    pub span: Span,
}

impl Block for Column {
    /// The name of the field.
    type Body = Text;
    const KIND: BlockKind = BlockKind { name: "column", role: Role::Completes, most: 10_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_lines(file, "column", "column table")
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let (problems, fields) = (checker.problems, &checker.set.vocabulary);
        // By the key of the header: how it is written is of no account.
        let mut known: BTreeMap<String, Self> = BTreeMap::new();
        for Written { name: header, body: field, span, .. } in blocks {
            let is_own = problems.is_own(&span);
            let plain = header.value.trim().to_owned();
            let known_field = fields.field(&header.value);
            let first = known.get(&key(&plain)).filter(|first| problems.is_own(&first.span) || !is_own);
            if plain.is_empty() {
                let text = format!("the column for `{}` has no name", field.value);
                problems.add(&header.span, Code::MissingKey, text, "write the name that stands in the export");
            } else if fields.field(&field.value).is_none() {
                problems.add_unknown(&field, Code::UnknownName, "field of a note", fields.field_names());
            } else if known_field.is_some() && !is_own {
                let text = format!("`{}` is already a field of a note", header.value);
                problems.add(&header.span, Code::RepeatedName, text, "only other names can be mapped");
            } else if let Some(first) = first {
                let what = format!("mapping of the column `{}`", header.value);
                problems.add_duplicate(&what, (&first.span, &header.span), Code::RepeatedName, "keep one of the two");
            } else {
                known.insert(key(&plain), Self { header: plain, field: field.value, span });
            }
        }
        let mapped = |column: &Self| {
            let name = MappedName { field: column.field.clone(), is_own: problems.is_own(&column.span) };
            (column.header.clone(), name)
        };
        checker.columns = known.values().map(mapped).collect();
        checker.update_vocabulary();
        known.into_values().collect()
    }
}
