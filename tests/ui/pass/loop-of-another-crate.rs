use callbacks::prelude::*;
use foreign_loop::Relax as Relaxation;
use foreign_loop::relaxation::{Energy, Verdict};

#[derive(Default)]
struct Log;

#[callback(Relaxation, Fit)]
impl Log {
    fn after_step(&self, energy: &Energy) {
        let _ = energy;
    }
    fn on_update(&self) -> Result<Verdict, String> {
        Ok(Verdict::Accept)
    }
    fn on_epoch_end(&self) {}
}

fn main() {
    let mut plan = Plan::<foreign_loop::Relax>::new();
    plan.add(Log);
}
