//! Standard error and the terminal: messages, progress, and how wide and colorful output may be.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use actbill::message::{Level, Message};
use actbill::table::Screen;

use crate::exit::{Errors, Exit};

/// Says things on standard error.
#[derive(Debug)]
pub(crate) struct Console {
    /// Whether warnings are left out.
    pub(crate) quiet: bool,
}

impl Console {
    /// Prints a message. Nobody could be told if that failed.
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

    /// Prints why the run stopped. A reader of standard output that goes away early needs no message.
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

/// A bar that shows progress on a terminal, if it is `wanted`.
pub(crate) fn progress(length: u64, wanted: bool, template: &str) -> ProgressBar {
    let is_shown = wanted && io::stderr().is_terminal();
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What a table must fit: the terminal if it is shown on one; in a file it is 120 columns wide and has no colors.
pub(crate) fn table(on_screen: bool) -> Screen {
    screen(on_screen, 120, u16::MAX, 60)
}

/// What running text must fit: the terminal, but no more than 100 columns, beyond which lines are hard to follow.
pub(crate) fn reading(on_screen: bool) -> Screen {
    screen(on_screen, 80, 100, 40)
}

/// `usual`: columns where no terminal says how many it has.
fn screen(on_screen: bool, usual: u16, most: u16, least: u16) -> Screen {
    let is_terminal = on_screen && io::stdout().is_terminal();
    let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let detect = || comfy_table::Table::new().set_content_arrangement(comfy_table::ContentArrangement::Dynamic).width();
    let width = asked.or_else(|| if is_terminal { detect().map(|width: u16| width.min(most)) } else { None });
    let colors = is_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Screen { width: width.unwrap_or(usual).max(least), colors }
}
