//! Rule files from the disk: a folder of them, or the shipped ones, and the agency's own.

use std::fs;
use std::path::{Path, PathBuf};

use actbill::message::{Code, Message, reason};
use actbill::place::Place;
use actbill::rules::RuleFile;
use actbill::run::{Ready, is_hidden, is_rule_file, shipped};

use crate::args::RuleArgs;
use crate::exit::Exit;
use crate::screen::say;

/// A rule set ready to decide, or how the run ends without one.
pub(crate) fn ready(args: &RuleArgs) -> Result<Ready, Exit> {
    let ready =
        files(args).map_err(|message| vec![message]).and_then(|files| Ready::new(files, &args.set, &args.presume));
    ready.map_err(|problems| {
        problems.iter().for_each(say);
        let about_rules = |message: &Message| message.code.about() == actbill::message::About::Rules;
        if problems.iter().any(about_rules) { Exit::BadRules } else { Exit::Failed }
    })
}

/// The texts of the rule files.
pub(crate) fn files(args: &RuleArgs) -> Result<Vec<RuleFile>, Message> {
    let mut files = match &args.rules {
        Some(folder) => {
            let files = folder_files(folder)?;
            if files.is_empty() {
                let text = format!("`{}` holds no rule file", folder.display());
                let help = "rule files end in `.toml`; without `--rules` the shipped ones decide";
                return Err(Message::error(Code::NoRules, text).help(help));
            }
            files
        }
        None => shipped(),
    };
    for path in &args.with {
        files.push(RuleFile { own: true, ..file(path)? });
    }
    Ok(files)
}

fn folder_files(folder: &Path) -> Result<Vec<RuleFile>, Message> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| unreadable(folder, &error))?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if !is_hidden(&name) {
                files.extend(folder_files(&path)?);
            }
        } else if is_rule_file(&name) {
            files.push(file(&path)?);
        }
    }
    Ok(files)
}

fn file(path: &Path) -> Result<RuleFile, Message> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let name = path.display().to_string();
    match String::from_utf8(bytes) {
        Ok(text) => Ok(RuleFile { name, text: text.trim_start_matches('\u{feff}').to_owned(), own: false }),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let message = Message::error(Code::NotToml, "the rule file is not UTF-8 text").help("save it as UTF-8");
            Err(message.at(Place::in_text(&name, &text, good)))
        }
    }
}

/// A file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Message {
    Message::error(Code::Unreadable, format!("`{}` cannot be read: {}", path.display(), reason(error)))
        .help("check the name, and that you may read it")
}
