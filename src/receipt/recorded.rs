//! A receipt that is read again.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::entry::FileEntry;
use super::{FORM, seal};
use crate::message::{Code, Message};
use crate::place::Place;
use crate::report::{Program, RowFormat};

/// What is read of a receipt: everything that can be checked again, and everything that a replay needs.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedRun {
    /// The form of the receipt.
    #[serde(rename = "receipt")]
    form: u32,
    /// The program that ran.
    pub program: RecordedProgram,
    /// The rule set.
    pub rules: RecordedRules,
    /// The date for which the run was made.
    pub as_of: String,
    /// The inputs.
    pub inputs: Vec<FileEntry>,
    /// The outputs.
    pub outputs: Vec<FileEntry>,
    /// The format of the rows.
    pub format: RowFormat,
    /// The arguments after the program's name.
    pub arguments: Vec<String>,
}

/// The program that ran.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedProgram {
    /// Version of the program.
    pub version: String,
    /// SHA-256 over the program's sources.
    pub fingerprint: String,
}

/// The rule set of a run.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedRules {
    /// SHA-256 over the contents of the rule files.
    pub fingerprint: String,
    /// The rule files that were read from disk.
    pub files: Vec<FileEntry>,
}

impl RecordedRun {
    /// Reads a receipt. `name`: its name in messages.
    ///
    /// The error has the code [`Code::NotAReceipt`] if the bytes are no JSON or a receipt of another form, and
    /// [`Code::ReceiptDiffers`] if they are JSON but not, byte for byte, what was written.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Message> {
        let help = "name a file that `actbill classify --receipt` wrote";
        if let Err(error) = serde_json::from_slice::<IgnoredAny>(bytes) {
            let line = u64::try_from(error.line()).unwrap_or(1).max(1);
            let column = u64::try_from(error.column()).unwrap_or(1).max(1);
            let message =
                Message::error(Code::NotAReceipt, "this is no JSON, so it is no receipt, or one that was changed");
            return Err(message.with_place(Place::new(name, line, column)).help(help));
        }
        if !seal::is_sealed(bytes) {
            let text = format!("`{name}` is not as a run wrote it: its digest is not that of its bytes");
            let help = "get the receipt as it was written; nothing that this one says was checked";
            return Err(Message::error(Code::ReceiptDiffers, text).help(help));
        }
        let parsed: Option<Self> = serde_json::from_slice(bytes).ok();
        parsed.filter(|recorded| recorded.form == FORM).ok_or_else(|| {
            let text = format!("`{name}` is no receipt of the form that this program knows");
            Message::error(Code::NotAReceipt, text).help("verify it with the program that wrote it")
        })
    }

    /// Returns all files and streams: inputs, rule files, outputs.
    pub fn entries(&self) -> impl Iterator<Item = &FileEntry> {
        self.inputs.iter().chain(&self.rules.files).chain(&self.outputs)
    }

    /// Returns what was read from a stream, so that the run cannot be replayed.
    pub fn streams_in(&self) -> impl Iterator<Item = &FileEntry> {
        self.inputs.iter().chain(&self.rules.files).filter(|entry| entry.stream)
    }

    /// Returns a warning for the program and one for the rule set, if a replay is made with others.
    pub fn warnings(&self, program: &Program, rules_fingerprint: &str) -> Vec<Message> {
        let mut warnings = Vec::new();
        let help = "whether it writes the same bytes is what counts";
        if program.fingerprint != self.program.fingerprint {
            let text = format!(
                "the replay is made by {} {} with other sources than those of the run ({})",
                program.name, program.version, self.program.version
            );
            warnings.push(Message::warning(Code::ReceiptDiffers, text).help(help));
        }
        if rules_fingerprint != self.rules.fingerprint {
            let text = "the replay is made with another rule set than the run";
            warnings.push(Message::warning(Code::ReceiptDiffers, text).help(help));
        }
        warnings
    }
}
