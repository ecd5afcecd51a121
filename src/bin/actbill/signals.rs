//! What the program does when it is interrupted, or when a file grows beyond its limit.

/// Lets a signal that ends the run remove half-written files first, and makes a file over its size limit a write error.
/// Where signals cannot be handled, files may be left behind; the next run removes them.
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
                // The default action of SIGXFSZ would end the run on the spot; handled, the write fails instead.
                if signal != SIGXFSZ {
                    draft::interrupt();
                }
            }
        });
    }
}
