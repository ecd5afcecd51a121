//! The exit status, which scripts depend on.

use std::fmt;
use std::process::{ExitCode, Termination};

use actbill::message::{About, Message};

/// The exit statuses in the help of commands that read notes.
pub(crate) const HELP: &str = "\
Exit status:
  0  ran to the end; every record was decided or held
  1  ran to the end, but records were rejected, or held under --fail-on-held
  2  could not run or not finish: usage, unreadable file, faulty roster, broken output
  3  the rule set is not valid";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Ran to the end; every record was decided or held, and nothing was found.
    Done,
    /// Ran to the end, but something was found: a rejected record, a failed case, a broken promise, a stale page.
    Found,
    /// Could not run or not finish.
    Failed,
    /// The rule set is not valid.
    InvalidRules,
}

impl Exit {
    /// Returns the exit status of a run that was stopped by these errors.
    pub(crate) fn from_errors(errors: &[Message]) -> Self {
        let is_about_rules = errors.iter().any(|error| error.code.about() == About::Rules);
        if is_about_rules { Self::InvalidRules } else { Self::Failed }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Failed => 2,
            Self::InvalidRules => 3,
        })
    }
}

/// Several errors, all of which are printed.
#[derive(Debug)]
pub(crate) struct Errors(pub(crate) Vec<Message>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|message| writeln!(f, "{message}"))
    }
}

impl std::error::Error for Errors {}
