//! Handlers at the same time, on rayon's threads.

use callback_runtime::{Executor, Job};
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};
use std::fmt;
use std::time::Duration;

/// From so much saved time on it pays to wake threads of a pool that one is not on: that takes from 30 to 100 µs.
const FROM_OUTSIDE: Duration = Duration::from_micros(100);

/// The same on a thread of the pool, where it takes from 1 to 3 µs.
const FROM_INSIDE: Duration = Duration::from_micros(3);

/// Runs the handlers of a group on rayon's threads; see [`Plan::executor`](crate::Plan::executor) for what a group is. The loop's
/// thread takes part.
///
/// A group runs so if that saves more than it costs, as its handlers were measured: 100 µs, or 3 where the loop itself runs on a
/// thread of the pool. For that, each of them runs on its own the first four times, and is timed. Later it is timed, however it runs,
/// four times in 64, and four times more whenever it took more than twice or less than half of what was expected: the mean, in which
/// each new time counts for an eighth. So a group whose handlers become slow later, or are slow now and then, is noticed within 64
/// firings.
///
/// ```
/// use callbacks::Parallel;
/// use callbacks::prelude::*;
///
/// /// How the weights are spread.
/// #[derive(Default)]
/// struct Histogram([u32; 10]);
///
/// #[callback(register = false)]
/// impl Histogram {
///     fn on_epoch_end(&mut self, weights: &Vec<f64>) {
///         for weight in weights {
///             self.0[(weight.abs() * 10.0).clamp(0.0, 9.0) as usize] += 1;
///         }
///     }
/// }
///
/// /// How large they are.
/// #[derive(Default)]
/// struct Norm(f64);
///
/// #[callback(register = false)]
/// impl Norm {
///     fn on_epoch_end(&mut self, weights: &Vec<f64>) {
///         self.0 = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.executor(Parallel::new());
/// plan.add(Histogram::default());
/// plan.add(Norm::default()).parallel();
/// let mut state = State::new();
/// state.insert(vec![0.6, 0.8]);
/// let outcome = plan.run(&mut state, |run| run.scope(Fit::EPOCH, |_| Ok(())).map(drop))?;
/// assert_eq!(plan.get::<Norm>().map(|norm| norm.0), Some(1.0));
/// # assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Default)]
pub struct Parallel {
    /// `None` for the global one.
    pool: Option<ThreadPool>,
    always: bool,
}

impl Parallel {
    /// On rayon's global pool.
    pub fn new() -> Self {
        Self::default()
    }

    /// On a pool of its own, of so many threads; 0 for as many as there are processors.
    ///
    /// ```
    /// # use callbacks::Parallel;
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.executor(Parallel::threads(2)?);
    /// # Ok::<(), callbacks::ThreadsError>(())
    /// ```
    pub fn threads(threads: usize) -> Result<Self, ThreadsError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|why| ThreadsError { threads, why })?;
        Ok(Self {
            pool: Some(pool),
            always: false,
        })
    }

    /// Every group runs so, whether or not that pays, and nothing is measured: for tests, and where one knows.
    ///
    /// ```
    /// # use callbacks::{Executor, Parallel};
    /// # use std::time::Duration;
    /// assert!(Parallel::new().always().pays(Duration::ZERO));
    /// assert!(!Parallel::new().pays(Duration::ZERO));
    /// ```
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    fn is_inside(&self) -> bool {
        match &self.pool {
            Some(pool) => pool.current_thread_index().is_some(),
            None => rayon::current_thread_index().is_some(),
        }
    }
}

impl Executor for Parallel {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        fn spread<'scope>(scope: &Scope<'scope>, jobs: &'scope mut [Job<'_>]) {
            for job in jobs {
                scope.spawn(move |_| job.run());
            }
        }
        match &self.pool {
            Some(pool) => pool.in_place_scope(|scope| {
                spread(scope, jobs);
                here();
            }),
            None => rayon::in_place_scope(|scope| {
                spread(scope, jobs);
                here();
            }),
        }
    }

    fn pays(&self, saved: Duration) -> bool {
        let least = if self.is_inside() {
            FROM_INSIDE
        } else {
            FROM_OUTSIDE
        };
        self.always || saved >= least
    }
}

impl fmt::Debug for Parallel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = self.pool.as_ref().map(ThreadPool::current_num_threads);
        f.debug_struct("Parallel")
            .field("threads", &threads)
            .field("always", &self.always)
            .finish()
    }
}

/// The threads of a pool could not be started.
#[derive(Debug)]
pub struct ThreadsError {
    threads: usize,
    why: rayon::ThreadPoolBuildError,
}

impl fmt::Display for ThreadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a pool of {} threads could not be started: {}; ask for fewer, or take the global pool with `Parallel::new`",
            self.threads, self.why
        )
    }
}

impl std::error::Error for ThreadsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.why)
    }
}
