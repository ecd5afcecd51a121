//! Inputs opened, with progress on a terminal while a long one is read.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use actbill::message::{Code, Message};
use actbill::read::Format;
use actbill::run::Input;

use crate::folder::unreadable;

/// Bytes below which reading is over before a bar is seen.
const LONG: u64 = 4 * 1024 * 1024;

/// The inputs with the bar that shows how far they are read.
pub(crate) fn open(paths: &[PathBuf], format: Option<Format>) -> Result<(Vec<Input<'static>>, ProgressBar), Message> {
    if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Message::error(Code::Usage, "standard input is named twice").help("name `-` once"));
    }
    let mut files = Vec::new();
    for path in paths {
        files.push(if is_stdin(path) { None } else { Some(file(path)?) });
    }
    let length = files.iter().flatten().map(|(_, length)| length).sum();
    let bar = bar(length);
    let inputs = paths.iter().zip(files).map(|(path, file)| {
        let name = path.display().to_string();
        let format = format.or_else(|| Format::of_name(&name));
        let bytes: Box<dyn Read> = match file {
            Some((file, _)) => Box::new(bar.wrap_read(file)),
            None => Box::new(bar.wrap_read(io::stdin())),
        };
        Input { name: if is_stdin(path) { "standard input".into() } else { name }, format, bytes }
    });
    Ok((inputs.collect(), bar.clone()))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn file(path: &Path) -> Result<(File, u64), Message> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let about = file.metadata().map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        let help = "name the files in it, such as `notes/*.csv`";
        return Err(Message::error(Code::Unreadable, format!("`{}` is a folder", path.display())).help(help));
    }
    Ok((file, about.len()))
}

fn bar(length: u64) -> ProgressBar {
    let shown = io::stderr().is_terminal() && length >= LONG;
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    match ProgressStyle::with_template("reading {bar:30} {percent}% of {total_bytes}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
