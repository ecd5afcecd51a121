//! Work on all cores.

use std::thread;

/// Runs `work` on as many threads as there are cores, but no more than `most`, and waits until all have returned. Each
/// run takes its own share of the work, so the result must not depend on how many there are.
pub fn on_all_cores(most: usize, work: impl Fn() + Copy + Send) {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(most);
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
}
