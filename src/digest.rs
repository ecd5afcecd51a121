//! Sizes and SHA-256 digests of bytes, also of those that are read or written on the way.
//!
//! This module does not know what the bytes are or where they stand.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use crate::number::count;

/// Returns the SHA-256 of bytes as hex text.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Size and SHA-256 of a file or a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Number of bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes as hex text.
    pub sha256: String,
}

impl Digest {
    /// Returns the digest of bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { bytes: count(bytes.len()), sha256: sha256(bytes) }
    }

    /// Reads to the end, and returns the digest of what was read.
    pub fn of_reader(mut reader: impl Read) -> io::Result<Self> {
        let mut hasher = Hasher::default();
        io::copy(&mut reader, &mut hasher)?;
        Ok(hasher.finish())
    }
}

/// A writer that keeps nothing but the digest of what is written.
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    bytes: u64,
    hash: Sha256,
}

impl Hasher {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += count(bytes.len());
        self.hash.update(bytes);
    }

    /// Returns the digest of everything that was written.
    pub fn finish(self) -> Digest {
        Digest { bytes: self.bytes, sha256: hex::encode(self.hash.finalize()) }
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader or writer that hashes the bytes it passes on, if their digest is wanted.
#[derive(Debug)]
pub struct Hashing<T> {
    inner: T,
    hasher: Option<Hasher>,
}

impl<T> Hashing<T> {
    /// Creates a reader or writer that has passed on nothing yet.
    pub fn new(inner: T, is_wanted: bool) -> Self {
        Self { inner, hasher: is_wanted.then(Hasher::default) }
    }

    /// Returns the digest of all bytes that were passed on, if it is wanted.
    pub fn finish(self) -> Option<Digest> {
        self.hasher.map(Hasher::finish)
    }

    fn add(&mut self, passed: Option<&[u8]>) {
        if let (Some(hasher), Some(passed)) = (&mut self.hasher, passed) {
            hasher.add(passed);
        }
    }
}

impl<R: Read> Hashing<R> {
    /// Returns the digest of the whole input, if it is wanted, whatever its reader had no need of.
    pub fn finish_at_end(mut self) -> io::Result<Option<Digest>> {
        if self.hasher.is_some() {
            io::copy(&mut self, &mut io::sink())?;
        }
        Ok(self.finish())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.add(buffer.get(..length));
        Ok(length)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(bytes)?;
        self.add(bytes.get(..length));
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of `abc`, from the standard.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// Takes one byte at a time.
    struct Slow(Vec<u8>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend(bytes.first());
            Ok(bytes.len().min(1))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn exactly_what_is_passed_on_is_hashed() {
        let abc = Digest { bytes: 3, sha256: ABC.into() };
        assert_eq!(Digest::of_bytes(b"abc"), abc);
        assert_eq!(Digest::of_reader(&b"abc"[..]).unwrap(), abc);
        let mut writer = Hashing::new(Slow(Vec::new()), true);
        writer.write_all(b"abc").unwrap();
        assert_eq!(writer.inner.0, b"abc");
        assert_eq!(writer.finish(), Some(abc.clone()));
        let mut reader = Hashing::new(&b"abcdef"[..], true);
        reader.read_exact(&mut [0; 3]).unwrap();
        assert_eq!(reader.finish(), Some(abc.clone()));
        let mut reader = Hashing::new(&b"abc"[..], true);
        reader.read_exact(&mut [0; 1]).unwrap();
        assert_eq!(reader.finish_at_end().unwrap(), Some(abc));
        assert_eq!(Hashing::new(io::empty(), false).finish(), None);
    }
}
