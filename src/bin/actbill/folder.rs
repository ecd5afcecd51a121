//! Files of a folder, in an order that does not depend on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use actbill::message::{Code, Message, reason};
use actbill::run::is_hidden;

/// The files of a folder whose names are wanted, by name; with those of the folders in it, if it is to go `deep`.
pub(crate) fn files(folder: &Path, deep: bool, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, Message> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if deep && !is_hidden(&name) {
                found.extend(files(&path, deep, wanted)?);
            }
        } else if wanted(&name) {
            found.push(path);
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Message> {
    let unreadable = |error| unreadable(folder, &error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Makes a folder, if it is not there.
pub(crate) fn make(folder: &Path) -> Result<(), Message> {
    fs::create_dir_all(folder).map_err(|error| {
        Message::error(Code::Unwritable, format!("`{}` cannot be made: {}", folder.display(), reason(&error)))
            .help("name a folder that you may write to")
    })
}

/// A file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Message {
    Message::error(Code::Unreadable, format!("`{}` cannot be read: {}", path.display(), reason(error)))
        .help("check the name, and that you may read it")
}
