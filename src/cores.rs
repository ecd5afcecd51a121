//! Work on several threads.

use std::collections::BTreeMap;
use std::iter::Enumerate;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Number of threads for one run. What is computed does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(NonZeroUsize);

impl Threads {
    /// The calling thread alone.
    pub const ONE: Self = Self(NonZeroUsize::MIN);

    /// One thread for each core that this process may use.
    pub fn all() -> Self {
        Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// Returns this many threads.
    pub fn new(count: NonZeroUsize) -> Self {
        Self(count)
    }

    /// Returns the number of threads.
    pub fn count(self) -> usize {
        self.0.get()
    }
}

/// Runs `work` on as many threads as there are cores, but no more than `most`, and waits until all have returned. Each
/// run takes its own share of the work, so the result must not depend on how many there are.
pub fn on_all_cores(most: usize, work: impl Fn() + Copy + Send) {
    let threads = Threads::all().count().min(most);
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
}

/// Does two things, at once if there is more than one thread.
pub fn join<A: Send, B>(threads: Threads, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if threads.count() == 1 {
        return (one(), other());
    }
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Locks a mutex. If another thread panicked while it held the lock, its panic is about to end the run anyway.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Most items for each thread that are begun and whose results are not taken yet.
const AHEAD: usize = 4;

/// Works on items on several threads, and passes the results to `take` in the order of the items.
///
/// The calling thread is one of the threads: it works whenever there is nothing to take. Each thread works with its own
/// `worker`. Only one thread at a time asks `items` for the next item. If `take` returns an error, no further item is
/// begun, and the error is returned.
pub fn map_in_order<I, T: Send, E, W: FnMut(I) -> T>(
    threads: Threads,
    items: impl Iterator<Item = I> + Send,
    worker: impl Fn() -> W + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let queue = Queue {
        items: Mutex::new(items.enumerate()),
        state: Mutex::new(State { done: BTreeMap::new(), begun: 0, taken: 0, is_ended: false, is_panicked: false }),
        changed: Condvar::new(),
        ahead: threads.count() * AHEAD,
    };
    thread::scope(|scope| {
        for _ in 1..threads.count() {
            scope.spawn(|| {
                let _end = OnDrop(|| queue.end());
                let mut work = worker();
                while queue.may_begin() && queue.work(&mut work) {}
            });
        }
        let _end = OnDrop(|| queue.end());
        let mut work = worker();
        loop {
            match queue.next_step() {
                Step::Take(result) => take(result)?,
                Step::Work => {
                    queue.work(&mut work);
                }
                Step::End => return Ok(()),
            }
        }
    })
}

/// Calls a function when it goes out of scope, even in a panic.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Items on their way through the threads.
struct Queue<I, T> {
    items: Mutex<Enumerate<I>>,
    state: Mutex<State<T>>,
    changed: Condvar,
    /// Most items that are begun and not taken.
    ahead: usize,
}

struct State<T> {
    /// Results by the number of their item.
    done: BTreeMap<usize, T>,
    /// Number of items that were begun.
    begun: usize,
    /// Number of results that were taken.
    taken: usize,
    /// Whether no further item is to be begun.
    is_ended: bool,
    /// Whether a thread panicked.
    is_panicked: bool,
}

/// What the calling thread does next.
enum Step<T> {
    Take(T),
    Work,
    End,
}

impl<T> State<T> {
    /// Begins an item, unless too many are begun already.
    fn begin(&mut self, ahead: usize) -> bool {
        let may_begin = !self.is_ended && self.begun - self.taken < ahead;
        self.begun += usize::from(may_begin);
        may_begin
    }
}

impl<I: Iterator, T> Queue<I, T> {
    /// Waits until another item may be begun, and begins it. Returns `false` if there are no more.
    fn may_begin(&self) -> bool {
        let mut state = lock(&self.state);
        while !state.begin(self.ahead) {
            if state.is_ended {
                return false;
            }
            state = self.wait(state);
        }
        true
    }

    /// Waits until there is something for the calling thread to do.
    fn next_step(&self) -> Step<T> {
        let mut state = lock(&self.state);
        loop {
            let next = state.taken;
            if let Some(result) = state.done.remove(&next) {
                state.taken += 1;
                self.changed.notify_all();
                return Step::Take(result);
            }
            if state.begin(self.ahead) {
                return Step::Work;
            }
            // The result of an item that a thread panicked on never comes.
            if state.is_ended && (state.begun == state.taken || state.is_panicked) {
                return Step::End;
            }
            state = self.wait(state);
        }
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State<T>>) -> MutexGuard<'s, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the item that was begun. Returns `false` if there is none.
    fn work(&self, work: &mut impl FnMut(I::Item) -> T) -> bool {
        let item = lock(&self.items).next();
        let Some((number, item)) = item else {
            let mut state = lock(&self.state);
            state.begun -= 1;
            state.is_ended = true;
            self.changed.notify_all();
            return false;
        };
        let result = work(item);
        lock(&self.state).done.insert(number, result);
        self.changed.notify_all();
        true
    }

    /// Lets no further item begin.
    fn end(&self) {
        let mut state = lock(&self.state);
        state.is_ended = true;
        state.is_panicked |= thread::panicking();
        drop(state);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(count: usize) -> Threads {
        Threads::new(NonZeroUsize::new(count).unwrap())
    }

    #[test]
    fn results_come_in_the_order_of_their_items() {
        for count in [1, 2, 3, 8] {
            let mut results = Vec::new();
            let square = || |item: u64| item * item;
            let taken = map_in_order(threads(count), 0..1_000_u64, square, |square| {
                results.push(square);
                Ok::<(), ()>(())
            });
            assert_eq!(taken, Ok(()));
            assert_eq!(results, (0..1_000).map(|item| item * item).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        for count in [1, 2, 8] {
            let mut seen = 0;
            let taken = map_in_order(
                threads(count),
                0..,
                || |item: u64| item,
                |item| {
                    seen = item;
                    if item < 100 { Ok(()) } else { Err("enough") }
                },
            );
            assert_eq!((taken, seen), (Err("enough"), 100));
        }
    }

    #[test]
    #[should_panic(expected = "panicked")]
    fn a_panic_ends_the_work() {
        let worker = || |item: u64| if item == 50 { panic!("the worker panicked") } else { item };
        map_in_order(threads(3), 0.., worker, |_| Ok::<(), ()>(())).unwrap();
    }
}
