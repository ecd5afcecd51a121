//! The receipt of a run, made while the run writes its outputs.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;

use actbill::digest::Hashing;
use actbill::receipt::{FileEntry, Receipt, Role, RunFiles};
use actbill::report::{Report, RowFormat};
use actbill::rules::RuleSet;

use crate::args;
use crate::draft::Readers;
use crate::output::{Output, Target};

/// A receipt that waits until everything else is written.
pub(crate) struct ReceiptDraft {
    target: Target,
    output: Output,
    arguments: Vec<String>,
}

impl ReceiptDraft {
    /// Begins a receipt before anything appears on standard output, so that it fails before that if it cannot be written.
    pub(crate) fn begin(target: Target) -> Result<Self> {
        Ok(Self { arguments: args::command_line()?, output: target.begin(Readers::Owner)?, target })
    }

    /// Writes the receipt.
    pub(crate) fn write(
        self,
        report: &Report<'_>,
        set: &RuleSet,
        files: RunFiles,
        format: RowFormat,
    ) -> Result<Output> {
        let receipt = Receipt::new(report, set, files, format, self.arguments).bytes()?;
        self.target.fill(self.output, |out| out.write_all(&receipt))
    }
}

/// Writes an output that is given by its path or, without one, is standard output. Returns it with its entry in the
/// receipt, if there is one.
pub(crate) fn write_recorded(
    (role, path, target): (Role, Option<&Path>, &Target),
    is_recorded: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(Output, Option<FileEntry>)> {
    let mut digest = None;
    let output = target.create(Readers::Owner, |out| {
        let mut out = Hashing::new(out, is_recorded);
        write(&mut out)?;
        digest = out.finish();
        Ok(())
    })?;
    let stream = target.stream_name();
    let is_stream = stream.is_some();
    let name = stream.unwrap_or_else(|| path.unwrap_or(Path::new("")).display().to_string());
    Ok((output, digest.map(|digest| FileEntry::new(role, name, is_stream, digest))))
}
