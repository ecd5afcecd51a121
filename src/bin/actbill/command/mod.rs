//! The commands, one file per command.

mod check;
mod classify;
mod explain;
mod export;
mod manual;
mod rules;
mod schema;
mod setup;
mod test;
mod verify;

use anyhow::Result;
use clap::Subcommand;
use clap_complete::Shell;

use crate::console::Console;
use crate::exit::Exit;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Classify(classify::ClassifyArgs),
    Check(check::CheckArgs),
    Explain(explain::ExplainArgs),
    Verify(verify::VerifyArgs),
    Setup(setup::SetupArgs),
    Rules(rules::RulesArgs),
    Test(test::TestArgs),
    Schema(schema::SchemaArgs),
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

impl Command {
    /// Runs the command.
    pub(crate) fn run(&self, console: &Console) -> Result<Exit> {
        match self {
            Self::Classify(args) => classify::run(args, console),
            Self::Check(args) => check::run(args, console),
            Self::Explain(args) => explain::run(args),
            Self::Verify(args) => verify::run(args, console),
            Self::Setup(args) => setup::run(args),
            Self::Rules(args) => rules::run(args, console),
            Self::Test(args) => test::run(args, console),
            Self::Schema(args) => schema::run(args),
            Self::Completions { shell } => manual::completions(*shell),
            Self::Man => manual::man(),
        }
    }
}
