//! `[payer.NAME]`: a payer, who is billed.

use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::rules::checker::Checker;
use crate::status::Status;
use crate::toml::{Span, TomlTable};

/// A payer, who is billed.
#[derive(Clone, Debug)]
pub struct Payer {
    /// The name of the payer, such as `mo_healthnet`.
    pub name: String,
    /// The title of the payer in sentences, such as `MO HealthNet`.
    pub title: String,
    /// Where the payer is declared.
    pub span: Span,
}

impl Block for Payer {
    /// The title.
    type Body = String;
    const KIND: BlockKind = BlockKind { name: "payer", role: Role::Decides, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "payer", "payer", |table| table.required_string("title"))
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let check = |Written { name, body, span, .. }: Written<Self::Body>| {
            // If nobody is billed, rows show a status in place of a payer.
            checker.refuse_reserved(&name, &Status::ALL.map(Status::as_str), "payer");
            Self { name: name.value, title: body, span }
        };
        unique(blocks, "payer", checker.problems).into_iter().map(check).collect()
    }
}
