use callbacks::prelude::*;

struct Best {
    best: Option<f64>,
}

#[callback(register = false, persist(best, migrate = 2))]
impl Best {
    fn on_epoch_end(&mut self, record: &Record) {
        self.best = record.get("valid_loss");
    }
}

fn main() {}
