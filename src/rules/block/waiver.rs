//! `[[waiver]]`: a sentence of a source that no rule needs to cite.

use super::{Block, BlockKind, Role, Written};
use crate::rules::checker::Checker;
use crate::toml::{Span, Text, TomlTable};

/// A sentence of a source that no rule needs to cite.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Index of the source in the rule set.
    pub source: usize,
    /// Words quoted from the sentence.
    pub quote: String,
    /// Why no rule needs to cite it.
    pub why: String,
    /// Where the waiver is written.
    pub span: Span,
}

pub(in crate::rules) struct WaiverBody {
    source: Text,
    why: String,
}

impl Block for Waiver {
    type Body = WaiverBody;
    const KIND: BlockKind = BlockKind { name: "waiver", role: Role::Completes, most: 10_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        file.tables("waiver", "waiver", |mut table| {
            let (source, name, why) = (table.required("source"), table.required("quote"), table.required("why"));
            table.finish();
            let (name, body) = (name?, WaiverBody { source: source?, why: why?.value });
            Some(Written { span: name.span.clone(), name, replaces: false, body })
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let check = |Written { name, span, body, .. }: Written<Self::Body>| {
            Some(Self { source: checker.source(&body.source)?, quote: name.value, why: body.why, span })
        };
        blocks.into_iter().filter_map(check).collect()
    }
}
