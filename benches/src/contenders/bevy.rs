//! `bevy_ecs` on one thread: the same handlers as systems of a schedule.
//!
//! The schedule leaves out what these systems do not need: it has no commands to apply. What is idle is in another schedule.

use super::handlers::{BoxError, Fifth, Fourth, Input, Output, Own, Second, Shared, Third};
use super::listing::{each_signature, numbered};
use super::{Contender, Setup, Signature};
use bevy_ecs::error::BevyError;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{ScheduleBuildSettings, SingleThreadedExecutor};
use std::hint::black_box;

/// `None` for a signature that systems have no notion of.
pub(super) fn build(setup: Setup) -> Option<Box<dyn Contender>> {
    let add = match setup.signature {
        Signature::Nothing => nothing(),
        Signature::One => one(),
        Signature::Two => two(),
        Signature::Inlined => inlined(),
        Signature::Six => six(),
        Signature::Fallible => fallible(),
        _ => return None,
    };
    let mut world = world();
    let (mut schedule, mut other) = (schedule(), schedule());
    for add in add.iter().take(setup.handlers) {
        add(&mut schedule);
    }
    for add in add.iter().cycle().take(setup.idle) {
        add(&mut other);
    }
    // The first run builds the schedule, which is not measured.
    schedule.initialize(&mut world).ok()?;
    Some(Box::new(Bevy {
        world,
        schedule,
        _other: other,
    }))
}

/// Adds one system to a schedule.
type Add = fn(&mut Schedule);

macro_rules! bevy {
    // A system has no say in whether its schedule goes on.
    (flow, $($rest:tt)*) => {};
    (judging, $($rest:tt)*) => {};
    ($name:ident, reads($($r:ident: $R:ident),*), writes($($w:ident: $W:ident),*), $Answer:ty) => {
        fn $name() -> [Add; 64] {
            fn system<const K: u64>(
                mut own: Local<'_, Own>
                $(, $r: Res<'_, $R>)*
                $(, mut $w: ResMut<'_, $W>)*
            ) -> <$Answer as Answer>::OfSystem {
                super::handlers::$name::<K>(&mut own $(, &$r)* $(, &mut $w)*).of_system()
            }
            macro_rules! add {
                ($k:literal) => {
                    |schedule: &mut Schedule| {
                        schedule.add_systems(system::<$k>);
                    }
                };
            }
            numbered!(add)
        }
    };
}

each_signature!(bevy);

/// What a system answers, in the type that a schedule understands.
trait Answer {
    type OfSystem;
    fn of_system(self) -> Self::OfSystem;
}

impl Answer for () {
    type OfSystem = ();
    fn of_system(self) {}
}

impl Answer for Result<(), BoxError> {
    type OfSystem = Result<(), BevyError>;
    fn of_system(self) -> Result<(), BevyError> {
        Ok(self?)
    }
}

fn schedule() -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_apply_final_deferred(false);
    schedule.set_build_settings(ScheduleBuildSettings {
        auto_insert_apply_deferred: false,
        ..ScheduleBuildSettings::default()
    });
    schedule
}

fn world() -> World {
    let mut world = World::new();
    let Shared {
        input,
        second,
        third,
        fourth,
        fifth,
        output,
    } = Shared::new();
    world.insert_resource(input);
    world.insert_resource(second);
    world.insert_resource(third);
    world.insert_resource(fourth);
    world.insert_resource(fifth);
    world.insert_resource(output);
    world
}

struct Bevy {
    world: World,
    schedule: Schedule,
    _other: Schedule,
}

impl Contender for Bevy {
    fn fire(&mut self, times: u64) -> Result<(), BoxError> {
        measured_firings(self, times);
        Ok(())
    }
}

#[inline(never)]
fn measured_firings(bevy: &mut Bevy, times: u64) {
    for _ in 0..times {
        let bevy = black_box(&mut *bevy);
        bevy.schedule.run(&mut bevy.world);
    }
}
