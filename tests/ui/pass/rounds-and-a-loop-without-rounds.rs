use callbacks::prelude::*;

breakpoints! {
    loop Relax { scope STEP { before_step; after_step; } }
}

struct Log;

#[callback(Rounds, Relax, register = false)]
impl Log {
    fn on_round_end(&self) {}
    fn after_step(&self) {}
}

fn main() {
    Plan::<Relax>::new().add(Log);
    Plan::<Fit>::new().add(Log);
}
