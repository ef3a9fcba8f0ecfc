use callbacks::prelude::*;

struct PrintRounds;

#[callback(Rounds, register = false)]
impl PrintRounds {
    fn on_epoch_end(&self, record: &Record) {
        println!("{record}");
    }
}

fn main() {}
