//! The words for activities and roles that rows show.

use indexmap::IndexSet;

use super::line::WordId;
use crate::facts::WrittenAnswer;

/// The words of a batch: those for the values of the vocabulary first, then others.
#[derive(Debug)]
pub(super) struct Words {
    values: Vec<WrittenAnswer>,
    others: IndexSet<WrittenAnswer>,
}

impl Words {
    pub(super) fn new(values: &[WrittenAnswer]) -> Self {
        Self { values: values.to_vec(), others: IndexSet::default() }
    }

    /// Returns the number of a word.
    pub(super) fn intern(&mut self, word: &WrittenAnswer) -> WordId {
        if let Some(index) = self.values.iter().position(|value| value == word) {
            return WordId::new(index);
        }
        let index = self.others.get_index_of(word).unwrap_or_else(|| self.others.insert_full(word.clone()).0);
        WordId::new(self.values.len() + index)
    }

    /// Returns the number of a word that is text.
    pub(super) fn intern_text(&mut self, text: &str) -> WordId {
        self.intern(&WrittenAnswer::Text(text.to_owned()))
    }

    pub(super) fn get(&self, id: WordId) -> Option<&WrittenAnswer> {
        let index = id.index();
        self.values.get(index).or_else(|| self.others.get_index(index - self.values.len()))
    }

    /// Returns the words that are text.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().chain(&self.others).filter_map(|word| match word {
            WrittenAnswer::Text(text) => Some(text.as_str()),
            WrittenAnswer::Number(_) => None,
        })
    }
}
