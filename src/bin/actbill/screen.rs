//! Standard error and the terminal.

use std::env;
use std::io::{self, IsTerminal, Write};

use actbill::message::Message;
use actbill::report::Screen;

use crate::exit::Exit;

/// Columns where no terminal says how many it has.
const WIDTH: u16 = 120;

/// Says something on standard error. There is nobody to tell if that fails.
pub(crate) fn say(message: &Message) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Says why a run could not be carried out.
pub(crate) fn fail(error: &anyhow::Error) -> Exit {
    match error.downcast_ref::<Message>() {
        Some(message) => say(message),
        None => {
            let _ = writeln!(io::stderr().lock(), "error[usage]: {error:#}");
        }
    }
    Exit::Failed
}

/// What a table on standard output must fit.
pub(crate) fn stdout() -> Screen {
    let terminal = io::stdout().is_terminal();
    let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || comfy_table::Table::new().set_content_arrangement(comfy_table::ContentArrangement::Dynamic).width();
    let width = asked.or_else(|| if terminal { seen() } else { None }).unwrap_or(WIDTH).max(60);
    let colours = terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Screen { width, colours }
}
