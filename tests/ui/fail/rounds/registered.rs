use callbacks::prelude::*;

#[derive(Default)]
struct PrintRounds;

#[callback(Rounds)]
impl PrintRounds {
    fn on_round_end(&self, record: &Record) {
        println!("{record}");
    }
}

fn main() {}
