//! Standard error and the terminal: messages, progress, and the width and colors of output.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use actbill::message::{Level, Message};
use actbill::table::Screen;

use crate::exit::{Errors, Exit};

/// Prints messages on standard error.
#[derive(Debug)]
pub(crate) struct Console {
    /// Whether to leave out warnings.
    pub(crate) quiet: bool,
}

impl Console {
    /// Prints a message. A failure to print is ignored, since it could not be reported either.
    pub(crate) fn print(&self, message: &Message) {
        if message.level == Level::Error || !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{message}");
        }
    }

    /// Prints several messages.
    pub(crate) fn print_all<'m>(&self, messages: impl IntoIterator<Item = &'m Message>) {
        for message in messages {
            self.print(message);
        }
    }

    /// Prints why the run stopped, and returns the exit status. A closed standard output is not reported.
    pub(crate) fn fail(&self, error: &anyhow::Error) -> Exit {
        if let Some(Errors(messages)) = error.downcast_ref() {
            self.print_all(messages);
            return Exit::from_errors(messages);
        }
        if let Some(message) = error.downcast_ref::<Message>() {
            self.print(message);
            return Exit::from_errors(std::slice::from_ref(message));
        }
        let reader_left = error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe);
        if !reader_left {
            let _ = writeln!(io::stderr().lock(), "error[usage]: {error:#}");
        }
        Exit::Failed
    }
}

/// Returns a progress bar that is shown on a terminal if `wanted`.
pub(crate) fn progress(length: u64, wanted: bool, template: &str) -> ProgressBar {
    let is_shown = wanted && io::stderr().is_terminal();
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Returns the screen for tables: the terminal if they are shown on one, else 120 columns without colors.
pub(crate) fn table(on_screen: bool) -> Screen {
    screen(on_screen, 120, u16::MAX, 60)
}

/// Returns the screen for running text: the terminal, but at most 100 columns, since longer lines are hard to follow.
pub(crate) fn reading(on_screen: bool) -> Screen {
    screen(on_screen, 80, 100, 40)
}

/// Determines the screen. `usual`: its width in columns if no terminal reports one.
fn screen(on_screen: bool, usual: u16, most: u16, least: u16) -> Screen {
    let is_terminal = on_screen && io::stdout().is_terminal();
    let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let detect = || comfy_table::Table::new().set_content_arrangement(comfy_table::ContentArrangement::Dynamic).width();
    let width = asked.or_else(|| if is_terminal { detect().map(|width: u16| width.min(most)) } else { None });
    let colors = is_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Screen { width: width.unwrap_or(usual).max(least), colors }
}
