//! Checks citations both ways: each quote occurs once in its source, each normative sentence is cited or waived, and each
//! statement has a home.
//!
//! This module uses no graph and opens no files; callers pass in the source texts.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::message::{Code, Message};
use crate::proof::{Problem, in_order};
use crate::rules::{RuleSet, Source, Span, Statement, StatementClass};

/// Phrases that make a sentence normative.
const NORMATIVE: [&str; 5] = ["may be billed", "will not pay", "may not be billed", "must", "at a minimum"];

/// Maximum number of words of a sentence to show in a message.
const MAX_WORDS: usize = 15;

/// A text that may belong to a source.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// File name without folder and extension.
    pub name: String,
    /// Contents of the file.
    pub bytes: Vec<u8>,
}

/// The result of comparing one source with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedSource {
    /// Name of the source in the rules.
    pub name: String,
    /// Which text was found.
    pub text: TextFound,
    /// Number of quotes of this source in the rules, including those of statements and waivers.
    pub quotes: usize,
    /// Number of normative sentences in the text; 0 if there is no text.
    pub sentences: usize,
}

/// Which text was found for a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFound {
    /// The text that the citations were checked against: its SHA-256 matches the rules.
    Same,
    /// A text with the source's name but a different SHA-256.
    Changed,
    /// No text, although the rules give a SHA-256.
    Missing,
    /// No text is expected, because the rules give no SHA-256.
    Unchecked,
}

/// The result of comparing citations with the texts of their sources.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// All sources, ordered by name.
    pub sources: Vec<ComparedSource>,
    /// All problems, ordered by location.
    pub problems: Vec<Problem>,
}

/// A source's text with whitespace collapsed to single spaces, and the byte ranges of its sentences.
struct Text {
    plain: String,
    sentences: Vec<Range<usize>>,
}

/// Compares every citation with the text of its source.
pub fn compare(set: &RuleSet, texts: &[SourceText]) -> Comparison {
    let (mut problems, mut sources) = (Vec::new(), Vec::new());
    for (at, source) in set.sources.iter().enumerate() {
        let same = |sha256: &String| texts.iter().find(|text| hex::encode(Sha256::digest(&text.bytes)) == *sha256);
        let named = || texts.iter().find(|text| text.name == source.name);
        let (found, text) = match source.sha256.as_ref().map(|sha256| same(sha256).ok_or_else(named)) {
            None => (TextFound::Unchecked, None),
            Some(Ok(text)) => (TextFound::Same, Some(text)),
            Some(Err(Some(text))) => (TextFound::Changed, Some(text)),
            Some(Err(None)) => (TextFound::Missing, None),
        };
        if matches!(found, TextFound::Changed | TextFound::Missing) {
            problems.push(changed(set, source, found == TextFound::Changed));
        }
        let text = text.map(|text| Text::parse(&String::from_utf8_lossy(&text.bytes)));
        if let Some(text) = &text {
            problems.extend(misquoted(set, at, text));
            problems.extend(uncited(set, (at, source), text));
        }
        let carrying =
            text.iter().flat_map(|text| text.sentences.iter().filter(|sentence| text.is_normative(sentence)));
        let (name, quotes, sentences) = (source.name.clone(), quotes(set, at).count(), carrying.count());
        sources.push(ComparedSource { name, text: found, quotes, sentences });
    }
    problems.extend(set.statement_homes().filter(|home| !home.is_there()).map(|home| homeless(set, home.statement)));
    Comparison { sources, problems: in_order(problems) }
}

/// Reports a statement that no block carries out.
fn homeless(set: &RuleSet, statement: &Statement) -> Problem {
    let text = format!("no block cites the statement `{}`, which is {}", statement.id, statement.class.title());
    let help = "cite it in the block that carries it out; if the program does, say so in `encoded`; if nothing needs to, \
                make it `context` and say `why`";
    Problem::new(set, &statement.span, Message::warning(Code::UncitedStatement, text).help(help))
}

/// Returns the quotes from a source, in citations, statements and waivers, each with whether it must occur only once.
fn quotes(set: &RuleSet, source: usize) -> impl Iterator<Item = (&String, &Span, bool)> {
    let all = set.bases().flat_map(|basis| &basis.cites).filter(|cite| cite.statement.is_none());
    let all = all.chain(set.statements.iter().map(|statement| &statement.cite));
    let all = all.filter(move |cite| cite.source == source);
    let cited = all.filter_map(|cite| Some((cite.quote.as_ref()?, &cite.span, true)));
    let waivers = set.waivers.iter().filter(move |waiver| waiver.source == source);
    // A sentence that the source repeats needs only one waiver.
    cited.chain(waivers.map(|waiver| (&waiver.quote, &waiver.span, false)))
}

fn changed(set: &RuleSet, source: &Source, named: bool) -> Problem {
    let (text, help) = if named {
        let text = format!("the text of `{}` is not the one that the citations were checked against", source.name);
        (text, "see which quotes still stand, fix the rules, then give the new text's SHA-256")
    } else {
        let text = format!("no text of `{}` is there: none has its SHA-256 and none its name", source.name);
        (text, "put the source's text into the folder")
    };
    Problem::new(set, &source.span, Message::warning(Code::SourceChanged, text).help(help))
}

/// Reports quotes, in citations and waivers, that the text lacks, and cited quotes that it contains more than once.
fn misquoted(set: &RuleSet, source: usize, text: &Text) -> Vec<Problem> {
    let problem = |(quote, span, once): (&String, &Span, bool)| {
        let (text, help) = match text.places(quote).len() {
            0 => ("this quote does not stand in the source", "copy the words exactly, or cite what now says it"),
            2.. if once => {
                ("this quote stands more than once in the source", "quote a few words more, so that the place is clear")
            }
            _ => return None,
        };
        Some(Problem::new(set, span, Message::warning(Code::QuoteNotOnce, text).help(help)))
    };
    quotes(set, source).filter_map(problem).collect()
}

/// Reports normative sentences that nothing cites or waives, and waivers that have no effect. A statement that needs no
/// block says why, so its sentence needs no waiver.
fn uncited(set: &RuleSet, (at, source): (usize, &Source), text: &Text) -> Vec<Problem> {
    let needs_none = |statement: &&Statement| statement.class == StatementClass::Context || statement.encoded.is_some();
    let statements = set.statements.iter().filter(needs_none).map(|statement| &statement.cite);
    let passages = set.deciding_bases().flat_map(|basis| &basis.cites).chain(statements);
    let quotes = passages.filter(|cite| cite.source == at).filter_map(|cite| cite.quote.as_ref());
    let cited: Vec<Range<usize>> = quotes.flat_map(|quote| text.places(quote)).collect();
    let waivers = || set.waivers.iter().filter(|waiver| waiver.source == at);
    let waived: Vec<Range<usize>> = waivers().flat_map(|waiver| text.places(&waiver.quote)).collect();
    let touches = |sentence: &Range<usize>, places: &[Range<usize>]| {
        places.iter().any(|place| place.start < sentence.end && sentence.start < place.end)
    };
    let normative = || text.sentences.iter().filter(|sentence| text.is_normative(sentence));
    let mut problems = Vec::new();
    for sentence in normative().filter(|sentence| !touches(sentence, &cited) && !touches(sentence, &waived)) {
        let words: Vec<&str> = text.plain.get(sentence.clone()).unwrap_or_default().split_whitespace().collect();
        let cut = if words.len() > MAX_WORDS { " …" } else { "" };
        let shown = words.iter().take(MAX_WORDS).copied().collect::<Vec<_>>().join(" ");
        let message = format!("nothing cites this sentence of `{}`: \"{shown}{cut}\"", source.name);
        let help = "cite it in the rule that it carries, or say in a `[[waiver]]` why it needs none";
        problems.push(Problem::new(set, &source.span, Message::warning(Code::UncitedSentence, message).help(help)));
    }
    for waiver in waivers() {
        let places = text.places(&waiver.quote);
        let excuses = |sentence: &Range<usize>| touches(sentence, &places) && !touches(sentence, &cited);
        if !places.is_empty() && !normative().any(excuses) {
            let message = Message::warning(
                Code::Unused,
                "this waiver excuses nothing: the sentence is cited or a statement says why not, or it carries no rule",
            );
            problems.push(Problem::new(set, &waiver.span, message.help("remove it")));
        }
    }
    problems
}

impl Text {
    fn parse(text: &str) -> Self {
        let usual = usual_gap(text);
        let (mut plain, mut starts, mut gap) = (String::new(), vec![0], 0);
        for line in text.lines() {
            if line.trim().is_empty() {
                gap += 1;
                continue;
            }
            if gap > usual {
                starts.push(plain.len());
            }
            gap = 0;
            for word in line.split_whitespace() {
                if begins_sentence(&plain, word) {
                    starts.push(plain.len());
                }
                plain.push_str(word);
                plain.push(' ');
            }
        }
        starts.push(plain.len());
        let sentences = starts.windows(2).filter_map(|pair| match pair {
            [from, to] if from < to => Some(*from..*to),
            _ => None,
        });
        Self { sentences: sentences.collect(), plain }
    }

    /// Returns the byte ranges at which `words` occurs verbatim, ignoring differences in whitespace.
    fn places(&self, words: &str) -> Vec<Range<usize>> {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let begins = |at: &usize| self.plain.get(*at..).is_some_and(|rest| rest.starts_with(&words));
        let all = if words.is_empty() { 0 } else { self.plain.len() };
        // Occurrences may overlap.
        (0..all).filter(begins).map(|at| at..at + words.len()).collect()
    }

    fn is_normative(&self, sentence: &Range<usize>) -> bool {
        let text = format!(" {} ", self.plain.get(sentence.clone()).unwrap_or_default().to_lowercase());
        let part = |byte: Option<char>| byte.is_some_and(char::is_alphanumeric);
        NORMATIVE.iter().any(|words| {
            text.match_indices(words).any(|(at, found)| {
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
                !part(before) && !part(after)
            })
        })
    }
}

/// Returns the usual number of blank lines between two lines of a paragraph; a larger gap separates two paragraphs.
fn usual_gap(text: &str) -> usize {
    let mut counts = [0_usize; 3];
    let mut gap = 0;
    for line in text.lines() {
        if line.trim().is_empty() {
            gap += 1;
        } else {
            if let Some(count) = counts.get_mut(gap) {
                *count += 1;
            }
            gap = 0;
        }
    }
    counts.iter().enumerate().max_by_key(|(gap, count)| (**count, usize::MAX - gap)).map_or(0, |(gap, _)| gap)
}

/// Returns whether a sentence begins with this word: a list marker, or a capital or digit after the end of a sentence.
fn begins_sentence(before: &str, word: &str) -> bool {
    let mark = word
        .chars()
        .next()
        .is_some_and(|first| !first.is_ascii() && !first.is_alphanumeric() && word.chars().count() == 1);
    let ended = before.trim_end().ends_with(['.', '?', '!', ':']);
    let capital = word.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    (mark && word != "–" && word != "-") || (ended && capital)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_marks_and_full_stops_separate_sentences() {
        let text =
            Text::parse("One thing\n\n \n\nA must b. It\n\nmay be billed:\n\n• This will\n\nnot pay, i.e. mustard.");
        let sentences: Vec<&str> =
            text.sentences.iter().map(|range| text.plain.get(range.clone()).unwrap().trim()).collect();
        assert_eq!(sentences, ["One thing", "A must b.", "It may be billed:", "• This will not pay, i.e. mustard."]);
        let normative: Vec<bool> = text.sentences.iter().map(|range| text.is_normative(range)).collect();
        assert_eq!(normative, [false, true, true, true]);
        assert_eq!(text.places("billed:   • This").len(), 1);
    }
}
