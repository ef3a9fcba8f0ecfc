//! `bevy_ecs` on one thread: the same handlers as systems.

use crate::{Input, Output, work};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::SingleThreadedExecutor;

#[expect(
    clippy::needless_pass_by_value,
    reason = "systems take their parameters by value"
)]
fn system<const K: u64>(
    mut own: Local<'_, u64>,
    input: Res<'_, Input>,
    mut output: ResMut<'_, Output>,
) {
    work::<K>(&mut own, &input, &mut output);
}

/// A world and its schedule.
pub struct Bevy {
    world: World,
    schedule: Schedule,
}

impl Bevy {
    /// So many systems, at most 64, one behind the other.
    pub fn new(handlers: usize) -> Self {
        let mut world = World::new();
        world.insert_resource(Input(3));
        world.insert_resource(Output(0));
        let mut schedule = Schedule::default();
        schedule.set_executor(SingleThreadedExecutor::new());
        macro_rules! add {
            ($k:literal) => {
                |schedule: &mut Schedule| {
                    schedule.add_systems(system::<$k>);
                }
            };
        }
        let add: [fn(&mut Schedule); 64] = crate::numbered!(add);
        for add in add.iter().take(handlers) {
            add(&mut schedule);
        }
        // The first run builds the schedule, which is not measured.
        schedule.run(&mut world);
        Self { world, schedule }
    }

    /// Runs the schedule, so many times.
    pub fn fire(&mut self, times: u64) -> u64 {
        for _ in 0..times {
            self.schedule.run(&mut self.world);
        }
        self.world.resource::<Output>().0
    }
}
