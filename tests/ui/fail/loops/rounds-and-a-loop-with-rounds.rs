use callbacks::prelude::*;

struct Log;

#[callback(Rounds, Fit, register = false)]
impl Log {
    fn on_round_end(&self) {}
    fn on_epoch_end(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
}
