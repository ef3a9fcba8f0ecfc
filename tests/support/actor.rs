//! Callbacks that do what a plan of chance says: which state they ask for and how, what they answer and when.

use callbacks::prelude::*;
use callbacks::{At, HandlerRef};
use std::hash::{DefaultHasher, Hash, Hasher};

breakpoints! {
    pub(crate) loop Walk with u64 as steps by hand {
        scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; }
    }
}

pub(crate) const PLACES: [At<Walk>; 5] = [
    Walk::on_run_begin,
    Walk::before_step,
    Walk::on_force,
    Walk::after_step,
    Walk::on_run_end,
];

/// State, of as many types as there are numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value<const N: usize>(pub(crate) u64);

/// State that may not leave its thread.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Home(pub(crate) std::rc::Rc<u64>);

/// How a handler asks for a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Access {
    None,
    Read,
    Write,
}

/// What a handler returns.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Returns {
    Nothing,
    Tries,
    Flows,
}

/// What a handler does at one of its calls beside its work; it can as far as what it returns allows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Stop,
    Interrupt,
    LeaveStep,
    LeaveRun,
    Fail,
    Panic,
}

/// What an actor is.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) access: [Access; 4],
    pub(crate) returns: Returns,
    pub(crate) places: Vec<usize>,
    pub(crate) deed: Option<(u64, Deed)>,
    /// So many steps between two of its turns, and whether it has a last one.
    pub(crate) period: Option<(u64, bool)>,
}

pub(crate) struct Actor {
    pub(crate) part: Part,
    calls: u64,
    /// What it did and saw, call by call.
    pub(crate) trace: Vec<u64>,
}

/// A parameter, whatever it is.
trait Touch {
    fn read(&self) -> u64;
    fn write(&mut self, _: u64) {}
}

impl<const N: usize> Touch for &Value<N> {
    fn read(&self) -> u64 {
        self.0
    }
}

impl<const N: usize> Touch for &mut Value<N> {
    fn read(&self) -> u64 {
        self.0
    }

    fn write(&mut self, seen: u64) {
        self.0 = mixed(self.0, seen);
    }
}

impl<T: Touch> Touch for Option<T> {
    fn read(&self) -> u64 {
        self.as_ref().map_or(1, Touch::read)
    }

    fn write(&mut self, seen: u64) {
        if let Some(inner) = self {
            inner.write(seen);
        }
    }
}

impl Touch for Local<'_, Home> {
    fn read(&self) -> u64 {
        *self.0
    }
}

impl Touch for LocalMut<'_, Home> {
    fn read(&self) -> u64 {
        *self.0
    }

    fn write(&mut self, seen: u64) {
        self.0 = mixed(*self.0, seen).into();
    }
}

fn mixed(one: u64, other: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (one, other).hash(&mut hasher);
    hasher.finish()
}

impl Actor {
    pub(crate) fn new(part: Part) -> Self {
        let (calls, trace) = (0, Vec::new());
        Self { part, calls, trace }
    }

    fn act(&mut self, touched: &mut [&mut dyn Touch]) -> Result<Flow, String> {
        self.calls += 1;
        let seen = touched.iter().map(|value| value.read());
        let seen = seen.fold(self.calls, mixed);
        self.trace.push(seen);
        for value in touched {
            value.write(seen);
        }
        let deed = self.part.deed.filter(|(call, _)| *call == self.calls);
        match deed.map(|(_, deed)| deed) {
            None => Ok(Flow::Continue),
            Some(Deed::Stop) => Ok(Flow::stop(format!("seen {seen}"))),
            Some(Deed::Interrupt) => Ok(Flow::interrupt("enough")),
            Some(Deed::LeaveStep) => Ok(Flow::leave(Walk::STEP)),
            Some(Deed::LeaveRun) => Ok(Flow::leave(Walk::RUN)),
            Some(Deed::Fail) => Err(format!("failed at {seen}")),
            // Without the hook, which would print ten thousand of them.
            Some(Deed::Panic) => std::panic::resume_unwind(Box::new(format!("panicked at {seen}"))),
        }
    }
}

/// Binds an actor with the parameters that its part names: one after the other they are decided, then what it returns.
macro_rules! bind {
    ($h:ident, $at:ident, $part:ident, [$($chosen:tt)*], ($n:literal, $p:ident, $read:ty, $write:ty) $($rest:tt)*) => {
        match $part.access[$n] {
            Access::None => bind!($h, $at, $part, [$($chosen)*], $($rest)*),
            Access::Read => bind!($h, $at, $part, [$($chosen)* ($p $read)], $($rest)*),
            Access::Write => bind!($h, $at, $part, [$($chosen)* ($p $write)], $($rest)*),
        }
    };
    ($h:ident, $at:ident, $part:ident, [$(($p:ident $ask:ty))*],) => {
        match $part.returns {
            Returns::Nothing => $h.on($at, |this: &mut Actor, $(mut $p: $ask),*| {
                let _ = this.act(&mut [$(&mut $p),*]);
            }),
            Returns::Tries => $h.on($at, |this: &mut Actor, $(mut $p: $ask),*| {
                this.act(&mut [$(&mut $p),*]).map(drop)
            }),
            Returns::Flows => $h.on($at, |this: &mut Actor, $(mut $p: $ask),*| {
                this.act(&mut [$(&mut $p),*])
            }),
        }
    };
}

impl Callback<Walk> for Actor {
    fn handlers(&self, h: &mut Handlers<Walk, Self>) {
        for place in &self.part.places {
            let bound = bind_at(&self.part, PLACES[*place], h);
            if let Some((steps, last)) = self.part.period {
                let period = Period::steps(steps);
                bound.every(if last { period.last() } else { period });
            }
        }
    }
}

fn bind_at<'h>(part: &Part, at: At<Walk>, h: &'h mut Handlers<Walk, Actor>) -> HandlerRef<'h> {
    bind!(
        h, at, part, [],
        (0, first, &Value<0>, &mut Value<0>)
        (1, second, &Value<1>, &mut Value<1>)
        (2, third, Option<&Value<2>>, Option<&mut Value<2>>)
        (3, home, Local<'_, Home>, LocalMut<'_, Home>)
    )
}
