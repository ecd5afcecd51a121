//! The rule set: all rules with their citations, the services and their rates, the settings and the presumptions.
//!
//! A rule file is processed in two steps: each block is read as written, then checked and resolved. Both steps report
//! all problems at once. This module knows nothing about notes and opens no files.

mod basis;
mod block;
mod checker;
mod citing;
mod condition;
mod load;
mod outcome;
mod program_setting;
mod resolve;
mod set;
mod when;

pub use basis::{Basis, Citation};
pub use block::{
    Alias, AnsweredBy, Check, Clause, Column, Count, DatedRate, DeclaredFact, DeclaredHoliday, Edit, EditPeriod,
    Effect, Instead, Invariant, OutcomePart, OutcomeTest, OutcomeValue, Overlap, Pair, PairTerms, Payer, Presumption,
    RateFound, ReadLine, Relation, Removes, Rule, Scope, Service, Setting, SettingAnswer, Shadow, Source, Statement,
    StatementClass, Then, Unit, Waiver, Within, full_code,
};
pub use citing::{CitingBlock, StatementHome};
pub use condition::{Condition, Test, ValueSet, all_hold, merge_tests};
pub(crate) use load::file_shapes;
pub use outcome::Outcome;
pub use program_setting::ProgramSetting;
pub use set::RuleSet;

pub use crate::toml::Span;
/// A rule file.
pub use crate::toml::TomlFile as RuleFile;
pub(crate) use crate::toml::with_excerpt;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $($(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(usize);

        impl $name {
            /// Returns the index in the rule set.
            pub fn index(self) -> usize { self.0 }
        })+
    };
}

ids! {
    /// A payer, by its index in the rule set.
    PayerId;
    /// A service, by its index in the rule set.
    ServiceId;
    /// A rule, by its index in the rule set.
    RuleId;
}
