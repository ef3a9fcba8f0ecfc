use callbacks::prelude::*;

struct Record {
    epochs: Vec<Vec<f64>>,
}

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, record: &Record) {
        record.epochs[0].push(0.5);
    }
}

fn main() {}
