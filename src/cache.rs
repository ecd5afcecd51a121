//! A small table of what was looked up before, for lookups that take a few instructions.

/// What was looked up before, each thing at the index that its hash gives.
#[derive(Clone, Debug)]
pub struct Recent<T> {
    /// Each with its hash. Their number is a power of two, or 0 if nothing was added yet.
    entries: Vec<Option<(usize, T)>>,
}

/// Fewest and most entries of a table.
const ENTRIES: (usize, usize) = (16, 1 << 10);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> Recent<T> {
    /// Returns the only thing that can have this hash. It may have another one.
    #[inline]
    pub fn get(&self, hash: usize) -> Option<&T> {
        let entry = self.entries.get(hash & self.entries.len().wrapping_sub(1))?;
        entry.as_ref().map(|(_, thing)| thing)
    }

    /// Adds a thing. It takes the place of one with the same hash. The table grows until each hash has an entry of its own,
    /// or until the table is as large as it may become; then a thing takes the place of another one.
    pub fn add(&mut self, hash: usize, thing: T) {
        let mut displaced: Vec<(usize, T)> = self.put(hash, thing).into_iter().collect();
        while !displaced.is_empty() && self.entries.len() < ENTRIES.1 {
            let size = (2 * self.entries.len()).max(ENTRIES.0);
            let empty = std::iter::repeat_with(|| None).take(size).collect();
            let known = std::mem::replace(&mut self.entries, empty).into_iter().flatten().chain(displaced);
            displaced = known.filter_map(|(hash, thing)| self.put(hash, thing)).collect();
        }
    }

    /// Puts a thing into its entry. Returns the one that has to make room for it.
    fn put(&mut self, hash: usize, thing: T) -> Option<(usize, T)> {
        let index = hash & self.entries.len().wrapping_sub(1);
        let Some(entry) = self.entries.get_mut(index) else { return Some((hash, thing)) };
        entry.replace((hash, thing)).filter(|(before, _)| *before != hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: usize) -> usize {
        number * 2_654_435_761 % (1 << 24)
    }

    #[test]
    fn few_things_are_all_found() {
        let mut recent = Recent::default();
        assert_eq!(recent.get(0), None);
        for number in 0..20 {
            recent.add(hash(number), number);
            assert!((0..=number).all(|number| recent.get(hash(number)) == Some(&number)), "{number}");
        }
        recent.add(hash(3), 33);
        assert_eq!(recent.get(hash(3)), Some(&33));
    }

    #[test]
    fn of_too_many_things_the_last_ones_are_found() {
        let mut recent = Recent::default();
        for number in 0..5_000 {
            recent.add(hash(number), number);
            assert_eq!(recent.get(hash(number)), Some(&number));
        }
        assert_eq!(recent.entries.len(), ENTRIES.1);
    }
}
