//! `[[statement]]`: one statement of a source, which blocks cite by its id.

use std::collections::BTreeMap;

use super::{Block, BlockKind, Role, Written, read_list, unique};
use crate::message::Code;
use crate::rules::Citation;
use crate::rules::basis::{WrittenCitation, read_citation};
use crate::rules::checker::Checker;
use crate::toml::{Span, Text, TomlTable};

/// One statement of a source. Its place and its quote are written here once; blocks cite its id.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The id of the statement, such as `S2-26`.
    pub id: String,
    /// The place and the quote.
    pub cite: Citation,
    /// Who can act on the statement.
    pub class: StatementClass,
    /// Why a statement that is context needs no rule.
    pub why: Option<String>,
    /// Where the program itself carries out the statement, if no block can.
    pub encoded: Option<String>,
    /// Where the statement is written.
    pub span: Span,
}

/// Who can act on a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementClass {
    /// Rules decide it.
    Decidable,
    /// A payer of the place decides it, so a setting or a fact asks.
    LocalPayer,
    /// It decides nothing.
    Context,
}

impl StatementClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Decidable, Self::LocalPayer, Self::Context];

    /// Returns the name of the class in rule files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decidable => "decidable",
            Self::LocalPayer => "local_payer",
            Self::Context => "context",
        }
    }

    /// Returns the class in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Decidable => "decidable",
            Self::LocalPayer => "for the local payer to decide",
            Self::Context => "context",
        }
    }
}

pub(in crate::rules) struct StatementBody {
    cite: Option<WrittenCitation>,
    class: Option<Text>,
    why: Option<String>,
    encoded: Option<String>,
}

impl Block for Statement {
    type Body = StatementBody;
    const KIND: BlockKind = BlockKind { name: "statement", role: Role::Completes, most: 10_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_list(file, "statement", |table| StatementBody {
            cite: read_citation(table),
            class: table.required_one_of("class", &StatementClass::ALL.map(StatementClass::as_str)),
            why: table.string("why"),
            encoded: table.string("encoded"),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let statements: Vec<Self> = unique(blocks, "statement", checker.problems)
            .into_iter()
            .filter_map(|block| check_statement(block, checker))
            .collect();
        let ids = statements.iter().enumerate().map(|(at, statement)| (statement.id.clone(), at));
        checker.statements = ids.collect::<BTreeMap<_, _>>();
        statements
    }
}

fn check_statement(
    Written { name, span, body, .. }: Written<StatementBody>,
    checker: &Checker<'_>,
) -> Option<Statement> {
    checker.check_id(&name, "a statement");
    let class = body.class?;
    let Some(known) = StatementClass::ALL.into_iter().find(|known| known.as_str() == class.value) else {
        checker.problems.add_unknown_value(&class, "class", StatementClass::ALL.map(StatementClass::as_str));
        return None;
    };
    if known == StatementClass::Context && body.why.is_none() {
        let text = format!("the statement `{}` is context and does not say why", name.value);
        checker.problems.add(&span, Code::MissingKey, text, "add `why = \"…\"`");
    }
    let cite = checker.citation(body.cite?)?;
    Some(Statement { id: name.value, cite, class: known, why: body.why, encoded: body.encoded, span })
}
