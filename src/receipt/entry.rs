//! One file or stream of a run, with its digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::message::{Code, Message};
use crate::report::InputRun;

/// What a file was to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A file of the rule folder that was named.
    Rules,
    /// The agency's own rule file.
    Agency,
    /// An input: notes.
    Notes,
    /// An input: rows or adjustments of an earlier run.
    Billed,
    /// A roster of clients.
    Clients,
    /// A roster of staff members.
    Staff,
    /// An output: rows.
    Rows,
    /// An output: run, totals and claim lines.
    Summary,
    /// An output: what to change about what earlier runs billed.
    Adjustments,
}

impl Role {
    /// Whether the run wrote the file.
    fn is_output(self) -> bool {
        match self {
            Self::Rules | Self::Agency | Self::Notes | Self::Billed | Self::Clients | Self::Staff => false,
            Self::Rows | Self::Summary | Self::Adjustments => true,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rules | Self::Agency => "rules",
            Self::Notes => "notes",
            Self::Billed => "rows of an earlier run",
            Self::Clients => "clients",
            Self::Staff => "staff",
            Self::Rows => "rows",
            Self::Summary => "summary",
            Self::Adjustments => "adjustments",
        })
    }
}

/// A file or stream that a run read or wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// What it was to the run.
    pub role: Role,
    /// Its path as given; for a stream, what it is called.
    pub name: String,
    /// Whether it was a stream, such as standard input, which cannot be looked at again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// Number of bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes as hex text.
    pub sha256: String,
    /// Number of records in an input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
}

impl FileEntry {
    /// Creates the entry of a file or, if `stream`, of a stream.
    pub fn new(role: Role, name: impl Into<String>, stream: bool, digest: Digest) -> Self {
        let Digest { bytes, sha256 } = digest;
        Self { role, name: name.into(), stream, bytes, sha256, records: None }
    }

    /// Creates the entry of an input; `None` if it was not hashed.
    pub fn of_input(role: Role, input: &InputRun, stream: bool) -> Option<Self> {
        let entry = Self::new(role, &input.name, stream, input.digest.clone()?);
        Some(Self { records: Some(input.records), ..entry })
    }

    /// Returns an error if the file does not have its digest any more.
    pub fn difference(&self, found: &Digest) -> Option<Message> {
        let (what, help) = if self.role.is_output() {
            ("what the run wrote", "it was changed or written again since; classify again for a new receipt")
        } else {
            ("what the run read", "get the file as it was, or classify again for a new receipt")
        };
        let differs = self.differs(found)?;
        let text = format!("`{}` is not {what}: {differs}", self.name);
        Some(Message::error(Code::ReceiptDiffers, text).help(help))
    }

    /// Returns an error if a replay would write other bytes.
    pub fn replay_difference(&self, found: &Digest) -> Option<Message> {
        let differs = self.differs(found)?;
        let text = format!("a replay does not write the same {} (`{}`): {differs}", self.role, self.name);
        let help = "the notes, the rules or the program are not those of the run";
        Some(Message::error(Code::ReceiptDiffers, text).help(help))
    }

    fn differs(&self, found: &Digest) -> Option<String> {
        if found.bytes != self.bytes {
            Some(format!("{} bytes in place of {}", found.bytes, self.bytes))
        } else if found.sha256 != self.sha256 {
            Some("as many bytes, but another SHA-256".into())
        } else {
            None
        }
    }
}
