//! `actbill rules export`: the shipped rule folder written out, to be adapted.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use actbill::message::{Code, Message};
use actbill::run::is_rule_file;

use crate::exit::Exit;
use crate::folder::{make, unreadable};
use crate::output::{Draft, Readers, clean_up_on_interrupt, draft, place, stdout};
use crate::screen::say;
use crate::shipped;

const HELP: &str = "\
Example:
  actbill rules export our-rules && actbill check --rules our-rules

An agency that only adds rates, answers and words of its own needs no copy: a file of its own beside the shipped rules \
will do (`--with agency.toml`), and it stays small when the shipped rules change.

Exit status:
  0  everything is written
  2  a file would be overwritten, or the folder cannot be written to";

/// Write the shipped rule files, their sample claims and their guide into a folder, to be adapted
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct ExportArgs {
    /// Where to; it is made if it is not there
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// Replace files of the same name
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub(crate) fn run(args: &ExportArgs) -> Result<Exit> {
    clean_up_on_interrupt();
    let folder = &args.folder;
    let names: Vec<&str> = shipped::FILES.iter().map(|(name, _)| *name).collect();
    let others = refuse_overwriting(folder, &names, args.force)?;
    let drafts = drafts(folder)?;
    place(drafts)?;
    if let Some(other) = others {
        let text = format!("`{}` holds another rule file, `{other}`, and both are read together", folder.display());
        say(&Message::warning(Code::Usage, text).help("move it elsewhere if it is not meant to be one of the set"));
    }
    stdout(&|out| next(folder, names.len(), out))?;
    Ok(Exit::Done)
}

/// A file in the folder that would be lost or mixed up with the set. With `force` only the latter is told.
fn refuse_overwriting(folder: &Path, names: &[&str], force: bool) -> Result<Option<String>, Message> {
    if !folder.exists() {
        return Ok(None);
    }
    let mut there = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        there.push(entry.file_name().to_string_lossy().into_owned());
    }
    there.sort();
    let replaced: Vec<&String> = there.iter().filter(|name| names.contains(&name.as_str())).collect();
    let other = there.iter().find(|name| is_rule_file(name) && !names.contains(&name.as_str()));
    match (replaced.first(), other) {
        (Some(first), _) if !force => {
            let text = format!("`{}` is there already and would be overwritten", folder.join(first).display());
            let help = format!("name another folder, or add --force to replace {} files", replaced.len());
            Err(Message::error(Code::Usage, text).help(help))
        }
        (None, Some(other)) if !force => {
            let text =
                format!("`{}` holds a rule file already, `{other}`; both would be read together", folder.display());
            Err(Message::error(Code::Usage, text).help("name another folder, or add --force"))
        }
        (_, other) => Ok(other.cloned()),
    }
}

/// Every file beside its place. A folder that was made for them is taken away again if one cannot be written.
fn drafts(folder: &Path) -> Result<Vec<Draft>, Message> {
    let made = !folder.exists();
    make(folder)?;
    let drafts = shipped::FILES
        .iter()
        .map(|(name, text)| draft(&folder.join(name), Readers::Others, &|out| out.write_all(text.as_bytes())));
    drafts.collect::<Result<Vec<Draft>, Message>>().inspect_err(|_| {
        if made {
            // It is empty again; if that fails, an empty folder is left and no more.
            let _ = fs::remove_dir(folder);
        }
    })
}

/// What was done, and what to do next.
fn next(folder: &Path, files: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let folder = folder.display();
    writeln!(out, "{files} files are in {folder}; README.md says how to read and change them. Then:")?;
    writeln!(out, "  actbill check --rules {folder}")?;
    writeln!(out, "  actbill classify notes.json --rules {folder}")
}
