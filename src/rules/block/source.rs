//! `[source.NAME]`: a document that rules cite.

use chrono::NaiveDate;

use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::effective::parse_date;
use crate::message::Code;
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::toml::{Problems, Span, Text, TomlTable};

/// A document that rules cite.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of the source in citations.
    pub name: String,
    /// The title of the source.
    pub title: String,
    /// The date of the document, or `undated`.
    pub dated: String,
    /// SHA-256 of the text that the quotes were checked against.
    pub sha256: Option<String>,
    /// Why the text could not be checked; `None` if it was.
    pub unchecked: Option<String>,
    /// The last service date for which anybody has looked at what the source says; `None` if that was not recorded.
    pub verified_through: Option<NaiveDate>,
    /// The places that citations may name, in the document's own order; empty if any place is allowed.
    pub places: Vec<String>,
    /// Where the source is declared.
    pub span: Span,
}

pub(in crate::rules) struct SourceBody {
    title: String,
    dated: Option<Text>,
    sha256: Option<Text>,
    unchecked: Option<String>,
    verified_through: Option<Text>,
    places: Vec<Text>,
}

/// The word that lists show in place of a source for house rules.
const RESERVED: [&str; 1] = ["house"];

impl Block for Source {
    type Body = SourceBody;
    const KIND: BlockKind = BlockKind { name: "source", role: Role::Completes, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "source", "source", |table| SourceBody {
            title: table.required_string("title"),
            dated: table.required_word("dated"),
            sha256: table.text("sha256"),
            unchecked: table.string("unchecked"),
            verified_through: table.word("verified_through"),
            places: table.texts("places").unwrap_or_default(),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let problems = checker.problems;
        let check = |Written { name, body, span, .. }: Written<Self::Body>| {
            checker.refuse_reserved(&name, &RESERVED, "source");
            problems.add_repeated_names(&body.places);
            Self {
                title: body.title,
                dated: body.dated.map(|dated| check_date(dated, problems)).unwrap_or_default(),
                sha256: body.sha256.map(|sha256| check_sha256(&sha256, problems)),
                unchecked: body.unchecked,
                verified_through: effective(None, body.verified_through.as_ref(), problems).through,
                places: body.places.into_iter().map(|place| place.value).collect(),
                name: name.value,
                span,
            }
        };
        unique(blocks, "source", problems).into_iter().map(check).collect()
    }
}

/// Checks the date of a document: a day, a month, a year, or `undated`.
fn check_date(dated: Text, problems: &Problems<'_>) -> String {
    let is_date = ["", "-01", "-01-01"].iter().any(|rest| parse_date(&format!("{}{rest}", dated.value)).is_some());
    if !is_date && dated.value != "undated" {
        let help = "write it as `\"YYYY-MM-DD\"`, `\"YYYY-MM\"` or `\"YYYY\"`, or `\"undated\"`";
        problems.add(&dated.span, Code::BadDate, format!("`{}` is not a date", dated.value), help);
    }
    dated.value
}

fn check_sha256(sha256: &Text, problems: &Problems<'_>) -> String {
    if sha256.value.len() != 64 || !sha256.value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let help = "give the SHA-256 of the source's text as 64 hexadecimal digits";
        problems.add(&sha256.span, Code::WrongType, "this is not a SHA-256", help);
    }
    sha256.value.to_lowercase()
}
