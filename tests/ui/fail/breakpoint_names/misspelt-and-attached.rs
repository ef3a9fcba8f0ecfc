use callbacks::prelude::*;

struct Log;

#[callback(register = false)]
impl Log {
    fn on_epoch_ned(&self) {}
}

fn main() {
    Plan::<Fit>::new().add(Log);
}
