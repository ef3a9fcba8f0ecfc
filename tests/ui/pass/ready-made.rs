use callbacks::prelude::*;

struct Log;

#[callback(Fit, Driver, discover = false, ready_made, weight = 10)]
impl Log {
    #[on(epoch_end, step_end)]
    fn log(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
    let explanation = plan.explain(&State::new()).unwrap();
    assert_eq!(explanation.rows(Fit::on_epoch_end)[0].location().line(), 13);
}
