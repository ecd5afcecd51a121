//! Standard error and the terminal.

use std::env;
use std::io::{self, IsTerminal, Write};

use actbill::message::Message;
use actbill::table::Screen;

use crate::exit::Exit;

/// Columns of a table where no terminal says how many it has.
const WIDTH: u16 = 120;

/// The same for a text to be read.
const READING: u16 = 80;

/// Columns beyond which lines are hard to follow.
const PLEASANT: u16 = 100;

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

/// What a table must fit; in a file it has no colors, and the width that it has where there is no terminal.
pub(crate) fn table(on_screen: bool) -> Screen {
    fitting(on_screen, (WIDTH, u16::MAX), 60)
}

/// What a text to be read must fit: the terminal, but no more than is pleasant to read.
pub(crate) fn reading(on_screen: bool) -> Screen {
    fitting(on_screen, (READING, PLEASANT), 40)
}

/// `usual`: columns where no terminal says how many it has.
fn fitting(on_screen: bool, (usual, most): (u16, u16), least: u16) -> Screen {
    let terminal = on_screen && io::stdout().is_terminal();
    let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || comfy_table::Table::new().set_content_arrangement(comfy_table::ContentArrangement::Dynamic).width();
    let width = asked.or_else(|| if terminal { seen().map(|seen: u16| seen.min(most)) } else { None });
    let colors = terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Screen { width: width.unwrap_or(usual).max(least), colors }
}
