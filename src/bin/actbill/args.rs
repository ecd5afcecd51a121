//! The commands. The man page, the completions and `--help` all come from here and from each command's own arguments.

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::{check, classify, explain, rules, test};

const START: &str = "\
Start with:
  actbill classify notes.json
  actbill classify --help

Exit status:
  0  ran to the end; every record decided or held, nothing found
  1  ran to the end, but records were rejected (or held ones under --strict), or something was found: a broken promise, a
     failed case, a stale page
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

/// Decides who pays for an ACT service note, under which code, for how many units and dollars, and by which sentence.
#[derive(Debug, Parser)]
#[command(name = "actbill", version, after_help = START, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Classify(classify::ClassifyArgs),
    Check(check::CheckArgs),
    Explain(explain::ExplainArgs),
    Rules(rules::RulesArgs),
    Test(test::TestArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  actbill completions bash > ~/.local/share/bash-completion/completions/actbill")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  actbill man > actbill.1 && man ./actbill.1")]
    Man,
}
