//! The command line: arguments, files, clock, terminal and exit status. Everything else is the library's.

mod args;
mod case_files;
mod check;
mod classify;
mod exit;
mod explain;
mod export;
mod folder;
mod inputs;
mod manual;
mod options;
mod output;
mod rule_files;
mod rules;
mod screen;
mod shipped;
mod test;

use clap::Parser;

use args::{Args, Command};
use exit::Exit;

fn main() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(told) => {
            let shown = told.print();
            return if told.use_stderr() || shown.is_err() { Exit::Failed } else { Exit::Done };
        }
    };
    let done = match args.command {
        Command::Classify(args) => classify::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::man(),
    };
    done.unwrap_or_else(|error| screen::fail(&error))
}
