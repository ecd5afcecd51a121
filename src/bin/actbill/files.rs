//! Files that are read whole: the rule set and sample claims, from disk or as shipped.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use actbill::cases::{CaseFile, is_case_file};
use actbill::digest::Digest;
use actbill::message::{Code, Message, reason};
use actbill::place::Place;
use actbill::receipt::{FileEntry, Role};
use actbill::rules::{RuleFile, RuleSet};
use actbill::run::{self, Ready, is_hidden, is_rule_file};

use crate::args::RuleArgs;
use crate::exit::Errors;
use crate::shipped;

/// Loads the rule set, proved and ready to decide. The shipped rules were proved when they were released.
pub(crate) fn ready(args: &RuleArgs) -> Result<Ready, Errors> {
    Ok(ready_and_read(args)?.0)
}

/// Like [`ready`], and returns the rule files that were read from disk.
pub(crate) fn ready_and_read(args: &RuleArgs) -> Result<(Ready, Vec<FileEntry>), Errors> {
    let prove = if args.rules.is_none() { Ready::released } else { Ready::new };
    let (files, read) = rule_files(args)?;
    Ok((prove(files, &args.set, &args.presume).map_err(Errors)?, read))
}

/// Loads the rule set without proving it.
pub(crate) fn rule_set(args: &RuleArgs) -> Result<RuleSet, Errors> {
    run::rules(rule_files(args)?.0, &args.set, &args.presume).map_err(Errors)
}

/// Loads the rule set of a folder, with its own answers and presumptions, without proving it.
pub(crate) fn rule_folder(folder: &Path) -> Result<RuleSet, Errors> {
    run::rules(files_in(folder)?.0, &[], &[]).map_err(Errors)
}

impl From<Message> for Errors {
    fn from(message: Message) -> Self {
        Self(vec![message])
    }
}

/// Rule files, and an entry for each that was read from disk.
type RuleFiles = (Vec<RuleFile>, Vec<FileEntry>);

/// Reads the rule files: those of a folder or the shipped ones, and the agency's own.
fn rule_files(args: &RuleArgs) -> Result<RuleFiles, Message> {
    let shipped = || Ok((shipped::rule_files(), Vec::new()));
    let mut files = args.rules.as_deref().map_or_else(shipped, files_in)?;
    for path in &args.with {
        files.extend([rule_file(path, Role::Agency)?]);
    }
    Ok(files)
}

/// Reads the rule files of a folder.
fn files_in(folder: &Path) -> Result<RuleFiles, Message> {
    let paths = find(folder, true, &is_rule_file)?;
    if paths.is_empty() {
        let text = format!("`{}` holds no rule file", folder.display());
        let help = "rule files end in `.toml`; without `--rules` the shipped ones decide";
        return Err(Message::error(Code::NoRules, text).help(help));
    }
    paths.iter().map(|path| rule_file(path, Role::Rules)).collect()
}

fn rule_file(path: &Path, role: Role) -> Result<(RuleFile, FileEntry), Message> {
    let name = path.display().to_string();
    let bytes = read(path)?;
    let entry = FileEntry::new(role, &name, is_stream(path), Digest::of_bytes(&bytes));
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.trim_start_matches('\u{feff}').to_owned();
            Ok((RuleFile { name, text, own: role == Role::Agency }, entry))
        }
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let place = Place::in_text(&name, &String::from_utf8_lossy(error.as_bytes()), good);
            let message = Message::error(Code::NotToml, "the rule file is not UTF-8 text").with_place(place);
            Err(message.help("save it as UTF-8"))
        }
    }
}

/// Returns the paths of the rule files that are read from disk.
pub(crate) fn rule_paths(args: &RuleArgs) -> Vec<PathBuf> {
    let in_folder = args.rules.iter().flat_map(|folder| find(folder, true, &is_rule_file).unwrap_or_default());
    in_folder.chain(args.with.iter().cloned()).collect()
}

/// Whether neither cases nor rules are named, so that the shipped sample claims run against the shipped rules.
pub(crate) fn are_claims_shipped(named: &[PathBuf], rules: &RuleArgs) -> bool {
    named.is_empty() && rules.rules.is_none() && rules.with.is_empty()
}

/// Reads the sample claim files, each once: those named, else those next to the rule files, else the shipped ones.
pub(crate) fn claims(named: &[PathBuf], rules: &RuleArgs) -> Result<Vec<CaseFile>, Message> {
    if are_claims_shipped(named, rules) {
        return Ok(shipped::case_files().into_iter().map(CaseFile::from).collect());
    }
    let mut paths = Vec::new();
    for path in named {
        if path.as_os_str() == "-" {
            let text = "sample claims are not read from standard input";
            return Err(Message::error(Code::Usage, text).help("save them to a file, and name that"));
        }
        paths.extend(if path.is_dir() { find(path, true, &is_case_file)? } else { vec![path.clone()] });
    }
    if named.is_empty() {
        if let Some(folder) = &rules.rules {
            paths.extend(find(folder, true, &is_case_file)?);
        }
        for file in &rules.with {
            paths.extend(find(parent(file), false, &is_case_file)?);
        }
    }
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let real = fs::canonicalize(&path).map_err(|error| unreadable(&path, &error))?;
        if !seen.contains(&real) {
            // Show a file next to the agency's file as `file`, not `./file`.
            let name = path.strip_prefix(".").unwrap_or(&path).display().to_string();
            files.push(CaseFile { name, bytes: read(&path)? });
            seen.push(real);
        }
    }
    Ok(files)
}

/// Returns the folder that contains a path.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the files of a folder whose names are `wanted`, sorted. `deep`: also searches subfolders.
pub(crate) fn find(folder: &Path, deep: bool, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, Message> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if deep && !is_hidden(&name) {
                found.extend(find(&path, deep, wanted)?);
            }
        } else if wanted(&name) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Returns the entries of a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Message> {
    let paths = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = paths.map_err(|error| unreadable(folder, &error))?;
    paths.sort();
    Ok(paths)
}

/// Reads the bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Message> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// Returns the digest of a file.
pub(crate) fn digest(path: &Path) -> Result<Digest, Message> {
    // To open a pipe would wait for somebody to write to it.
    let opened = if is_stream(path) { Err(io::Error::other("it is not a file")) } else { File::open(path) };
    opened.and_then(Digest::of_reader).map_err(|error| unreadable(path, &error))
}

/// Whether a path is that of standard input, a pipe, a device or an open file, which cannot be read a second time.
pub(crate) fn is_stream(path: &Path) -> bool {
    let is_open = ["/dev/stdin", "/dev/fd", "/proc"].iter().any(|open| path.starts_with(open));
    let is_special = || fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
    path.as_os_str() == "-" || is_open || is_special()
}

/// Creates a folder if it does not exist.
pub(crate) fn create_folder(folder: &Path) -> Result<(), Message> {
    fs::create_dir_all(folder).map_err(|error| {
        Message::error(Code::Unwritable, format!("`{}` cannot be created: {}", folder.display(), reason(&error)))
            .help("name a folder that you may write to")
    })
}

/// Builds the error for a file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Message {
    Message::error(Code::Unreadable, format!("`{}` cannot be read: {}", path.display(), reason(error)))
        .help("check the name, and that you may read it")
}
