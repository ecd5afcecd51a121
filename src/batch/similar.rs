//! Ids that differ only in what spreadsheets and people change without meaning to: leading zeros, a trailing `.0`, case,
//! invisible characters.

use super::Batch;
use super::line::Line;
use super::names::{NameId, TextHash, text_hash};
use crate::number::count;
use crate::visible::is_invisible;

/// Ids of one kind that are similar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarIds {
    /// What the ids name: `client`, `staff` or `id`.
    pub field: &'static str,
    /// Number of ids that are similar to another one.
    pub ids: u64,
    /// Indexes of the first two records with ids that are similar to each other.
    pub first: (usize, usize),
}

impl Batch<'_> {
    /// Returns what ids of clients, staff and notes are similar, at most one finding for each.
    pub fn similar_ids(&self) -> Vec<SimilarIds> {
        let mut found = Vec::new();
        let mut names = IdTraits::default();
        for id in NameId::all(self.names.len()) {
            names.add(self.names.get(id));
        }
        if names.may_be_similar() {
            let name = |(index, name): (usize, NameId)| (index, self.names.get(name));
            let clients = self.first_records(|line| line.client).into_iter().map(name);
            found.extend(similar("client", clients));
            let staff = self.first_records(|line| line.staff).into_iter().map(name);
            found.extend(similar("staff", staff));
        }
        if self.id_traits.may_be_similar() {
            let ids = self.records().filter_map(|index| Some((index, self.ids.get(index)?)));
            found.extend(similar("id", ids));
        }
        found
    }

    /// Returns each name with the first record that has it.
    fn first_records(&self, name: impl Fn(&Line) -> Option<NameId>) -> Vec<(usize, NameId)> {
        let mut is_known = vec![false; self.names.len()];
        let mut first = Vec::new();
        for (index, line) in self.lines.iter().enumerate().skip(self.history.len()) {
            if let Some(name) = name(line)
                && let Some(is_known) = is_known.get_mut(name.index())
                && !std::mem::replace(is_known, true)
            {
                first.push((index, name));
            }
        }
        first
    }
}

/// Searches for similar ids.
fn similar<'b>(field: &'static str, ids: impl Iterator<Item = (usize, &'b str)>) -> Option<SimilarIds> {
    let hash = |id: &str| text_hash(&plain(id));
    let mut hashed: Vec<(TextHash, usize, &str)> = ids.map(|(index, id)| (hash(id), index, id)).collect();
    hashed.sort_unstable();
    let mut found: Option<SimilarIds> = None;
    for same_hash in hashed.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
        let mut plain: Vec<(String, &str, usize)> =
            same_hash.iter().map(|(_, index, id)| (plain(id), *id, *index)).collect();
        plain.sort_unstable();
        for same in plain.chunk_by(|one, other| one.0 == other.0) {
            // The first record of each distinct id.
            let mut records: Vec<usize> =
                same.chunk_by(|one, other| one.1 == other.1).filter_map(|same| Some(same.first()?.2)).collect();
            records.sort_unstable();
            let [first, second, ..] = records.as_slice() else { continue };
            let here = SimilarIds { field, ids: count(records.len()), first: (*first, *second) };
            found = Some(match found {
                None => here,
                Some(found) => SimilarIds { field, ids: found.ids + here.ids, first: found.first.min(here.first) },
            });
        }
    }
    found
}

/// What some ids have that could be all that tells two of them apart. In most batches, no two ids can be similar by them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IdTraits {
    has_capital: bool,
    has_small: bool,
    /// A zero in front, a `.0` behind, or a character beyond ASCII.
    has_other: bool,
}

impl IdTraits {
    #[inline]
    pub(super) fn add(&mut self, id: &str) {
        let (mut capital, mut small, mut high) = (false, false, false);
        for byte in id.bytes() {
            capital |= byte.is_ascii_uppercase();
            small |= byte.is_ascii_lowercase();
            high |= !byte.is_ascii() || byte.is_ascii_control();
        }
        self.has_capital |= capital;
        self.has_small |= small;
        self.has_other |= high || id.starts_with('0') || id.ends_with(".0");
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.has_capital |= other.has_capital;
        self.has_small |= other.has_small;
        self.has_other |= other.has_other;
    }

    /// Whether two ids may have one plain form. Where all letters are capitals, case tells no two of them apart.
    fn may_be_similar(self) -> bool {
        self.has_other || (self.has_capital && self.has_small)
    }
}

/// Returns an id without what does not tell two of them apart for certain.
fn plain(id: &str) -> String {
    let lower: String = id.chars().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase).collect();
    let lower = lower.strip_suffix(".0").unwrap_or(&lower);
    let plain = lower.trim_start_matches('0');
    // The last zero of an id of zeros stays.
    if plain.is_empty() && !lower.is_empty() { "0".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(ids: &[&str]) -> Option<(u64, (usize, usize))> {
        let mut traits = IdTraits::default();
        for id in ids {
            traits.add(id);
        }
        let found = similar("client", ids.iter().copied().enumerate());
        assert!(found.is_none() || traits.may_be_similar(), "{ids:?}");
        found.map(|found| (found.ids, found.first))
    }

    #[test]
    fn ids_that_hardly_differ_are_found() {
        assert_eq!(find(&["123", "x", "00123"]), Some((2, (0, 2))));
        assert_eq!(find(&["00123", "123", "123.0", "123"]), Some((3, (0, 1))));
        assert_eq!(find(&["N-1", "n-1"]), Some((2, (0, 1))));
        assert_eq!(find(&["n-\u{200b}1", "n-1"]), Some((2, (0, 1))));
        assert_eq!(find(&["0", "00"]), Some((2, (0, 1))));
        assert_eq!(find(&["x", "7", "08", "8", "007", "7.0"]), Some((5, (1, 4))));
    }

    #[test]
    fn ids_that_differ_are_not() {
        for ids in
            [&["n-1", "n-2"][..], &["00123", "00124"], &["N-1", "N-1"], &["00123", "00123", "1230"], &["n-01", "n-1"]]
        {
            assert_eq!(find(ids), None, "{ids:?}");
        }
    }
}
