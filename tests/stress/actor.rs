//! Callbacks that look at state, change it, and fail, flow and panic at random.

use super::census::{Census, see};
use super::many::touch_some;
use super::program::{Walk, change, walk};
use super::value::{Far, Line, Near, Nothing, Page, Value};
use callbacks::prelude::*;
use callbacks::{Answer, At};
use std::panic::resume_unwind;

/// An answer that is a value of its own.
#[derive(Clone)]
pub(crate) struct Vote(#[expect(dead_code, reason = "it is there to be dropped")] Near<50>);

impl Answer for Vote {
    fn merge(self, other: Self) -> Self {
        drop(self);
        other
    }
}

/// What the callbacks of one plan have in common.
#[derive(Clone)]
pub(crate) struct Of {
    pub(crate) census: Census,
    pub(crate) plan: u64,
}

/// Who a callback is, and what it holds.
pub(crate) struct Itself {
    of: Of,
    number: u64,
    held: Near<60>,
    random: fastrand::Rng,
}

impl Itself {
    pub(crate) fn new(of: &Of, random: &mut fastrand::Rng) -> Self {
        Self {
            of: of.clone(),
            number: of.census.number(),
            held: Near::make(&of.census),
            random: random.fork(),
        }
    }

    fn enter(&mut self) -> Result<(), String> {
        if self.random.u8(..) == 0 {
            return Err("cannot enter".to_owned());
        }
        self.of.census.enter(self.of.plan, self.number);
        Ok(())
    }

    fn exit(&mut self) -> Result<(), String> {
        self.of.census.exit(self.of.plan, self.number);
        match self.random.u8(..30) {
            0 => Err("cannot exit".to_owned()),
            1 => resume_unwind(Box::new("an exit panics")),
            _ => Ok(()),
        }
    }

    /// Looks at what it has, and writes into what it may.
    fn touch(&mut self, touched: &mut [&mut dyn Touch]) {
        see("a handler");
        self.held.write(&self.of.census);
        for value in touched.iter_mut() {
            value.look(&self.of.census);
        }
        for value in touched {
            value.write(&self.of.census);
        }
    }

    fn answer(&mut self) -> Result<Flow, String> {
        match self.random.u16(..1000) {
            0..=5 => Ok(Flow::stop("enough")),
            6..=7 => Ok(Flow::interrupt("SIGINT")),
            8..=20 => Ok(Flow::leave(Walk::STEP)),
            21..=22 => Ok(Flow::leave(Walk::RUN)),
            23..=30 => Err(format!("{} failed", self.number)),
            31..=33 => resume_unwind(Box::new(format!("{} panicked", self.number))),
            _ => Ok(Flow::Continue),
        }
    }

    fn act(&mut self, touched: &mut [&mut dyn Touch]) -> Result<Flow, String> {
        self.touch(touched);
        self.answer()
    }

    /// Does what only a handler with the whole state can.
    fn act_on_all(&mut self, mut ctx: Ctx<'_>) -> Result<Flow, String> {
        see("a handler of the whole state");
        let census = self.of.census.clone();
        for _ in 0..self.random.u8(..4) {
            change(&mut ctx, &census, &mut self.random, 2);
        }
        match self.random.u8(..40) {
            0 => touch_some(&mut ctx, &census, &mut self.random, 20),
            1..=3 => self.nest(ctx),
            _ => {}
        }
        self.answer()
    }

    /// Runs a plan of its own on the state.
    fn nest(&mut self, ctx: Ctx<'_>) {
        let of = Of {
            census: self.of.census.clone(),
            plan: self.of.census.number(),
        };
        let mut plan = Plan::new();
        for _ in 0..self.random.usize(1..4) {
            plan.add(Actor::new(&of, &mut self.random));
        }
        let random = &mut self.random;
        // A plan with problems has entered no callback.
        if plan.run(ctx, |run| walk(run, &of.census, random)).is_ok() {
            see("a run inside of a run");
        }
        of.census.ended(of.plan);
    }
}

/// A parameter, whatever it is.
trait Touch {
    fn look(&self, census: &Census);
    fn write(&mut self, _: &Census) {}
}

impl<T: Value> Touch for &T {
    fn look(&self, census: &Census) {
        T::look(self, census);
    }
}

impl<T: Value> Touch for &mut T {
    fn look(&self, census: &Census) {
        T::look(self, census);
    }

    fn write(&mut self, census: &Census) {
        T::write(self, census);
    }
}

impl<T: Value> Touch for Local<'_, T> {
    fn look(&self, census: &Census) {
        T::look(self, census);
    }
}

impl<T: Value> Touch for LocalMut<'_, T> {
    fn look(&self, census: &Census) {
        T::look(self, census);
    }

    fn write(&mut self, census: &Census) {
        T::write(self, census);
    }
}

impl<T: Touch> Touch for Option<T> {
    fn look(&self, census: &Census) {
        if let Some(inner) = self {
            inner.look(census);
        }
    }

    fn write(&mut self, census: &Census) {
        if let Some(inner) = self {
            inner.write(census);
        }
    }
}

pub(crate) const PLACES: [At<Walk>; 6] = [
    Walk::on_run_begin,
    Walk::before_step,
    Walk::on_force,
    Walk::after_step,
    Walk::on_run_end,
    Walk::on_stop,
];

/// A callback with handlers of any kind at any places.
pub(crate) struct Actor {
    its: Itself,
    handlers: Vec<(usize, u8, Option<u64>)>,
    votes: bool,
}

impl Actor {
    pub(crate) fn new(of: &Of, random: &mut fastrand::Rng) -> Self {
        let count = random.usize(1..5);
        let handler = |_| {
            let period = (random.u8(..3) == 0).then(|| random.u64(1..4));
            (random.usize(..PLACES.len()), random.u8(..KINDS), period)
        };
        let handlers = (0..count).map(handler).collect();
        Self {
            handlers,
            votes: random.u8(..6) == 0,
            its: Itself::new(of, random),
        }
    }

    /// Looks at itself from outside.
    pub(crate) fn look(&mut self) {
        self.its.held.write(&self.its.of.census);
    }
}

/// Binds a handler of one kind, by the parameters that it has.
macro_rules! kinds {
    ($h:ident, $at:ident, $kind:ident: $($nth:literal => ($($p:ident: $Parameter:ty),*);)*) => {
        match $kind {
            $($nth => $h.on($at, |this: &mut Actor, $(mut $p: $Parameter),*| {
                this.its.act(&mut [$(&mut $p),*])
            }),)*
            _ => $h.on($at, |this: &mut Actor, ctx: Ctx<'_>| this.its.act_on_all(ctx)),
        }
    };
}

/// One more than the greatest of the kinds below: the last is that of the whole state.
const KINDS: u8 = 20;

impl Callback<Walk> for Actor {
    fn handlers(&self, h: &mut Handlers<Walk, Self>) {
        h.on_enter(|this: &mut Self| this.its.enter());
        for (place, kind, period) in &self.handlers {
            let (at, kind) = (PLACES[*place], *kind);
            let bound = kinds! { h, at, kind:
                0 => ();
                1 => (a: &Near<0>);
                2 => (a: &mut Near<0>, b: &Near<1>);
                3 => (a: Option<&Near<1>>, b: Option<&mut Near<2>>);
                4 => (a: &Far<0>, b: &mut Far<1>);
                5 => (a: Option<&Far<1>>, b: Option<&mut Far<2>>, c: &Near<2>);
                6 => (a: &mut Line<0>, b: &Line<1>);
                7 => (a: Option<&mut Line<1>>, b: &Page<0>);
                8 => (a: &mut Page<0>, b: Option<&Nothing<0>>);
                9 => (a: &mut Nothing<0>, b: &Nothing<1>);
                10 => (a: Option<&mut Nothing<1>>, b: &mut Near<1>, c: &mut Far<0>);
                11 => (a: Local<'_, Near<0>>, b: LocalMut<'_, Far<2>>);
                12 => (a: Option<Local<'_, Page<0>>>, b: Option<LocalMut<'_, Line<0>>>);
                13 => (a: &Near<0>, b: &Near<1>, c: &Near<2>, d: &Far<0>, e: &Far<1>, f: &Far<2>, g: &Line<0>);
                14 => (a: &mut Near<0>, b: &mut Near<1>, c: &mut Near<2>, d: &mut Far<0>, e: &mut Far<1>, f: &mut Far<2>);
                15 => (a: &Near<1>);
                16 => (a: &Far<2>);
                17 => (a: Option<&mut Page<0>>);
            };
            if let Some(period) = period {
                bound.every(Period::steps(*period).last());
            }
        }
        if self.votes {
            h.on(Walk::on_ask, |this: &mut Self| {
                this.its
                    .answer()
                    .map(|_| Vote(Near::make(&this.its.of.census)))
            });
        }
        h.on_exit(|this: &mut Self| this.its.exit());
    }
}

/// A callback that lags behind the loop.
pub(crate) struct BackgroundParam {
    its: Itself,
    places: Vec<usize>,
}

impl BackgroundParam {
    pub(crate) fn new(of: &Of, random: &mut fastrand::Rng) -> Self {
        let count = random.usize(1..4);
        Self {
            places: (0..count).map(|_| random.usize(..PLACES.len())).collect(),
            its: Itself::new(of, random),
        }
    }

    fn write(&mut self, mut near: &Near<0>, mut far: Option<&Far<1>>) -> Result<(), String> {
        see("a handler that lags");
        self.its.act(&mut [&mut near, &mut far]).map(drop)
    }

    fn write_lines(&mut self, mut line: Option<&Line<1>>, mut page: &Page<0>) {
        self.its.touch(&mut [&mut line, &mut page]);
    }
}

impl Callback<Walk> for BackgroundParam {
    fn handlers(&self, h: &mut Handlers<Walk, Self>) {
        h.on_enter(|this: &mut Self| this.its.enter());
        for place in &self.places {
            if place % 2 == 0 {
                h.on_background(PLACES[*place], Self::write);
            } else {
                h.on_background(PLACES[*place], Self::write_lines);
            }
        }
        h.on_exit(|this: &mut Self| this.its.exit());
    }
}
