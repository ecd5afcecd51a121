//! Output files: written whole or not at all; what holds notes is readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;

use actbill::message::{Code, Message, reason};

/// Files half-written at the moment; Ctrl-C removes them.
static PENDING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// What writes one document.
pub(crate) type Write1<'w> = &'w dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner only: it tells of people.
    Owner,
    /// Whoever may read the one that it replaces; a new one whoever may read new files here.
    Others,
}

/// A file that is written but not yet in its place.
pub(crate) enum Draft {
    /// To be moved to its place.
    Beside(NamedTempFile, PathBuf),
    /// A pipe or a device: written already.
    Straight,
}

/// Lets Ctrl-C and an end signal remove what is half-written. Without it files may be left behind, and no more.
pub(crate) fn clean_up_on_interrupt() {
    let _ = ctrlc::set_handler(|| {
        // Kept to the end, so that no further file is begun.
        let pending = PENDING.lock();
        if let Ok(pending) = &pending {
            pending.iter().for_each(|path| drop(fs::remove_file(path)));
        }
        #[expect(clippy::disallowed_methods, reason = "the user ended the run; what was half-written is removed")]
        std::process::exit(2);
    });
}

/// Whether two paths name one file. Pipes and devices are the same only under one name.
pub(crate) fn same(left: &Path, right: &Path) -> bool {
    let special = fs::metadata(left).is_ok_and(|about| !about.is_file());
    left == right || (!special && real(left) == real(right))
}

/// A path without links and detours, of a file that need not be there yet.
fn real(path: &Path) -> PathBuf {
    let beside = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// No output may replace what is read.
pub(crate) fn spares<'p>(read: impl Iterator<Item = &'p PathBuf>, outputs: &[&PathBuf]) -> Result<(), Message> {
    let mut read = read.filter(|path| path.as_os_str() != "-");
    match read.find(|path| outputs.iter().any(|output| same(output, path))) {
        None => Ok(()),
        Some(path) => {
            let text = format!("`{}` is an input and would be overwritten", path.display());
            Err(Message::error(Code::Usage, text).help("write to another file"))
        }
    }
}

/// Writes a file beside its place, so that nothing is lost if that fails.
pub(crate) fn draft(path: &Path, readers: Readers, write: Write1<'_>) -> Result<Draft, Message> {
    // A link keeps pointing where it did.
    let place = fs::canonicalize(path).or_else(|_| pointed_at(path)).unwrap_or_else(|_| path.to_owned());
    let special = fs::metadata(&place).is_ok_and(|about| !about.is_file());
    let written = if special { straight(&place, write) } else { beside(&place, readers, write) };
    written.map_err(|error| unwritable(&path.display().to_string(), &error))
}

/// Where a link points that points at nothing yet.
fn pointed_at(link: &Path) -> io::Result<PathBuf> {
    let target = fs::read_link(link)?;
    Ok(link.parent().unwrap_or(Path::new("")).join(target))
}

fn straight(place: &Path, write: Write1<'_>) -> io::Result<Draft> {
    let mut out = BufWriter::new(OpenOptions::new().write(true).open(place)?);
    write(&mut out)?;
    out.flush()?;
    Ok(Draft::Straight)
}

fn beside(place: &Path, readers: Readers, write: Write1<'_>) -> io::Result<Draft> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".actbill-");
    #[cfg(unix)]
    if readers == Readers::Others {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let file = {
        // Nobody may end the run between the making of a file and its being known.
        let pending = PENDING.lock();
        let file = builder.tempfile_in(folder)?;
        if let Ok(mut pending) = pending {
            pending.push(file.path().to_owned());
        }
        file
    };
    let mut out = BufWriter::new(&file);
    write(&mut out)?;
    out.flush()?;
    drop(out);
    if readers == Readers::Others
        && let Ok(before) = fs::metadata(place)
    {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(Draft::Beside(file, place.to_owned()))
}

/// Moves drafts to their places.
pub(crate) fn place(drafts: Vec<Draft>) -> Result<(), Message> {
    // Who ends the run now ends it before all of them are placed or after.
    let _pending = PENDING.lock();
    for draft in drafts {
        if let Draft::Beside(file, place) = draft {
            let name = place.display().to_string();
            file.persist(place).map_err(|error| unwritable(&name, &error.error))?;
        }
    }
    Ok(())
}

/// Writes to standard output. A reader that goes away early is an error: a cut-off bill must not look whole.
pub(crate) fn stdout(write: Write1<'_>) -> Result<(), Message> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| {
        Message::error(Code::Unwritable, format!("standard output cannot be written: {}", reason(&error)))
            .help("what was written is not whole: see that there is room and that its reader stays, then run it again")
    })
}

fn unwritable(name: &str, error: &io::Error) -> Message {
    Message::error(Code::Unwritable, format!("`{name}` cannot be written: {}", reason(error)))
        .help("nothing was left half-written; check the folder, your rights and the space on the disk")
}
