//! The command line: arguments, files, clock, terminal and exit status. Everything else is in the library.

mod args;
mod command;
mod console;
mod draft;
mod exit;
mod files;
mod inputs;
mod output;
mod receipt;
mod shipped;
mod signals;

use clap::Parser;

use args::Args;
use console::Console;
use exit::Exit;

fn main() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(usage) => {
            let printed = usage.print();
            return if usage.use_stderr() || printed.is_err() { Exit::Failed } else { Exit::Done };
        }
    };
    signals::handle();
    let console = Console { quiet: args.quiet };
    args.command.run(&console).unwrap_or_else(|error| console.fail(&error))
}
