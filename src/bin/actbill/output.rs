//! Destinations of output: standard output, a pipe or device, or a file that is replaced as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Stderr, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use actbill::message::{Code, Message, reason};

use crate::draft::{self, Draft, Readers};
use crate::files::parent;

/// The destination of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output, possibly under a name such as `/dev/stdout`.
    Stdout,
    /// Standard error, possibly under a name such as `/dev/stderr`.
    Stderr,
    /// A pipe, a device or an open file, which is written to and never replaced.
    Stream(PathBuf),
    /// A file, by its path with symbolic links resolved. The file need not exist.
    File(PathBuf),
}

/// Most symbolic links that one path may lead through.
const MAX_LINKS: usize = 40;

impl Target {
    /// Returns the target of a path; without a path, standard output.
    pub(crate) fn new(path: Option<&Path>) -> Result<Self, Message> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        if path.as_os_str() == "-" {
            let text = "an output is a file; without the option it goes to standard output";
            return Err(Message::error(Code::Usage, text).help("name a file, or leave the option out"));
        }
        let refuse = |error| unwritable(path, &error);
        let mut at = path.to_owned();
        for _ in 0..MAX_LINKS {
            let folder = fs::canonicalize(parent(&at)).map_err(refuse)?;
            let Some(name) = at.file_name() else { return Err(refuse(ErrorKind::IsADirectory.into())) };
            let full = folder.join(name);
            // An open file looks like a link to itself. It must not be replaced, because others are writing to it too.
            if ["/proc/self/fd", "/dev/fd"].iter().any(|open| fs::canonicalize(open).is_ok_and(|open| open == folder)) {
                return Ok(match name.to_str() {
                    Some("1") => Self::Stdout,
                    Some("2") => Self::Stderr,
                    _ => Self::Stream(full),
                });
            }
            match fs::symlink_metadata(&full) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::File(full)),
                Err(error) => return Err(refuse(error)),
                Ok(about) if about.is_symlink() => at = folder.join(fs::read_link(&full).map_err(refuse)?),
                Ok(about) if about.is_dir() => return Err(refuse(ErrorKind::IsADirectory.into())),
                Ok(about) if about.is_file() => {
                    // Replacing a file does not check the file's own permissions, so they are checked here.
                    let is_protected = about.permissions().readonly();
                    let opened = if is_protected { Err(ErrorKind::PermissionDenied.into()) } else { append(&full) };
                    return opened.map(|_| Self::File(full)).map_err(refuse);
                }
                Ok(_) => return Ok(Self::Stream(full)),
            }
        }
        Err(refuse(io::Error::other("it leads through too many links")))
    }

    /// Returns what distinguishes the target's file from all others; `None` if the target is not a file on disk.
    fn identity(&self) -> Option<Identity> {
        match self {
            Self::Stdout => Identity::of_stdout(),
            Self::File(path) => Some(Identity::of_path(path)),
            Self::Stderr | Self::Stream(_) => None,
        }
    }

    /// Writes a document. A file does not appear at its destination until [`finish`]. If the reader of standard output
    /// went away, the error has no message.
    pub(crate) fn create(
        &self,
        readers: Readers,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Output> {
        self.fill(self.begin(readers)?, write)
    }

    /// Begins a document whose contents are not known yet. No file appears at its destination.
    pub(crate) fn begin(&self, readers: Readers) -> Result<Output> {
        let sink = match self {
            Self::Stdout if is_closed() => {
                Err(io::Error::other("it is closed, or is `/dev/null` opened for reading too"))
            }
            Self::Stdout => Ok(Output::Stdout(io::stdout().lock())),
            Self::Stderr => Ok(Output::Stderr(io::stderr())),
            Self::Stream(path) => append(path).map(Output::Stream),
            Self::File(path) => Draft::create(path, readers).map(Output::Draft),
        };
        sink.map_err(|error| self.error(error))
    }

    /// Writes a document that was begun here.
    pub(crate) fn fill(
        &self,
        mut output: Output,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Output> {
        let mut out = BufWriter::with_capacity(1 << 16, output.writer());
        write(&mut out).and_then(|()| out.flush()).map_err(|error| self.error(error))?;
        drop(out);
        Ok(output)
    }

    fn error(&self, error: io::Error) -> anyhow::Error {
        match (self, error.kind()) {
            (Self::Stdout, ErrorKind::BrokenPipe) => error.into(),
            (Self::Stdout, _) => message("standard output", &error).into(),
            (Self::Stderr, _) => message("standard error", &error).into(),
            (Self::Stream(path) | Self::File(path), _) => unwritable(path, &error).into(),
        }
    }

    /// Returns what a destination is called that is no file on disk, and so cannot be looked at again.
    pub(crate) fn stream_name(&self) -> Option<String> {
        match self {
            Self::Stdout => Some("standard output".into()),
            Self::Stderr => Some("standard error".into()),
            Self::Stream(path) => Some(path.display().to_string()),
            Self::File(_) => None,
        }
    }
}

/// Opens an existing file for appending, so that its contents are never lost.
fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

/// A document that has been written.
pub(crate) enum Output {
    Stdout(StdoutLock<'static>),
    Stderr(Stderr),
    Stream(File),
    Draft(Draft),
}

impl Output {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stdout(out) => out,
            Self::Stderr(out) => out,
            Self::Stream(file) => file,
            Self::Draft(draft) => draft.file(),
        }
    }
}

/// Moves files to their destinations, once every document is written.
///
/// `together`: a new file never appears next to an old one, even if the run is killed.
pub(crate) fn finish(outputs: impl IntoIterator<Item = Output>, together: bool) -> Result<(), Message> {
    let draft = |output| match output {
        Output::Draft(draft) => Some(draft),
        _ => None,
    };
    draft::move_into_place(outputs.into_iter().filter_map(draft).collect(), together)
}

/// Writes the only document of a command.
pub(crate) fn write(
    target: &Target,
    readers: Readers,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    Ok(finish([target.create(readers, write)?], false)?)
}

/// Prints text that accompanies the exit status. If standard output is closed, nothing is printed.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    if is_closed() { Ok(()) } else { self::write(&Target::Stdout, Readers::Others, write) }
}

/// Refuses an output that would replace an input or another output. The input `-` is standard input.
pub(crate) fn refuse_overwriting<'p>(
    inputs: impl IntoIterator<Item = impl AsRef<Path>>,
    outputs: impl IntoIterator<Item = &'p Target>,
) -> Result<(), Message> {
    let mut targets: Vec<&Target> = outputs.into_iter().collect();
    // Several documents may follow each other on standard output.
    targets.dedup_by(|one, other| one == other && **one == Target::Stdout);
    let written: Vec<Identity> = targets.into_iter().filter_map(Target::identity).collect();
    for input in inputs {
        let input = input.as_ref();
        let is_stdin = input.as_os_str() == "-";
        let identity = if is_stdin { Identity::of_stdin() } else { Some(Identity::of_path(input)) };
        if identity.is_some_and(|identity| written.contains(&identity)) {
            let name = if is_stdin { "standard input".into() } else { format!("`{}`", input.display()) };
            let text = format!("{name} is an input and would be overwritten");
            return Err(Message::error(Code::Usage, text).help("write to another file"));
        }
    }
    if (1..).zip(&written).any(|(next, one)| written.iter().skip(next).any(|other| other == one)) {
        let text = "two outputs would be written to the same file";
        return Err(Message::error(Code::Usage, text).help("name two files"));
    }
    Ok(())
}

/// Identifies a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    /// The device and the inode number on it.
    #[cfg(unix)]
    Inode(u64, u64),
    /// The path with symbolic links resolved, for a file that need not exist.
    Path(PathBuf),
}

impl Identity {
    fn of_path(path: &Path) -> Self {
        let in_folder = || Some(fs::canonicalize(parent(path)).ok()?.join(path.file_name()?));
        let real = || fs::canonicalize(path).ok().or_else(in_folder).unwrap_or_else(|| path.to_owned());
        fs::metadata(path).ok().and_then(|about| Self::of_file(&about)).unwrap_or_else(|| Self::Path(real()))
    }

    #[cfg(unix)]
    fn of_file(about: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        about.is_file().then(|| Self::Inode(about.dev(), about.ino()))
    }

    #[cfg(not(unix))]
    fn of_file(_: &fs::Metadata) -> Option<Self> {
        None
    }

    fn of_stdin() -> Option<Self> {
        Self::of_file(&metadata(io::stdin()).ok()?)
    }

    fn of_stdout() -> Option<Self> {
        Self::of_file(&metadata(io::stdout()).ok()?)
    }
}

/// Returns the metadata of an open file.
#[cfg(unix)]
fn metadata(file: impl std::os::fd::AsFd) -> io::Result<fs::Metadata> {
    File::from(file.as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(not(unix))]
fn metadata<F>(_: F) -> io::Result<fs::Metadata> {
    Err(ErrorKind::Unsupported.into())
}

/// Whether the run was started with standard output closed. In that case the Rust runtime opens `/dev/null` in its
/// place for reading and writing, which a shell redirection that discards output does not do.
#[cfg(unix)]
fn is_closed() -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let stdout = metadata(io::stdout()).ok();
    let null = fs::metadata("/dev/null").ok();
    let device = |about: &fs::Metadata| about.file_type().is_char_device().then(|| about.rdev());
    let is_null =
        stdout.as_ref().and_then(device).is_some_and(|device_of| null.as_ref().and_then(device) == Some(device_of));
    is_null && rustix::fs::fcntl_getfl(io::stdout()).is_ok_and(|flags| flags.contains(rustix::fs::OFlags::RDWR))
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}

/// Builds the error for a file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Message {
    message(&format!("`{}`", path.display()), error)
}

fn message(name: &str, error: &io::Error) -> Message {
    Message::error(Code::Unwritable, format!("{name} cannot be written: {}", reason(error)))
        .help("no output file was changed; check that you may write there and that the disk has room")
}
