//! More types of state than have a bit, or a place near by.

use super::value::{Near, Value};
use crate::census::Census;
use callbacks::Ctx;

/// One of many types.
struct Nth<const TEN: usize, const ONE: usize>(Near<99>);

/// What is done with one of the types.
type Touch = fn(&mut Ctx<'_>, &Census, u8);

fn touch<const TEN: usize, const ONE: usize>(ctx: &mut Ctx<'_>, census: &Census, how: u8) {
    match how % 4 {
        0 => drop(ctx.insert(Nth::<TEN, ONE>(Near::make(census)))),
        1 => drop(ctx.remove::<Nth<TEN, ONE>>()),
        2 => {
            if let Some(value) = ctx.get_mut::<Nth<TEN, ONE>>() {
                value.0.write(census);
            }
        }
        _ => {
            if let Some(value) = ctx.get::<Nth<TEN, ONE>>() {
                value.0.look(census);
            }
        }
    }
}

macro_rules! ones {
    ($ten:ident: $($one:literal)*) => {
        [$(touch::<$ten, $one> as Touch),*]
    };
}

macro_rules! tens {
    ($($ten:literal)*) => {
        [$(ones_of::<$ten>()),*]
    };
}

fn ones_of<const TEN: usize>() -> [Touch; 26] {
    ones!(TEN: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)
}

/// All 650 types.
fn all() -> Vec<Touch> {
    tens!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24).concat()
}

/// Touches about one in `one_in` of the types in a state.
pub(crate) fn touch_some(
    ctx: &mut Ctx<'_>,
    census: &Census,
    random: &mut fastrand::Rng,
    one_in: usize,
) {
    for touch in all() {
        if random.usize(..one_in) == 0 {
            touch(ctx, census, random.u8(..));
        }
    }
}

/// Sees to it that some types have been seen before these, and some have not.
pub(crate) fn number_all() {
    let mut state = callbacks::State::new();
    let mut ctx = state.ctx();
    let _ = ctx.get::<Near<0>>();
    let _ = ctx.get::<Near<1>>();
    let _ = ctx.get::<Near<2>>();
    let census = Census::default();
    for touch in all() {
        touch(&mut ctx, &census, 3);
    }
}
