//! A small cache of lookups, keyed by a hash that takes a few instructions.

/// A cache of values, each at the index that its hash gives.
#[derive(Clone, Debug)]
pub struct Cache<T> {
    /// Each value with its hash. Their number is a power of two, or 0 if nothing was added yet.
    entries: Vec<Option<(usize, T)>>,
}

/// Fewest and most entries of a cache.
const ENTRIES: (usize, usize) = (16, 1 << 10);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> Cache<T> {
    /// Returns the only value that can have this hash. Its hash may be another one, so the caller compares keys.
    #[inline]
    pub fn get(&self, hash: usize) -> Option<&T> {
        let entry = self.entries.get(hash & self.entries.len().wrapping_sub(1))?;
        entry.as_ref().map(|(_, value)| value)
    }

    /// Adds a value. It replaces one with the same hash. The cache grows until each hash has an entry of its own, or until it
    /// has its maximum size; then a value replaces another one.
    pub fn add(&mut self, hash: usize, value: T) {
        let mut displaced: Vec<(usize, T)> = self.put(hash, value).into_iter().collect();
        while !displaced.is_empty() && self.entries.len() < ENTRIES.1 {
            let size = (2 * self.entries.len()).max(ENTRIES.0);
            let empty = std::iter::repeat_with(|| None).take(size).collect();
            let known = std::mem::replace(&mut self.entries, empty).into_iter().flatten().chain(displaced);
            displaced = known.filter_map(|(hash, value)| self.put(hash, value)).collect();
        }
    }

    /// Puts a value into its entry. Returns the one with another hash that it displaces.
    fn put(&mut self, hash: usize, value: T) -> Option<(usize, T)> {
        let index = hash & self.entries.len().wrapping_sub(1);
        let Some(entry) = self.entries.get_mut(index) else { return Some((hash, value)) };
        entry.replace((hash, value)).filter(|(before, _)| *before != hash)
    }
}

/// Returns a hash of 24 bits of two words.
#[inline]
pub fn hash_words(first: u64, second: u64) -> usize {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = (first ^ second.rotate_left(29)).wrapping_mul(SPREAD);
    usize::try_from(mixed >> 40).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: usize) -> usize {
        number * 2_654_435_761 % (1 << 24)
    }

    #[test]
    fn few_values_are_all_found() {
        let mut cache = Cache::default();
        assert_eq!(cache.get(0), None);
        for number in 0..20 {
            cache.add(hash(number), number);
            assert!((0..=number).all(|number| cache.get(hash(number)) == Some(&number)), "{number}");
        }
        cache.add(hash(3), 33);
        assert_eq!(cache.get(hash(3)), Some(&33));
    }

    #[test]
    fn of_too_many_values_the_last_ones_are_found() {
        let mut cache = Cache::default();
        for number in 0..5_000 {
            cache.add(hash(number), number);
            assert_eq!(cache.get(hash(number)), Some(&number));
        }
        assert_eq!(cache.entries.len(), ENTRIES.1);
    }
}
