//! Rule files from the disk: a folder of them, or the shipped ones, and the agency's own.

use std::fs;
use std::path::{Path, PathBuf};

use actbill::message::{Code, Message};
use actbill::place::Place;
use actbill::rules::RuleFile;
use actbill::run::{Ready, is_rule_file};

use crate::exit::Exit;
use crate::folder::{self, unreadable};
use crate::options::RuleArgs;
use crate::screen::say;
use crate::shipped;

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
            let files = folder::files(folder, true, &is_rule_file)?;
            let files = files.iter().map(|path| file(path)).collect::<Result<Vec<RuleFile>, Message>>()?;
            if files.is_empty() {
                let text = format!("`{}` holds no rule file", folder.display());
                let help = "rule files end in `.toml`; without `--rules` the shipped ones decide";
                return Err(Message::error(Code::NoRules, text).help(help));
            }
            files
        }
        None => shipped::rule_files(),
    };
    for path in &args.with {
        files.push(RuleFile { own: true, ..file(path)? });
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

/// The rule files that are read.
pub(crate) fn read(args: &RuleArgs) -> Vec<PathBuf> {
    let folder = args.rules.iter().flat_map(|folder| folder::files(folder, true, &is_rule_file).unwrap_or_default());
    folder.chain(args.with.iter().cloned()).collect()
}
