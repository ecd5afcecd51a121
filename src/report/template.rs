//! Text that many rows share: it is written once with marks for what differs, and cut at the marks.
//!
//! A mark is a character or a number that occurs nowhere else. Where one does, there is no template, and rows are
//! written in full.

/// Text with holes, to be filled for each row.
#[derive(Debug)]
pub(super) struct Template<H> {
    /// The text before each hole.
    pieces: Vec<(Box<[u8]>, H)>,
    /// The text behind the last hole.
    end: Box<[u8]>,
}

impl<H: Copy + PartialEq> Template<H> {
    /// Cuts a text at its marks; `None` if a mark does not occur exactly once.
    pub(super) fn cut(text: &str, marks: impl IntoIterator<Item = (H, String)>) -> Option<Self> {
        let mut places: Vec<(usize, usize, H)> = Vec::new();
        for (hole, mark) in marks {
            let mut found = text.match_indices(&mark);
            let (start, _) = found.next()?;
            if found.next().is_some() {
                return None;
            }
            places.push((start, start + mark.len(), hole));
        }
        places.sort_unstable_by_key(|(start, ..)| *start);
        let (mut pieces, mut from) = (Vec::with_capacity(places.len()), 0);
        for (start, end, hole) in places {
            pieces.push((text.get(from..start)?.as_bytes().into(), hole));
            from = end;
        }
        Some(Self { pieces, end: text.get(from..)?.as_bytes().into() })
    }

    /// Takes out the text before a hole; empty if there is no such hole.
    fn take_text_before(&mut self, hole: H) -> Box<[u8]> {
        let piece = self.pieces.iter_mut().find(|(_, other)| *other == hole);
        piece.map(|(text, _)| std::mem::take(text)).unwrap_or_default()
    }

    /// Adds the text to a buffer. `fill` adds what belongs in a hole; the text ends where it returns `None`.
    #[inline]
    pub(super) fn fill(&self, out: &mut Vec<u8>, mut fill: impl FnMut(H, &mut Vec<u8>) -> Option<()>) -> Option<()> {
        for (text, hole) in &self.pieces {
            out.extend_from_slice(text);
            fill(*hole, out)?;
        }
        out.extend_from_slice(&self.end);
        Some(())
    }
}

/// A template with a hole that takes a list.
#[derive(Debug)]
pub(super) struct ListTemplate<H> {
    pub(super) template: Template<H>,
    /// What stands between two entries of the list.
    pub(super) separator: Box<[u8]>,
}

impl<H: Copy + PartialEq> ListTemplate<H> {
    /// Cuts a text whose list has two marks. What stands before `second`, the hole of the second one, separates entries.
    pub(super) fn cut(text: &str, marks: impl IntoIterator<Item = (H, String)>, second: H) -> Option<Self> {
        let mut template = Template::cut(text, marks)?;
        let separator = template.take_text_before(second);
        Some(Self { template, separator })
    }
}

/// Returns a mark for a hole that takes text. Characters of this private range have no meaning of their own.
pub(super) fn text_mark(number: u32) -> String {
    const FIRST: u32 = 0xe000;
    char::from_u32(FIRST + number).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, marks: &[(&'static str, &str)]) -> Option<String> {
        let template = Template::cut(text, marks.iter().map(|(hole, mark)| (*hole, (*mark).to_owned())))?;
        let mut out = Vec::new();
        template.fill(&mut out, |hole, out| {
            out.extend_from_slice(format!("<{hole}>").as_bytes());
            Some(())
        })?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn a_text_is_cut_at_its_marks() {
        assert_eq!(filled("a#b!c", &[("two", "!"), ("one", "#")]).unwrap(), "a<one>b<two>c");
        assert_eq!(filled("abc", &[]).unwrap(), "abc");
        assert_eq!(filled("a#b#", &[("one", "#")]), None);
        assert_eq!(filled("abc", &[("one", "#")]), None);
        assert_ne!(text_mark(0), text_mark(1));
    }
}
