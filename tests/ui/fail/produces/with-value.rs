use callbacks::prelude::*;

struct Measure;

#[callback(produces(accuracy = 0.5))]
impl Measure {
    fn on_epoch_end(&self, record: &mut Record) {
        record.set("accuracy", 0.5);
    }
}

fn main() {}
