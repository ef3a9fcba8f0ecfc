use callbacks::prelude::*;

struct Watch;

#[callback(Rounds, register = false)]
impl Watch {
    fn on_pol(&self) -> Flow {
        Flow::Continue
    }
}

fn main() {}
