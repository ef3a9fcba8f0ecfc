//! The work that all contenders do, and the state that it is done on.
//!
//! There are 64 handlers of each signature. A handler adds to a sum of its own and, where it has parameters, to a place of its own
//! in what it shares with the others: no handler waits for what the one before it has computed, so that a time is that of the
//! calls. A handler is not inlined, but for one signature, so that every contender makes the same call; and every sum is added to
//! the total in the end, so that no call can be left out.

use callbacks::Flow;
use callbacks::driver::Verdict;
use std::cell::Cell;
use std::error::Error;

/// What a handler that fails answers.
pub type BoxError = Box<dyn Error + Send + Sync>;

thread_local! {
    static TOTAL: Cell<u64> = const { Cell::new(0) };
}

/// The sum of one handler. It is added to the total when it is dropped, whoever owns it.
#[derive(Debug, Default)]
pub(super) struct Own(u64);

impl Drop for Own {
    fn drop(&mut self) {
        TOTAL.set(TOTAL.get().wrapping_add(self.0));
    }
}

/// The total of all sums that were dropped on this thread since it was last asked for.
///
/// ```
/// use callbacks_benches::contenders::{Peer, Setup, take_total};
///
/// let mut contender = Setup::of(Peer::Direct).with(8).build().expect("has eight handlers");
/// contender.fire(10)?;
/// drop(contender);
/// assert!(take_total() > 0);
/// assert_eq!(take_total(), 0);
/// # Ok::<(), callbacks_benches::contenders::BoxError>(())
/// ```
pub fn take_total() -> u64 {
    TOTAL.take()
}

macro_rules! read {
    ($($State:ident)*) => {$(
        #[derive(Debug, Default, bevy_ecs::prelude::Resource)]
        pub(super) struct $State(pub(super) u64);
    )*};
}

read!(Input Second Third);

/// State that handlers write, with a place for each of the 64.
macro_rules! written {
    ($($State:ident)*) => {$(
        #[derive(Debug, bevy_ecs::prelude::Resource)]
        pub(super) struct $State([u64; 64]);

        impl Default for $State {
            fn default() -> Self {
                Self([0; 64])
            }
        }

        impl $State {
            /// The place of the handler of this number, which is from 1 to 64.
            #[inline]
            #[expect(clippy::cast_possible_truncation, reason = "it is at most 64")]
            fn of<const K: u64>(&mut self) -> &mut u64 {
                const { assert!(1 <= K && K <= 64, "there are 64 handlers") };
                &mut self.0[K as usize - 1]
            }
        }
    )*};
}

written!(Fourth Fifth Output);

/// The state, for contenders that keep it in a structure.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) input: Input,
    pub(super) second: Second,
    pub(super) third: Third,
    pub(super) fourth: Fourth,
    pub(super) fifth: Fifth,
    pub(super) output: Output,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            input: Input(3),
            second: Second(5),
            third: Third(7),
            ..Self::default()
        }
    }
}

#[inline(never)]
pub(super) fn nothing<const K: u64>(own: &mut Own) {
    own.0 = own.0.wrapping_add(K);
}

#[inline(never)]
pub(super) fn one<const K: u64>(own: &mut Own, input: &Input) {
    own.0 = own.0.wrapping_add(input.0 ^ K);
}

#[inline(never)]
pub(super) fn two<const K: u64>(own: &mut Own, input: &Input, output: &mut Output) {
    add::<K>(own, input, output);
}

/// As `two`, but for this: the compiler may put it where it is called, as it does with most handlers of a program.
#[inline]
pub(super) fn inlined<const K: u64>(own: &mut Own, input: &Input, output: &mut Output) {
    add::<K>(own, input, output);
}

#[inline(never)]
pub(super) fn six<const K: u64>(
    own: &mut Own,
    input: &Input,
    second: &Second,
    third: &Third,
    fourth: &mut Fourth,
    fifth: &mut Fifth,
    output: &mut Output,
) {
    add::<K>(own, input, output);
    own.0 = own.0.wrapping_add(second.0 ^ third.0);
    *fourth.of::<K>() ^= own.0;
    *fifth.of::<K>() = fifth.of::<K>().wrapping_add(own.0);
}

#[inline(never)]
pub(super) fn flow<const K: u64>(own: &mut Own, input: &Input, output: &mut Output) -> Flow {
    add::<K>(own, input, output);
    if own.0 == u64::MAX {
        return Flow::stop("the sum is as great as it can be");
    }
    Flow::Continue
}

#[inline(never)]
pub(super) fn fallible<const K: u64>(
    own: &mut Own,
    input: &Input,
    output: &mut Output,
) -> Result<(), BoxError> {
    add::<K>(own, input, output);
    if own.0 == u64::MAX {
        return Err("the sum is as great as it can be".into());
    }
    Ok(())
}

#[inline(never)]
pub(super) fn judging<const K: u64>(own: &mut Own, input: &Input, output: &mut Output) -> Verdict {
    add::<K>(own, input, output);
    Verdict::reject_if(own.0 == u64::MAX)
}

#[inline]
fn add<const K: u64>(own: &mut Own, input: &Input, output: &mut Output) {
    own.0 = own.0.wrapping_add(input.0 ^ K);
    let output = output.of::<K>();
    *output = output.wrapping_add(own.0);
}

/// What handlers answer, as a loop written by hand looks at it: one comparison, and what is rare out of the way.
pub(super) trait Reply {
    /// What a handler answers that does nothing.
    fn go_on() -> Self;

    fn check(self) -> Result<(), BoxError>;
}

impl Reply for () {
    fn go_on() -> Self {}

    #[inline]
    fn check(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl Reply for Flow {
    fn go_on() -> Self {
        Self::Continue
    }

    #[inline]
    fn check(self) -> Result<(), BoxError> {
        match self {
            Self::Continue => Ok(()),
            other => Err(flow_error(other)),
        }
    }
}

#[cold]
#[inline(never)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is dropped here, out of the way"
)]
fn flow_error(flow: Flow) -> BoxError {
    format!("{flow:?}").into()
}

impl Reply for Result<(), BoxError> {
    fn go_on() -> Self {
        Ok(())
    }

    #[inline]
    fn check(self) -> Result<(), BoxError> {
        self
    }
}

impl Reply for Verdict {
    fn go_on() -> Self {
        Self::Accept
    }

    #[inline]
    fn check(self) -> Result<(), BoxError> {
        if self.is_reject() {
            return Err(rejected());
        }
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn rejected() -> BoxError {
    "somebody rejected".into()
}
