//! Text in other encodings than UTF-8, turned into UTF-8 while it is read.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// The encoding that the first bytes of a text show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unicode {
    /// UTF-8, or another encoding whose ASCII characters are single bytes. So many bytes are a byte order mark.
    Utf8 {
        mark: usize,
    },
    /// UTF-16, with or without a byte order mark.
    Utf16 {
        is_big_endian: bool,
    },
    Utf32,
}

impl Unicode {
    /// Detects the encoding. ASCII characters make most of the beginning of any export, and show where the zeros are.
    pub(super) fn detect(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Self::Utf32,
            [0xff, 0xfe, ..] => return Self::Utf16 { is_big_endian: false },
            [0xfe, 0xff, ..] => return Self::Utf16 { is_big_endian: true },
            [0xef, 0xbb, 0xbf, ..] => return Self::Utf8 { mark: 3 },
            _ => {}
        }
        match head.first_chunk().map(|bytes: &[u8; 4]| bytes.map(|byte| byte == 0)) {
            Some([true, true, true, false] | [false, true, true, true]) => Self::Utf32,
            Some([true, false, true, false]) => Self::Utf16 { is_big_endian: true },
            Some([false, true, false, true]) => Self::Utf16 { is_big_endian: false },
            _ => Self::Utf8 { mark: 0 },
        }
    }
}

/// Reads UTF-16 as UTF-8.
pub(super) fn from_utf16<R: Read>(input: R, is_big_endian: bool) -> DecodeReaderBytes<R, Vec<u8>> {
    let encoding: &'static Encoding = if is_big_endian { UTF_16BE } else { UTF_16LE };
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(input)
}

/// Number of bytes by which it is told what the first byte beyond ASCII begins.
const WINDOW: usize = 1 << 16;

/// Reads text that is UTF-8 or Windows-1252 as UTF-8. Which of the two it is shows where it first leaves ASCII.
pub(super) struct Utf8OrWindows<R> {
    input: R,
    state: State,
    /// Bytes to be passed on, and how many of them were.
    ready: Vec<u8>,
    passed: usize,
    /// Set once the text is known to be Windows-1252.
    is_windows: Arc<AtomicBool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ascii,
    Utf8,
    Windows,
}

impl<R: Read> Utf8OrWindows<R> {
    pub(super) fn new(input: R, is_windows: Arc<AtomicBool>) -> Self {
        Self { input, state: State::Ascii, ready: Vec::new(), passed: 0, is_windows }
    }

    /// Decides what the text is by bytes that begin with the first one beyond ASCII.
    fn decide(&mut self, mut window: Vec<u8>) -> io::Result<()> {
        let limit = u64::try_from(WINDOW.saturating_sub(window.len())).unwrap_or_default();
        self.input.by_ref().take(limit).read_to_end(&mut window)?;
        self.state = if looks_like_windows(&window) { State::Windows } else { State::Utf8 };
        self.is_windows.store(self.state == State::Windows, Ordering::Relaxed);
        self.make_ready(window);
        Ok(())
    }

    fn make_ready(&mut self, bytes: Vec<u8>) {
        self.passed = 0;
        self.ready = match self.state {
            State::Ascii | State::Utf8 => bytes,
            State::Windows => WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned().into_bytes(),
        };
    }
}

impl<R: Read> Read for Utf8OrWindows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.passed < self.ready.len() {
                let length = self.ready.get(self.passed..).unwrap_or_default().read(buffer)?;
                self.passed += length;
                return Ok(length);
            }
            let length = match self.input.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                length => length?,
            };
            let read = buffer.get(..length).unwrap_or_default();
            match self.state {
                _ if length == 0 => return Ok(0),
                State::Utf8 => return Ok(length),
                State::Windows => self.make_ready(read.to_vec()),
                State::Ascii if read.is_ascii() => return Ok(length),
                State::Ascii => {
                    let ascii = read.iter().position(|byte| !byte.is_ascii()).unwrap_or(length);
                    self.decide(read.get(ascii..).unwrap_or_default().to_vec())?;
                    if ascii > 0 {
                        return Ok(ascii);
                    }
                }
            }
        }
    }
}

/// Whether most of the bytes beyond ASCII are no UTF-8, and all of them are characters of Windows-1252.
fn looks_like_windows(window: &[u8]) -> bool {
    const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in window.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad > good && !window.iter().any(|byte| UNDEFINED.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes on a few bytes at a time.
    struct Slow<'b>(&'b [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(buffer.get_mut(..length).unwrap())
        }
    }

    fn read(bytes: &[u8], step: usize) -> (String, bool) {
        let is_windows = Arc::new(AtomicBool::new(false));
        let mut read = Vec::new();
        Utf8OrWindows::new(Slow(bytes, step), Arc::clone(&is_windows)).read_to_end(&mut read).unwrap();
        (String::from_utf8_lossy(&read).into_owned(), is_windows.load(Ordering::Relaxed))
    }

    #[test]
    fn windows_text_is_told_from_utf8_however_it_is_read() {
        for step in [1, 2, 7, 100] {
            assert_eq!(read(b"client\x92s mother, caf\xe9", step), ("client\u{2019}s mother, café".to_owned(), true));
            assert_eq!(read("café – naïve".as_bytes(), step), ("café – naïve".to_owned(), false));
            assert_eq!(read(b"plain", step), ("plain".to_owned(), false));
            // One damaged byte among many that are right.
            let damaged = ["éàè".as_bytes(), b"\xff"].concat();
            assert!(!read(&damaged, step).1);
            // No character of Windows-1252.
            assert_eq!(read(b"a\x81b", step), ("a\u{fffd}b".to_owned(), false));
        }
    }

    #[test]
    fn encodings_are_told_by_their_first_bytes() {
        let utf16 = |is_big_endian| Unicode::Utf16 { is_big_endian };
        for (bytes, encoding) in [
            (&b"id,client"[..], Unicode::Utf8 { mark: 0 }),
            (b"", Unicode::Utf8 { mark: 0 }),
            (b"\xef\xbb\xbfid", Unicode::Utf8 { mark: 3 }),
            (b"\xff\xfei\0d\0", utf16(false)),
            (b"\xfe\xff\0i\0d", utf16(true)),
            (b"i\0d\0,\0", utf16(false)),
            (b"\0i\0d\0,", utf16(true)),
            (b"\xff\xfe\0\0i\0\0\0", Unicode::Utf32),
            (b"\0\0\xfe\xff\0\0\0i", Unicode::Utf32),
            (b"i\0\0\0d\0\0\0", Unicode::Utf32),
            (b"\0\0\0i\0\0\0d", Unicode::Utf32),
        ] {
            assert_eq!(Unicode::detect(bytes), encoding, "{bytes:?}");
        }
    }
}
