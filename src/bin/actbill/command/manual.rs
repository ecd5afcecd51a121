//! The man page and shell completions, generated from the same definitions as `--help`.

use std::io;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::args::Args;
use crate::draft::Readers;
use crate::exit::Exit;
use crate::output::{Target, write};

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Result<Exit> {
    let mut script = Vec::new();
    generate(shell, &mut Args::command(), "actbill", &mut script);
    write(&Target::Stdout, Readers::Others, |out| out.write_all(&script))?;
    Ok(Exit::Done)
}

/// Prints the manual page of the program, followed by the page of each command.
pub(crate) fn man() -> Result<Exit> {
    let mut page = Vec::new();
    let mut command = Args::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    subcommands(&command, &mut page)?;
    write(&Target::Stdout, Readers::Others, |out| out.write_all(&page))?;
    Ok(Exit::Done)
}

fn subcommands(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render(page)?;
        subcommands(sub, page)?;
    }
    Ok(())
}
