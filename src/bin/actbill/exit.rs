//! The exit status: what scripts rely on.

use std::process::{ExitCode, Termination};

/// What `actbill classify --help` says of it.
pub(crate) const HELP: &str = "\
Exit status:
  0  ran to the end; every record decided or held
  1  ran to the end, but records were rejected (or held ones under --strict)
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Ran to the end; every record decided or held, or nothing found.
    Done,
    /// Ran to the end, but records were rejected, or held ones under `--strict`; or something was found: a failed case, a
    /// broken promise, a rule that does nothing, a stale page.
    Refused,
    /// Could not run or not finish.
    Failed,
    /// The rule set is not valid.
    BadRules,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Refused => ExitCode::from(1),
            Self::Failed => ExitCode::from(2),
            Self::BadRules => ExitCode::from(3),
        }
    }
}
