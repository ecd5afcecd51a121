//! Which blocks carry out which statements of the sources.

use super::{
    Basis, Count, DatedRate, DeclaredFact, DeclaredHoliday, Edit, Invariant, Pair, Presumption, Rule, RuleSet, Service,
    Setting, Shadow, Span, Statement, StatementClass, Test,
};
use crate::facts::{FactId, Origin};

/// A block that has a basis and so can cite statements.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each variant is named after its block")]
pub enum CitingBlock<'s> {
    Rule(&'s Rule),
    Count(&'s Count),
    Pair(&'s Pair),
    Edit(&'s Edit),
    Shadow(&'s Shadow),
    Rate(&'s DatedRate),
    Setting(&'s Setting),
    Fact(&'s DeclaredFact),
    Service(&'s Service),
    Holiday(&'s DeclaredHoliday),
    Presumption(&'s Presumption),
    Invariant(&'s Invariant),
}

impl<'s> CitingBlock<'s> {
    /// Returns what the block is based on.
    pub fn basis(self) -> &'s Basis {
        match self {
            Self::Rule(block) => &block.basis,
            Self::Count(block) => &block.basis,
            Self::Pair(block) => &block.basis,
            Self::Edit(block) => &block.basis,
            Self::Shadow(block) => &block.basis,
            Self::Rate(block) => &block.basis,
            Self::Setting(block) => &block.basis,
            Self::Fact(block) => &block.basis,
            Self::Service(block) => &block.basis,
            Self::Holiday(block) => &block.basis,
            Self::Presumption(block) => &block.basis,
            Self::Invariant(block) => &block.basis,
        }
    }

    /// Returns the word for the kind of block; for a rule, its keyword.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.kind(),
            Self::Count(_) => "count",
            Self::Pair(_) => "pair",
            Self::Edit(_) => "edit",
            Self::Shadow(_) => "shadow",
            Self::Rate(_) => "rate",
            Self::Setting(_) => "setting",
            Self::Fact(_) => "fact",
            Self::Service(_) => "service",
            Self::Holiday(_) => "holiday",
            Self::Presumption(_) => "presumption",
            Self::Invariant(_) => "invariant",
        }
    }

    /// Returns the id or name of the block. A rate has that of its service, a presumption that of its fact.
    pub fn name(self, set: &'s RuleSet) -> &'s str {
        let fact = |fact: FactId| set.vocabulary.fact(fact).name.as_str();
        match self {
            Self::Rule(block) => &block.id,
            Self::Count(block) => &block.id,
            Self::Pair(block) => &block.id,
            Self::Edit(block) => &block.id,
            Self::Shadow(block) => &block.id,
            Self::Rate(block) => &set.service(block.service).name,
            Self::Setting(block) => fact(block.fact),
            Self::Fact(block) => fact(block.fact),
            Self::Service(block) => &block.name,
            Self::Holiday(block) => &block.name,
            Self::Presumption(block) => fact(block.fact),
            Self::Invariant(block) => &block.id,
        }
    }

    /// Returns where the block is written; `None` for a setting that no file declares.
    pub fn span(self) -> Option<&'s Span> {
        Some(match self {
            Self::Rule(block) => &block.span,
            Self::Count(block) => &block.span,
            Self::Pair(block) => &block.span,
            Self::Edit(block) => &block.span,
            Self::Shadow(block) => &block.span,
            Self::Rate(block) => &block.span,
            Self::Setting(block) => return block.span.as_ref(),
            Self::Fact(block) => &block.span,
            Self::Service(block) => &block.span,
            Self::Holiday(block) => &block.span,
            Self::Presumption(block) => &block.span,
            Self::Invariant(block) => &block.span,
        })
    }

    /// Whether the block cites a statement.
    pub fn cites(self, statement: usize) -> bool {
        self.basis().cites.iter().any(|cite| cite.statement == Some(statement))
    }

    /// Returns the settings that determine what the block does: a setting itself, and those that a block asks.
    fn settings(self, set: &RuleSet) -> Vec<FactId> {
        let tests: Vec<&Test> = match self {
            Self::Setting(setting) => return vec![setting.fact],
            Self::Rule(rule) => rule.condition.tests().collect(),
            Self::Shadow(shadow) => shadow.when.iter().collect(),
            Self::Rate(rate) => rate.when.iter().collect(),
            Self::Presumption(presumption) => presumption.when.iter().collect(),
            Self::Count(_)
            | Self::Pair(_)
            | Self::Edit(_)
            | Self::Fact(_)
            | Self::Service(_)
            | Self::Holiday(_)
            | Self::Invariant(_) => Vec::new(),
        };
        let is_setting = |fact: &FactId| set.vocabulary.fact(*fact).origin == Origin::Setting;
        tests.into_iter().map(|test| test.fact).filter(is_setting).collect()
    }
}

/// Where a statement is carried out.
#[derive(Clone, Debug)]
pub struct StatementHome<'s> {
    /// The statement.
    pub statement: &'s Statement,
    /// The blocks that cite it.
    pub blocks: Vec<CitingBlock<'s>>,
    /// The settings that determine what these blocks do, without duplicates.
    pub settings: Vec<FactId>,
}

impl StatementHome<'_> {
    /// Whether a block or the program carries out the statement, or it decides nothing.
    pub fn is_there(&self) -> bool {
        let statement = self.statement;
        statement.class == StatementClass::Context || statement.encoded.is_some() || !self.blocks.is_empty()
    }
}

impl RuleSet {
    /// Returns every block that can cite statements.
    pub fn citing_blocks(&self) -> impl Iterator<Item = CitingBlock<'_>> {
        let rules = self.rules.iter().map(CitingBlock::Rule);
        rules
            .chain(self.counts.iter().map(CitingBlock::Count))
            .chain(self.pairs.iter().map(CitingBlock::Pair))
            .chain(self.edits.iter().map(CitingBlock::Edit))
            .chain(self.shadows.iter().map(CitingBlock::Shadow))
            .chain(self.rates.iter().map(CitingBlock::Rate))
            .chain(self.settings.iter().map(CitingBlock::Setting))
            .chain(self.facts.iter().map(CitingBlock::Fact))
            .chain(self.services.iter().map(CitingBlock::Service))
            .chain(self.holidays.iter().map(CitingBlock::Holiday))
            .chain(self.presumptions.iter().map(CitingBlock::Presumption))
            .chain(self.invariants.iter().map(CitingBlock::Invariant))
    }

    /// Returns where each statement is carried out, in the order of the statements.
    pub fn statement_homes(&self) -> impl Iterator<Item = StatementHome<'_>> {
        self.statements.iter().enumerate().map(|(at, statement)| {
            let blocks: Vec<CitingBlock<'_>> = self.citing_blocks().filter(|block| block.cites(at)).collect();
            let mut settings: Vec<FactId> = blocks.iter().flat_map(|block| block.settings(self)).collect();
            settings.sort_unstable();
            settings.dedup();
            StatementHome { statement, blocks, settings }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleFile;

    const TEXT: &str = "
        [payer.p]
        title = \"P\"
        [source.s]
        title = \"S\"
        dated = \"undated\"
        unchecked = \"not held\"
        [[statement]]
        id = \"a\"
        source = \"s\"
        at = \"1\"
        class = \"local_payer\"
        [[statement]]
        id = \"b\"
        source = \"s\"
        at = \"2\"
        class = \"context\"
        why = \"it says nothing\"
        [[statement]]
        id = \"c\"
        source = \"s\"
        at = \"3\"
        class = \"decidable\"
        [fact.activity]
        values = [\"w\"]
        [fact.staff_role]
        values = [\"r\"]
        [setting.covered]
        ask = \"Is it?\"
        values = [\"no\", \"yes\"]
        default = \"no\"
        basis = \"house\"
        [service.x]
        title = \"X\"
        unit = \"month\"
        cite = [\"a\"]
        [[offer]]
        id = \"o\"
        title = \"t\"
        when.covered = \"yes\"
        service = \"x\"
        payers = [\"p\"]
        cite = [\"a\"]
        [[rate]]
        service = \"x\"
        amount = \"1.00\"
        from = \"undated\"
        basis = \"house\"";

    #[test]
    fn a_statement_is_at_home_where_it_is_cited() {
        let text = TEXT.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let set = RuleSet::load(vec![RuleFile { name: "rules.toml".into(), text, own: false }]).unwrap();
        assert_eq!(set.citing_blocks().count(), set.bases().count());
        let homes = set.statement_homes().map(|home| {
            let blocks: Vec<String> =
                home.blocks.iter().map(|block| format!("{} {}", block.kind(), block.name(&set))).collect();
            (home.statement.id.clone(), blocks.join(", "), home.settings.len(), home.is_there())
        });
        let homes: Vec<(String, String, usize, bool)> = homes.collect();
        let home = |id: &str, blocks: &str, settings, is_there| (id.to_owned(), blocks.to_owned(), settings, is_there);
        assert_eq!(homes, [home("a", "offer o, service x", 1, true), home("b", "", 0, true), home("c", "", 0, false),]);
    }
}
