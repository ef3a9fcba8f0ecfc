use callbacks::prelude::*;

struct Log;

#[callback(Driver, Rounds, register = false)]
impl Log {
    fn on_round_end(&self) {}
    fn on_step_end(&self) {}
}

fn main() {
    let mut plan = Plan::<Driver>::new();
    plan.add(Log);
}
