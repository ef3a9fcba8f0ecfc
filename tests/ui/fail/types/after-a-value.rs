use callbacks::prelude::*;

struct Log;

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, || {}).after(Log);
}
