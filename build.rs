//! Computes a fingerprint of the program's own sources, so that a run can record exactly which program made it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let mut files = vec![PathBuf::from("Cargo.toml"), PathBuf::from("Cargo.lock"), PathBuf::from("build.rs")];
    gather(Path::new("src"), &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in &files {
        let text = fs::read(file)?;
        hash.update(format!("{} {}\n", file.display(), text.len()));
        hash.update(text);
    }
    let digest = hex::encode(hash.finalize());
    let mut out = io::stdout().lock();
    io::Write::write_all(
        &mut out,
        format!(
            "cargo::rustc-env=ACTBILL_FINGERPRINT={digest}\n\
             cargo::rerun-if-changed=Cargo.toml\ncargo::rerun-if-changed=Cargo.lock\n\
             cargo::rerun-if-changed=src\n"
        )
        .as_bytes(),
    )
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { gather(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
