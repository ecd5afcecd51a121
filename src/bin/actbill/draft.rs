//! Output files that are written as drafts next to their destination and moved there once they are complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempPath};

use actbill::message::Message;

use crate::files::parent;
use crate::output::unwritable;

/// The drafts of this run. While a thread holds the lock, the run cannot be interrupted and no other draft can begin.
static DRAFTS: Mutex<Drafts> = Mutex::new(Drafts { paths: Vec::new(), placed: false });

struct Drafts {
    paths: Vec<PathBuf>,
    /// Whether the drafts have been moved to their destinations.
    placed: bool,
}

fn lock() -> MutexGuard<'static, Drafts> {
    DRAFTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Only its owner, because the file is about people.
    Owner,
    /// Whoever may read the file that it replaces; for a new file, whoever may read new files in that folder.
    Others,
}

/// A draft of an output file, next to its destination.
#[derive(Debug)]
pub(crate) struct Draft {
    file: NamedTempFile,
    place: PathBuf,
    readers: Readers,
}

/// The suffix of a draft's name. The name begins with a dot and the name of the destination.
const ENDING: &str = ".actbill-draft";

impl Draft {
    /// Begins a draft, after removing drafts left behind by runs that were killed.
    pub(crate) fn create(place: &Path, readers: Readers) -> io::Result<Self> {
        remove_abandoned(place);
        let mut builder = tempfile::Builder::new();
        let prefix = prefix(place);
        builder.prefix(&prefix).suffix(ENDING);
        #[cfg(unix)]
        if readers == Readers::Others {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        let mut drafts = lock();
        let file = loop {
            let file = builder.tempfile_in(parent(place))?;
            // The lock shows that the draft's run is alive. Where files cannot be locked, no draft counts as abandoned.
            let _ = file.as_file().lock();
            // Another run may have removed the file as abandoned before it was locked.
            if file.path().exists() {
                break file;
            }
        };
        drafts.paths.push(file.path().to_owned());
        Ok(Self { file, place: place.to_owned(), readers })
    }

    /// Returns the file to write to.
    pub(crate) fn file(&mut self) -> &mut impl Write {
        &mut self.file
    }

    /// Sets the permissions. The file is not synced to disk, which would take longer than everything else: a run that is
    /// killed or fills the disk leaves no file, but after a power failure it has to be repeated.
    fn finish(&self) -> io::Result<()> {
        if self.readers == Readers::Others
            && let Ok(before) = fs::metadata(&self.place)
        {
            self.file.as_file().set_permissions(before.permissions())?;
        }
        Ok(())
    }
}

/// Returns the prefix of the names of drafts for a destination. A long name is cut to keep the draft's name valid.
fn prefix(place: &Path) -> String {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    format!(".{}.", name.chars().take(50).collect::<String>())
}

/// Removes drafts of runs that are no longer alive. Drafts that cannot be removed do no harm.
fn remove_abandoned(place: &Path) {
    let prefix = prefix(place);
    let Ok(entries) = fs::read_dir(parent(place)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_draft = name.to_string_lossy().strip_prefix(&prefix).is_some_and(|rest| rest.ends_with(ENDING));
        if is_draft
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Moves finished drafts to their places.
///
/// `together`: a new file never appears next to an old one, even if the run is killed; one of them may then be missing.
pub(crate) fn move_into_place(drafts: Vec<Draft>, together: bool) -> Result<(), Message> {
    for draft in &drafts {
        draft.finish().map_err(|error| unwritable(&draft.place, &error))?;
    }
    let mut state = lock();
    let mut aside = Vec::new();
    if together {
        for Draft { place, .. } in drafts.iter().skip(1) {
            aside.push(DisplacedFile::take(place).map_err(|error| unwritable(place, &error))?);
        }
    }
    let mut placed: Vec<String> = Vec::new();
    for Draft { file, place, .. } in drafts {
        if let Err(error) = put(file, &place) {
            let message = unwritable(&place, &error);
            let help = format!("{} was written before that", placed.join(", "));
            return Err(if placed.is_empty() { message } else { message.help(help) });
        }
        placed.push(format!("`{}`", place.display()));
    }
    aside.into_iter().for_each(DisplacedFile::remove);
    state.placed = true;
    Ok(())
}

/// Puts a draft in its place.
fn put(file: NamedTempFile, place: &Path) -> io::Result<()> {
    // A file system may write a file to disk before the file replaces another one, which takes long. So the two trade
    // places first, and the old file is removed as a draft.
    #[cfg(target_os = "linux")]
    if fs::symlink_metadata(place).is_ok_and(|old| old.is_file()) {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, file.path(), CWD, place, RenameFlags::EXCHANGE).is_ok() {
            // An old file that cannot be removed is abandoned, and removed by the next run.
            let _ = file.close();
            return Ok(());
        }
    }
    file.persist(place).map(drop).map_err(|error| error.error)
}

/// An old file that was moved out of the way. It is put back on drop unless a new file has taken its place.
struct DisplacedFile {
    place: PathBuf,
    old: Option<TempPath>,
}

impl DisplacedFile {
    fn take(place: &Path) -> io::Result<Self> {
        let mut aside = Self { place: place.to_owned(), old: None };
        if place.exists() {
            let old = tempfile::Builder::new().prefix(&prefix(place)).suffix(ENDING).tempfile_in(parent(place))?;
            fs::rename(place, old.path())?;
            aside.old = Some(old.into_temp_path());
        }
        Ok(aside)
    }

    fn remove(mut self) {
        drop(self.old.take());
    }
}

impl Drop for DisplacedFile {
    fn drop(&mut self) {
        if let Some(old) = self.old.take().filter(|_| !self.place.exists()) {
            let _ = old.persist(&self.place);
        }
    }
}

/// Ends an interrupted run: removes its drafts and reports that no output file was changed.
pub(crate) fn interrupt() {
    // The lock is held to the end, so that no further draft can begin.
    let mut drafts = lock();
    if drafts.placed {
        // Everything is written. A run that is about to end does so normally; one that goes on ends at the next signal.
        drafts.placed = false;
        return;
    }
    for path in &drafts.paths {
        let _ = fs::remove_file(path);
    }
    if !drafts.paths.is_empty() {
        let _ = writeln!(io::stderr().lock(), "error[unwritable]: the run was interrupted; no output file was changed");
    }
    #[expect(clippy::disallowed_methods, reason = "the user ended the run, and nothing is left to be written")]
    std::process::exit(2);
}
