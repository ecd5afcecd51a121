//! `[service.NAME]`: a billed service, with its code and its unit.

use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::rules::Basis;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::toml::{Span, Text, TomlTable};

/// A billed service.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name of the service, such as `vocational_act`.
    pub name: String,
    /// The title of the service.
    pub title: String,
    /// The procedure code; `None` if no public code is known.
    pub code: Option<String>,
    /// The modifiers of the code.
    pub modifiers: Vec<String>,
    /// The unit in which the service is billed.
    pub unit: Unit,
    /// What the service is based on.
    pub basis: Basis,
    /// Where the service is declared.
    pub span: Span,
}

impl Service {
    /// Returns the code and its modifiers, separated by spaces, such as `H2023 HK`; the title if no code is known.
    pub fn full_code(&self) -> String {
        self.code.as_ref().map_or_else(|| self.title.clone(), |code| full_code(code, &self.modifiers))
    }
}

/// Joins a procedure code and its modifiers, separated by spaces, such as `H2023 HK`.
pub fn full_code(code: &str, modifiers: &[String]) -> String {
    modifiers.iter().fold(code.to_owned(), |full, modifier| full + " " + modifier)
}

/// The unit in which a service is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 15 minutes.
    QuarterHour,
    /// One unit for each client and date.
    Day,
    /// One unit for each client and calendar month.
    Month,
    /// One unit for each note.
    Each,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 4] = [Self::QuarterHour, Self::Day, Self::Month, Self::Each];

    /// Returns the name of the unit in rules and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QuarterHour => "quarter_hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Each => "each",
        }
    }
}

pub(in crate::rules) struct ServiceBody {
    title: String,
    code: Option<String>,
    modifiers: Vec<Text>,
    unit: Option<Text>,
    basis: WrittenBasis,
}

/// The word that promises use in place of a service if there is none.
const RESERVED: [&str; 1] = ["none"];

/// Reads the procedure code. It may be left out, but not be empty.
fn read_code(table: &mut TomlTable<'_>) -> Option<String> {
    if table.has("code") { table.required("code").map(|code| code.value) } else { None }
}

impl Block for Service {
    type Body = ServiceBody;
    const KIND: BlockKind = BlockKind { name: "service", role: Role::Decides, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "service", "service", |table| ServiceBody {
            title: table.required_string("title"),
            code: read_code(table),
            modifiers: table.texts("modifiers").unwrap_or_default(),
            unit: table.required_one_of("unit", &Unit::ALL.map(Unit::as_str)),
            basis: read_basis(table),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let problems = checker.problems;
        let check = |Written { name, body, span, .. }: Written<Self::Body>| {
            checker.refuse_reserved(&name, &RESERVED, "service");
            problems.add_repeated_names(&body.modifiers);
            let unit = body.unit.and_then(|unit| {
                let known = Unit::ALL.into_iter().find(|known| known.as_str() == unit.value);
                if known.is_none() {
                    problems.add_unknown_value(&unit, "unit", Unit::ALL.map(Unit::as_str));
                }
                known
            });
            Self {
                title: body.title,
                code: body.code,
                modifiers: body.modifiers.into_iter().map(|modifier| modifier.value).collect(),
                unit: unit.unwrap_or(Unit::QuarterHour),
                basis: checker.basis(body.basis),
                name: name.value,
                span,
            }
        };
        unique(blocks, "service", problems).into_iter().map(check).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}
