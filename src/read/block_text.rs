//! A block as text: what is not UTF-8 is replaced, and the places are kept.

use std::borrow::Cow;
use std::ops::Range;

use super::utf8::replace_bad_bytes;

/// Text of a block.
pub(super) struct BlockText<'b> {
    text: Cow<'b, str>,
    /// Ascending offsets of bytes that were not UTF-8.
    bad: Vec<usize>,
}

impl<'b> BlockText<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let (text, bad) = replace_bad_bytes(bytes);
        Self { text, bad }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text if it differs from the bytes.
    pub(super) fn into_replaced(self) -> Option<String> {
        match self.text {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        }
    }

    /// Whether all bytes of a range are UTF-8.
    #[inline]
    pub(super) fn is_good(&self, range: &Range<usize>) -> bool {
        self.bad.is_empty() || self.bad_in(range).is_empty()
    }

    /// Returns the offsets within a range of its bytes that are not UTF-8.
    pub(super) fn bad_offsets(&self, range: &Range<usize>) -> Vec<usize> {
        self.bad_in(range).iter().map(|at| at - range.start).collect()
    }

    fn bad_in(&self, range: &Range<usize>) -> &[usize] {
        let (_, from) = self.bad.split_at(self.bad.partition_point(|at| *at < range.start));
        from.split_at(from.partition_point(|at| *at < range.end)).0
    }
}
