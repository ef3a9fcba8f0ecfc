use callbacks::prelude::*;
use std::time::Instant;

struct Watch {
    began: Instant,
}

#[callback(register = false, persist(began))]
impl Watch {
    fn on_epoch_end(&mut self) {
        self.began = Instant::now();
    }
}

fn main() {}
