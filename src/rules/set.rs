//! The checked rule set: its blocks, and the answers and presumptions that hold before any note is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::{Block, BlockKind, Role, Written};
use super::checker::Checker;
use super::{
    Alias, AnsweredBy, Basis, Column, Count, DatedRate, DeclaredFact, DeclaredHoliday, Edit, Invariant, Pair, Payer,
    PayerId, Presumption, ReadLine, Rule, RuleFile, RuleId, Service, ServiceId, Setting, SettingAnswer, Shadow, Source,
    Span, Statement, Waiver, all_hold, resolve,
};
use crate::calendar::Calendar;
use crate::facts::{Answer, FactId, Facts, Kind, Vocabulary, WrittenAnswer, date_of};
use crate::message::{Code, Message};
use crate::nearest::values_of;
use crate::place::Place;
use crate::toml::{self, TableShape, TomlTable, suggestion};

/// Declares the rule set and the written form of its blocks from a single list of block kinds.
macro_rules! rule_set {
    ($($(#[doc = $doc:literal])+ $blocks:ident: $Block:ty,)+) => {
        /// A checked rule set: all names resolve, all conditions can hold, and services have at most one rate per date.
        ///
        /// Copies share what they have in common, so a copy with one change costs little.
        #[derive(Clone, Debug)]
        pub struct RuleSet {
            /// Everything that rules can ask.
            pub vocabulary: Arc<Vocabulary>,
            $($(#[doc = $doc])+ pub $blocks: Arc<Vec<$Block>>,)+
            /// The files that the set was read from.
            pub files: Arc<[RuleFile]>,
            /// SHA-256 of the texts of the files.
            pub fingerprint: String,
            /// Whether the user's own files contain a promise, or a block that can cause a gap or a conflict.
            pub(super) needs_proof: bool,
            /// Whether the user's own files contain a block that changes what the notes of a period earn.
            pub(super) counts_otherwise: bool,
        }

        impl RuleSet {
            /// Creates an empty set.
            pub(super) fn empty() -> Self {
                Self {
                    vocabulary: Arc::new(Vocabulary::new(Vec::new(), &[], &BTreeMap::new(), Calendar::default())),
                    $($blocks: Arc::default(),)+
                    files: Arc::default(),
                    fingerprint: String::new(),
                    needs_proof: false,
                    counts_otherwise: false,
                }
            }

            /// Returns the basis of every block, including blocks that only promise something.
            pub fn bases(&self) -> impl Iterator<Item = &Basis> {
                std::iter::empty()$(.chain(self.$blocks.iter().filter_map(Block::basis)))+
            }

            /// Returns the basis of every block that affects decisions.
            pub fn deciding_bases(&self) -> impl Iterator<Item = &Basis> {
                std::iter::empty()$(.chain(
                    (<$Block>::KIND.role != Role::Promises)
                        .then(|| self.$blocks.iter().filter_map(Block::basis))
                        .into_iter()
                        .flatten(),
                ))+
            }
        }

        /// All blocks of all files, as written.
        #[derive(Default)]
        pub(super) struct WrittenBlocks {
            $($blocks: Vec<Written<<$Block as Block>::Body>>,)+
            needs_proof: bool,
            counts_otherwise: bool,
        }

        impl WrittenBlocks {
            /// Reads the blocks of a file. `own`: whether it is the user's own file.
            pub(super) fn read(&mut self, file: &mut TomlTable<'_>, own: bool) {
                $(let blocks = <$Block>::read(file);
                let role = <$Block>::KIND.role;
                self.needs_proof |= own && !blocks.is_empty() && !matches!(role, Role::Completes | Role::Counts);
                self.counts_otherwise |= own && !blocks.is_empty() && role == Role::Counts;
                self.$blocks.extend(blocks);)+
            }

            /// Returns the shapes of the tables of a rule file, of the whole file first, as the blocks are read.
            pub(super) fn shapes() -> Vec<TableShape> {
                toml::record("rule file", |mut table| {
                    Self::default().read(&mut table, false);
                    table.finish();
                })
            }

            /// Checks the blocks, kind by kind, in the order of the list.
            pub(super) fn check(self, checker: &mut Checker<'_>) {
                checker.set.needs_proof = self.needs_proof;
                checker.set.counts_otherwise = self.counts_otherwise;
                $(let mut blocks = self.$blocks;
                let BlockKind { name, most, .. } = <$Block>::KIND;
                checker.problems.truncate_list(&mut blocks, most, &format!("{name} blocks in the set"), |block| &block.span);
                checker.set.$blocks = Arc::new(<$Block>::check(blocks, checker));)+
            }
        }
    };
}

// A kind may refer only to blocks of the kinds above it.
rule_set! {
    /// Sorted by name.
    sources: Source,
    /// Sorted by id.
    statements: Statement,
    /// Sorted by name.
    holidays: DeclaredHoliday,
    /// Sorted by name.
    payers: Payer,
    /// Sorted by name.
    services: Service,
    /// Sorted by name.
    facts: DeclaredFact,
    /// Sorted by name.
    settings: Setting,
    /// In the order written.
    aliases: Alias,
    /// Sorted by header.
    columns: Column,
    /// In the order written.
    read: ReadLine,
    /// In the order written.
    answers: SettingAnswer,
    /// Sorted by id.
    rules: Rule,
    /// Sorted by id.
    counts: Count,
    /// Sorted by id.
    pairs: Pair,
    /// Sorted by id.
    edits: Edit,
    /// Sorted by id.
    shadows: Shadow,
    /// Sorted by service and date.
    rates: DatedRate,
    /// Sorted by fact.
    presumptions: Presumption,
    /// Sorted by id.
    invariants: Invariant,
    /// In the order written.
    waivers: Waiver,
}

impl RuleSet {
    /// Returns the rule with this id, which must come from this set.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the set that they are asked of")]
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0]
    }

    /// Returns the payer with this id, which must come from this set.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the set that they are asked of")]
    pub fn payer(&self, id: PayerId) -> &Payer {
        &self.payers[id.0]
    }

    /// Returns the service with this id, which must come from this set.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the set that they are asked of")]
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.0]
    }

    /// Returns every rule with its id.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.rules.iter().enumerate().map(|(at, rule)| (RuleId(at), rule))
    }

    /// Returns the ids of all payers.
    pub fn payer_ids(&self) -> impl Iterator<Item = PayerId> + use<> {
        (0..self.payers.len()).map(PayerId)
    }

    /// Returns the ids of all services.
    pub fn service_ids(&self) -> impl Iterator<Item = ServiceId> + use<> {
        (0..self.services.len()).map(ServiceId)
    }

    /// Returns the payer of a name.
    pub fn find_payer(&self, name: &str) -> Option<PayerId> {
        self.payers.iter().position(|payer| payer.name == name).map(PayerId)
    }

    /// Returns the service of a name.
    pub fn find_service(&self, name: &str) -> Option<ServiceId> {
        self.services.iter().position(|service| service.name == name).map(ServiceId)
    }

    /// Returns the edits that are not off, with their indexes.
    pub fn active_edits(&self) -> impl Iterator<Item = (usize, &Edit)> {
        self.edits.iter().enumerate().filter(|(_, edit)| edit.then.is_some())
    }

    /// Returns the place of a span of this set.
    pub fn place_of(&self, span: &Span) -> Option<Place> {
        span.resolve(&self.files)
    }

    /// Returns where a fact or a setting is declared; `None` if no file declares it.
    pub fn fact_span(&self, fact: FactId) -> Option<&Span> {
        let declared = self.facts.iter().find(|declared| declared.fact == fact).map(|declared| &declared.span);
        declared.or_else(|| self.settings.iter().find(|setting| setting.fact == fact)?.span.as_ref())
    }

    /// Whether a span is in a file that the user added to the set.
    pub fn is_own(&self, span: &Span) -> bool {
        self.files.get(span.file).is_some_and(|file| file.own)
    }

    /// Whether the files that the user added contain a promise, or a block that can cause a gap or a conflict. If not,
    /// what was proved about the set without these files also holds for this one.
    pub fn needs_proof(&self) -> bool {
        self.needs_proof
    }

    /// Whether the files that the user added change what the notes of a period earn together.
    pub fn counts_otherwise(&self) -> bool {
        self.counts_otherwise
    }

    /// Answers a setting, as `--set NAME=VALUE` does.
    pub fn answer(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let vocabulary = &self.vocabulary;
        let known = |setting: &Setting| vocabulary.fact(setting.fact).name == name;
        let Some(setting) = Arc::make_mut(&mut self.settings).iter_mut().find(|setting| known(setting)) else {
            let names = self.settings.iter().map(|setting| vocabulary.fact(setting.fact).name.as_str());
            let help = suggestion(name, &names.collect::<Vec<_>>());
            return Err(Message::error(Code::Usage, format!("there is no setting `{name}`")).help(help));
        };
        setting.value = answer_of(vocabulary, setting.fact, value)?;
        setting.by = AnsweredBy::CommandLine;
        Ok(())
    }

    /// Presumes an answer for notes that do not give one, as `--presume FACT=VALUE` does. It counts as a house rule.
    pub fn presume(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let fact = resolve::presumable(&self.vocabulary, name).map_err(|near| {
            let help = near.map_or_else(|| resolve::PRESUMABLE.to_owned(), |near| format!("did you mean `{near}`?"));
            Message::error(Code::Usage, format!("there is no fact that can be presumed `{name}`")).help(help)
        })?;
        let value = answer_of(&self.vocabulary, fact, value)?;
        let known = self.presumptions.iter().find(|presumption| presumption.fact == fact);
        let span = known.map(|known| &known.span).or_else(|| self.fact_span(fact)).cloned();
        let span = span.unwrap_or(Span { file: 0, range: 0..0 });
        let presumptions = Arc::make_mut(&mut self.presumptions);
        presumptions.retain(|presumption| presumption.fact != fact);
        let basis = Basis { house: true, note: Some("given on the command line".into()), ..Basis::default() };
        presumptions.push(Presumption { fact, value, when: Vec::new(), basis, span });
        presumptions.sort_by_key(|presumption| presumption.fact);
        Ok(())
    }

    /// Returns the answers that hold before any note is read: those to settings.
    pub fn answered(&self) -> Facts {
        let mut facts = Facts::unanswered(&self.vocabulary);
        for setting in self.settings.iter() {
            facts.set(setting.fact, setting.value);
        }
        facts
    }

    /// Fills in presumed answers, and returns the facts that were presumed.
    pub fn fill(&self, facts: &mut Facts) -> Vec<FactId> {
        let mut presumed = Vec::new();
        for presumption in self.presumptions.iter() {
            let open = facts.get(presumption.fact) == Answer::Unanswered;
            if open && all_hold(&presumption.when, facts) == Some(true) {
                facts.set(presumption.fact, presumption.value);
                presumed.push(presumption.fact);
            }
        }
        presumed
    }

    /// Returns an answer as a note would write it; empty text if there is no answer.
    pub fn written_answer(&self, fact: FactId, answer: Answer) -> WrittenAnswer {
        let fact = self.vocabulary.fact(fact);
        match (answer, &fact.kind) {
            (Answer::Number(days), Kind::Date) => {
                WrittenAnswer::Text(date_of(days).map(|date| date.to_string()).unwrap_or_default())
            }
            (Answer::Number(number), _) => WrittenAnswer::Number(number),
            (Answer::Value(value), _) => WrittenAnswer::Text(fact.value_name(value).unwrap_or_default().to_owned()),
            (Answer::Unanswered, _) => WrittenAnswer::Text(String::new()),
        }
    }

    /// Like [`written_answer`](Self::written_answer), but as text.
    pub fn answer_text(&self, fact: FactId, answer: Answer) -> String {
        self.written_answer(fact, answer).text()
    }
}

/// Parses an answer to a fact that was typed on the command line.
fn answer_of(vocabulary: &Vocabulary, fact: FactId, value: &str) -> Result<Answer, Message> {
    let fact = vocabulary.fact(fact);
    // Typed answers are read like those of notes: letter case is ignored and aliases are accepted.
    let value_index = fact.parse_value(value).map(Answer::Value);
    value_index.or_else(|| resolve::parse_answer(fact, value)).ok_or_else(|| {
        let help = match &fact.kind {
            Kind::Coded(values) => values_of(&fact.name, values),
            Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Date => "what is derived from it".into(),
        };
        Message::error(Code::Usage, format!("`{}` does not take `{value}`", fact.name)).help(format!("it takes {help}"))
    })
}
