//! Opens inputs, and shows progress on a terminal while long ones are read.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use actbill::history::BilledFile;
use actbill::message::{Code, Message, Messages};
use actbill::read::Format;
use actbill::rules::RuleSet;
use actbill::run::{Input, LoadedRosters, read_billed, read_rosters};

use crate::args::{InputArgs, RosterArgs};
use crate::console::{Console, progress};
use crate::exit::Errors;
use crate::files::unreadable;

/// Total size in bytes below which no progress bar is shown, because reading ends too soon.
const LONG: u64 = 4 * 1024 * 1024;

/// Opens the inputs, and returns them with the bar that shows their progress. The path `-` is standard input.
pub(crate) fn open(paths: &[PathBuf], args: &InputArgs) -> Result<(Vec<Input<'static>>, ProgressBar), Message> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    if paths.iter().filter(is_stdin).count() > 1 {
        return Err(Message::error(Code::Usage, "standard input is named twice").help("name `-` once"));
    }
    let mut files = Vec::new();
    for path in paths {
        files.push(if is_stdin(&path) { None } else { Some(open_file(path)?) });
    }
    let length = files.iter().flatten().map(|(_, length)| length).sum();
    let bar = progress(length, length >= LONG, "reading {bar:30} {percent}% of {total_bytes}, {eta} left");
    let input = |(path, file): (&PathBuf, Option<(File, u64)>)| {
        let name = path.display().to_string();
        let format = args.from.or_else(|| Format::from_file_name(&name));
        let input = match file {
            Some((file, _)) => Input::new(name, format, bar.wrap_read(file)),
            None => Input::new("standard input", format, bar.wrap_read(io::stdin())),
        };
        Input { sheet: args.sheet.clone(), ..input }
    };
    Ok((paths.iter().zip(files).map(input).collect(), bar.clone()))
}

/// Reads the rosters. `hash`: also hashes their bytes. Prints what is only noteworthy about them.
pub(crate) fn rosters(
    set: &RuleSet,
    args: &RosterArgs,
    hash: bool,
    console: &Console,
) -> Result<LoadedRosters, Errors> {
    let inputs = args.paths().map(|(kind, path)| Ok((kind, open_beside("rosters", path)?)));
    let inputs = inputs.collect::<Result<Vec<_>, Message>>()?;
    let mut warnings = Vec::new();
    let rosters = read_rosters(set, inputs, hash, &mut |warning| warnings.push(warning));
    console.print_all(&warnings);
    rosters.map_err(Errors)
}

/// Reads what earlier runs billed. Prints what is only noteworthy about it.
pub(crate) fn billed(set: &RuleSet, paths: &[PathBuf], console: &Console) -> Result<Vec<BilledFile>, Errors> {
    let (mut files, mut errors) = (Vec::new(), Messages::default());
    for path in paths {
        let input = open_beside("rows of earlier runs", path)?;
        match read_billed(set, input, &mut |warning| console.print(&warning)) {
            Ok(file) => files.push(file),
            Err(found) => found.into_iter().for_each(|error| errors.add(error)),
        }
    }
    let errors = errors.finish();
    if errors.is_empty() { Ok(files) } else { Err(Errors(errors)) }
}

/// Opens a file that is read beside the notes. `what`: what it holds, for messages.
fn open_beside(what: &str, path: &Path) -> Result<Input<'static>, Message> {
    if path.as_os_str() == "-" {
        let text = format!("{what} are not read from standard input");
        return Err(Message::error(Code::Usage, text).help("save it to a file, and name that"));
    }
    let (file, _) = open_file(path)?;
    let name = path.display().to_string();
    Ok(Input::new(name.as_str(), Format::from_file_name(&name), file))
}

fn open_file(path: &Path) -> Result<(File, u64), Message> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (about, file) = opened.map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        let message = unreadable(path, &ErrorKind::IsADirectory.into());
        return Err(message.help("name the files in it, such as `notes/*.csv`"));
    }
    Ok((file, about.len()))
}
