//! Files of sample claims from the disk: those that are named, else those that stand beside the rules.

use std::fs;
use std::path::{Path, PathBuf};

use actbill::cases::{CaseFile, is_case_file};
use actbill::message::{Code, Message};

use crate::folder::{self, unreadable};
use crate::options::RuleArgs;
use crate::shipped;

/// Whether nothing is named, so that the shipped cases run against the shipped rules.
pub(crate) fn are_shipped(named: &[PathBuf], rules: &RuleArgs) -> bool {
    named.is_empty() && rules.rules.is_none() && rules.with.is_empty()
}

/// The files of sample claims, each once: those named, else those beside the rule files, else the shipped ones.
pub(crate) fn files(named: &[PathBuf], rules: &RuleArgs) -> Result<Vec<CaseFile>, Message> {
    let mut paths = Vec::new();
    for path in named {
        if path.as_os_str() == "-" {
            let help = "save them to a file, and name that";
            return Err(Message::error(Code::Usage, "sample claims are not read from standard input").help(help));
        }
        if path.is_dir() {
            paths.extend(folder::files(path, true, &is_case_file)?);
        } else {
            paths.push(path.clone());
        }
    }
    if are_shipped(named, rules) {
        return Ok(shipped::case_files().into_iter().map(CaseFile::from).collect());
    }
    if named.is_empty() {
        if let Some(rules) = &rules.rules {
            paths.extend(folder::files(rules, true, &is_case_file)?);
        }
        for file in &rules.with {
            let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            paths.extend(folder::files(beside, false, &is_case_file)?);
        }
    }
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let real = fs::canonicalize(&path).map_err(|error| unreadable(&path, &error))?;
        if !seen.contains(&real) {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            files.push(CaseFile { name: shown(&path), bytes });
            seen.push(real);
        }
    }
    Ok(files)
}

/// The path as it is shown: a file beside the agency's own is not shown as `./file`.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
