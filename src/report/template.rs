//! Text that many rows share: it is written once with marks for what differs, and cut at the marks.
//!
//! A mark is a character or a number that occurs nowhere else. Where one does, there is no template, and rows are
//! written in full.

/// Text with holes, to be filled for each row.
#[derive(Debug)]
pub(super) struct Template<H> {
    /// The pieces of the text, one behind another, then [`CHUNK`] zeros.
    text: Box<[u8]>,
    /// The hole behind each piece but the last, with the length of the piece.
    holes: Vec<(usize, H)>,
}

/// Most bytes of a short piece. As many are copied, since that takes less than a copy of any length.
const CHUNK: usize = 32;

impl<H: Copy + PartialEq> Template<H> {
    /// Cuts a text at its marks; `None` if a mark does not occur exactly once. Returns with it the text before the hole
    /// `left_out`, which the template does not have; that text is empty if there is no such mark.
    fn cut(text: &str, marks: impl IntoIterator<Item = (H, String)>, left_out: Option<H>) -> Option<(Self, Box<[u8]>)> {
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
        let (mut pieces, mut holes, mut separator, mut from) = (Vec::new(), Vec::new(), Box::default(), 0);
        for (start, end, hole) in places {
            let piece = text.get(from..start)?.as_bytes();
            if Some(hole) == left_out {
                separator = piece.into();
            } else {
                pieces.extend_from_slice(piece);
                holes.push((piece.len(), hole));
            }
            from = end;
        }
        pieces.extend_from_slice(text.get(from..)?.as_bytes());
        pieces.extend_from_slice(&[0; CHUNK]);
        Some((Self { text: pieces.into(), holes }, separator))
    }

    /// Adds the text to a buffer. `fill` adds what belongs in a hole; the text ends where it returns `None`.
    #[inline]
    pub(super) fn fill(&self, out: &mut Vec<u8>, mut fill: impl FnMut(H, &mut Vec<u8>) -> Option<()>) -> Option<()> {
        let mut rest: &[u8] = &self.text;
        for (length, hole) in &self.holes {
            push_piece(rest, *length, out)?;
            rest = rest.get(*length..)?;
            fill(*hole, out)?;
        }
        push_piece(rest, rest.len().checked_sub(CHUNK)?, out)
    }
}

/// Adds the first bytes of a text that goes on behind them.
#[inline]
fn push_piece(text: &[u8], length: usize, out: &mut Vec<u8>) -> Option<()> {
    if length > CHUNK {
        out.extend_from_slice(text.get(..length)?);
        return Some(());
    }
    let end = out.len() + length;
    out.extend_from_slice(text.first_chunk::<CHUNK>()?);
    out.truncate(end);
    Some(())
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
        let (template, separator) = Template::cut(text, marks, Some(second))?;
        Some(Self { template, separator })
    }
}

/// Adds bytes. Most texts of rows are short, and then this takes less than a call of the general copy.
#[inline]
pub(super) fn push_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    match bytes.len() {
        ..4 => bytes.iter().for_each(|byte| out.push(*byte)),
        4..8 => push_ends::<4>(bytes, out),
        8..16 => push_ends::<8>(bytes, out),
        16..=32 => push_ends::<16>(bytes, out),
        _ => out.extend_from_slice(bytes),
    }
}

/// Adds `N` to twice as many bytes: the first `N` of them, and the last `N`, some of which may be the same.
#[inline]
fn push_ends<const N: usize>(bytes: &[u8], out: &mut Vec<u8>) {
    let end = out.len() + bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) {
        out.extend_from_slice(first);
        out.truncate(end - N);
        out.extend_from_slice(last);
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
        let marks = marks.iter().map(|(hole, mark)| (*hole, (*mark).to_owned()));
        let (template, _) = Template::cut(text, marks, None)?;
        let mut out = Vec::new();
        template.fill(&mut out, |hole, out| {
            out.extend_from_slice(format!("<{hole}>").as_bytes());
            Some(())
        })?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn bytes_of_any_length_are_added_whole() {
        let bytes: Vec<u8> = (0..100).collect();
        for length in 0..bytes.len() {
            let mut out = vec![7, 8, 9];
            push_bytes(&bytes[..length], &mut out);
            assert_eq!(out, [&[7, 8, 9], &bytes[..length]].concat());
        }
    }

    #[test]
    fn pieces_of_any_length_are_added_whole() {
        for length in 0..100 {
            let piece: String = ('a'..='z').cycle().take(length).collect();
            assert_eq!(filled(&format!("{piece}#{piece}"), &[("hole", "#")]).unwrap(), format!("{piece}<hole>{piece}"));
        }
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
