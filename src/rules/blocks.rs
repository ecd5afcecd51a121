//! What may be written, as types: the blocks of a rule file, each value with its place.

use super::problem::{Span, Spot};
use super::walk::Text;

/// Everything written in a rule set.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) sources: Vec<SourceShape>,
    pub(super) payers: Vec<PayerShape>,
    pub(super) facts: Vec<FactShape>,
    pub(super) settings: Vec<SettingShape>,
    pub(super) services: Vec<ServiceShape>,
    pub(super) rates: Vec<RateShape>,
    pub(super) rules: Vec<RuleShape>,
    pub(super) presumptions: Vec<PresumeShape>,
    pub(super) invariants: Vec<InvariantShape>,
    pub(super) waivers: Vec<WaiverShape>,
    /// Setting and answer.
    pub(super) answers: Vec<(Text, Text)>,
    /// Fact, other word, value.
    pub(super) aliases: Vec<(Text, Text, Text)>,
    /// Field name of an export, field name here.
    pub(super) columns: Vec<(Text, Text)>,
}

/// A block that has a name and may replace another one of that name.
pub(super) trait Block {
    fn name(&self) -> &Text;
    fn replaces(&self) -> bool;
}

macro_rules! block {
    ($($shape:ident),+) => { $(impl Block for $shape {
        fn name(&self) -> &Text { &self.name }
        fn replaces(&self) -> bool { self.replaces }
    })+ };
}
block!(SourceShape, PayerShape, FactShape, SettingShape, ServiceShape, RuleShape, PresumeShape, InvariantShape);

pub(super) struct SourceShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) title: String,
    pub(super) dated: Option<Text>,
    pub(super) sha256: Option<Text>,
    pub(super) unchecked: Option<String>,
    pub(super) places: Vec<Text>,
}

pub(super) struct PayerShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) title: String,
}

pub(super) struct FactShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) ask: String,
    pub(super) values: Option<Vec<Text>>,
    pub(super) kind: Option<Text>,
    pub(super) lever: Option<Text>,
    pub(super) look: Option<String>,
    pub(super) aliases: Vec<(Text, Text)>,
    /// Group and its values.
    pub(super) groups: Vec<(Text, Vec<Text>)>,
}

pub(super) struct SettingShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) ask: String,
    pub(super) values: Option<Vec<Text>>,
    pub(super) at_least: Option<Spot<i64>>,
    pub(super) below: Option<Spot<i64>>,
    pub(super) default: Option<Text>,
    pub(super) basis: BasisShape,
}

pub(super) struct ServiceShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) title: String,
    pub(super) code: Option<Text>,
    pub(super) modifiers: Vec<Text>,
    pub(super) unit: Option<Text>,
    pub(super) basis: BasisShape,
}

pub(super) struct RateShape {
    pub(super) at: Span,
    pub(super) replaces: bool,
    pub(super) service: Text,
    pub(super) amount: Text,
    pub(super) from: Text,
    pub(super) through: Option<Text>,
    pub(super) basis: BasisShape,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KindShape {
    Offer,
    Exclude,
    Strike,
    Hold,
    Advise,
}

pub(super) struct RuleShape {
    pub(super) kind: KindShape,
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) formerly: Vec<Text>,
    pub(super) title: String,
    pub(super) when: Vec<TestShape>,
    pub(super) any: Vec<Vec<TestShape>>,
    pub(super) service: Option<Text>,
    /// Empty where a hold names none.
    pub(super) payers: Vec<Text>,
    pub(super) services: Option<Vec<Text>>,
    pub(super) overrides: Vec<Text>,
    pub(super) from: Option<Text>,
    pub(super) through: Option<Text>,
    pub(super) instead: Vec<InsteadShape>,
    pub(super) basis: BasisShape,
}

/// What to record instead: words, or answers and their condition.
pub(super) enum InsteadShape {
    Text(String),
    Record { answers: Vec<(Text, Text)>, condition: Option<String> },
}

pub(super) struct PresumeShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) value: Option<Text>,
    pub(super) when: Vec<TestShape>,
    pub(super) basis: BasisShape,
}

pub(super) struct InvariantShape {
    pub(super) name: Text,
    pub(super) replaces: bool,
    pub(super) title: String,
    pub(super) when: Vec<TestShape>,
    pub(super) always: Vec<TestShape>,
    pub(super) basis: BasisShape,
}

pub(super) struct WaiverShape {
    pub(super) source: Text,
    pub(super) quote: Text,
    pub(super) why: String,
}

/// One fact and what is asked of it.
pub(super) struct TestShape {
    pub(super) name: Text,
    pub(super) negated: bool,
    pub(super) asks: AskShape,
}

pub(super) enum AskShape {
    Values(Vec<Text>),
    Band { at_least: Option<i64>, below: Option<i64> },
}

/// What a block rests on.
#[derive(Default)]
pub(super) struct BasisShape {
    pub(super) cites: Vec<CiteShape>,
    pub(super) basis: Option<Text>,
    pub(super) note: Option<String>,
}

pub(super) struct CiteShape {
    pub(super) at_block: Span,
    pub(super) source: Text,
    pub(super) at: String,
    pub(super) quote: Option<Text>,
    pub(super) says: Option<String>,
}
