//! `actbill rules export`: writes the shipped rule folder to disk, to be adapted.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use actbill::message::{Code, Message};
use actbill::run::is_rule_file;

use crate::console::Console;
use crate::draft::Readers;
use crate::exit::Exit;
use crate::files::{create_folder, entries};
use crate::output::{self, Target, print};
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
    /// The folder; it is created if it does not exist
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// Replace files of the same name
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub(crate) fn run(args: &ExportArgs, console: &Console) -> Result<Exit> {
    let folder = &args.folder;
    let is_new = !folder.exists();
    let other = if is_new { None } else { refuse_overwriting(folder, args.force)? };
    create_folder(folder)?;
    write(folder).inspect_err(|_| {
        if is_new {
            // The folder is empty again. If it cannot be removed, only an empty folder is left behind.
            let _ = fs::remove_dir(folder);
        }
    })?;
    if let Some(other) = other {
        let text = format!("`{}` holds another rule file, `{other}`, and both are read together", folder.display());
        let help = "move it elsewhere if it is not meant to be part of the set";
        console.print(&Message::warning(Code::Usage, text).help(help));
    }
    print(|out| next(folder, out))?;
    Ok(Exit::Done)
}

/// Refuses to replace a file in the folder, or to mix the set with a rule file that is already there. With `force`,
/// returns such a rule file instead of failing.
fn refuse_overwriting(folder: &Path, force: bool) -> Result<Option<String>, Message> {
    let names = entries(folder)?.into_iter();
    let names = names.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    let (replaced, others): (Vec<String>, Vec<String>) =
        names.partition(|name| shipped::FILES.iter().any(|(shipped, _)| shipped == name));
    let other = others.into_iter().find(|name| is_rule_file(name));
    match (replaced.first(), other) {
        (_, other) if force => Ok(other),
        (None, None) => Ok(None),
        (Some(first), _) => {
            let text = format!("`{}` exists already and would be overwritten", folder.join(first).display());
            let help = format!("name another folder, or add --force to replace {} files", replaced.len());
            Err(Message::error(Code::Usage, text).help(help))
        }
        (None, Some(other)) => {
            let text =
                format!("`{}` holds a rule file already, `{other}`; both would be read together", folder.display());
            Err(Message::error(Code::Usage, text).help("name another folder, or add --force"))
        }
    }
}

fn write(folder: &Path) -> Result<()> {
    let mut outputs = Vec::new();
    for (name, text) in shipped::FILES {
        let target = Target::new(Some(&folder.join(name)))?;
        outputs.push(target.create(Readers::Others, |out| out.write_all(text.as_bytes()))?);
    }
    Ok(output::finish(outputs, false)?)
}

/// Prints what was written and what to do next.
fn next(folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let (files, folder) = (shipped::FILES.len(), folder.display());
    writeln!(out, "{files} files are in {folder}; README.md says how to read and change them. Then:")?;
    writeln!(out, "  actbill check --rules {folder}")?;
    writeln!(out, "  actbill classify notes.json --rules {folder}")
}
