//! Runs handlers at the same time, on rayon's threads.

use callback_runtime::{Executor, Job};
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};
use std::fmt;
use std::time::Duration;

/// The smallest saving that is worth waking threads of the pool from outside of it, which takes 30 to 100 µs.
const MIN_SAVING_OUTSIDE: Duration = Duration::from_micros(100);

/// The smallest saving that is worth waking threads of the pool from one of its threads, which takes 1 to 3 µs.
const MIN_SAVING_INSIDE: Duration = Duration::from_micros(3);

/// Runs the handlers of a group on rayon's threads and on the loop's thread; [`Plan::executor`](crate::Plan::executor) says what a group
/// is.
///
/// A group runs in parallel if the measured times of its handlers say that this saves more than it costs: 100 µs, or 3 µs if the loop
/// itself runs on a thread of the pool. So each handler runs alone the first four times, and is timed. Later it is timed, however it runs,
/// four times in 64, and another four times after a time that is more than twice or less than half of the expected one. The expected time
/// is a running mean, in which each new time has a weight of one eighth. A group whose handlers become slow later, or are slow now and
/// then, is noticed within 64 firings.
///
/// ```
/// use callbacks::Parallel;
/// use callbacks::prelude::*;
///
/// /// The distribution of the weights.
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
/// /// The norm of the weights.
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
    /// `None` for the global pool.
    pool: Option<ThreadPool>,
    always: bool,
}

impl Parallel {
    /// Uses rayon's global pool.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a pool with this number of threads; 0 for the number of processors.
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
        let pool = pool.map_err(|source| ThreadsError { threads, source })?;
        Ok(Self {
            pool: Some(pool),
            always: false,
        })
    }

    /// Runs every group in parallel, whether or not this pays, and measures nothing: for tests, and for programs that know it.
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
        let min_saving = if self.is_inside() {
            MIN_SAVING_INSIDE
        } else {
            MIN_SAVING_OUTSIDE
        };
        self.always || saved >= min_saving
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

/// The error of a pool whose threads could not be started.
pub struct ThreadsError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

impl fmt::Display for ThreadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a pool of {} threads could not be started: {}; ask for fewer, or take the global pool with `Parallel::new`",
            self.threads, self.source
        )
    }
}

callback_runtime::debug_as_display!(ThreadsError);

impl std::error::Error for ThreadsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
