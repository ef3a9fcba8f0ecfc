use callbacks::prelude::*;

struct Best {
    best: Option<f64>,
}

impl Best {
    fn persist(&self) -> Option<f64> {
        self.best
    }
}

#[callback(register = false, persist = Self::persist)]
impl Best {
    fn on_epoch_end(&mut self, record: &Record) {
        self.best = record.get("valid_loss");
    }
}

fn main() {}
