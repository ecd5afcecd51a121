//! Handling of signals: interruption, and files that exceed their size limit.

/// Installs signal handlers that remove drafts before a signal ends the run, and that turn exceeding the file size
/// limit into a write error. Where signals cannot be handled, drafts may be left behind; the next run removes them.
pub(crate) fn handle() {
    #[cfg(unix)]
    unix::handle();
}

#[cfg(unix)]
mod unix {
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    use crate::draft;

    pub(super) fn handle() {
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM, SIGXFSZ]) else { return };
        thread::spawn(move || {
            for signal in signals.forever() {
                // The default action of SIGXFSZ would end the run at once; because it is handled, the write fails
                // instead.
                if signal != SIGXFSZ {
                    draft::interrupt();
                }
            }
        });
    }
}
