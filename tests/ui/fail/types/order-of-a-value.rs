use callbacks::prelude::*;

struct Log(u8);

fn main() {
    Plan::<Fit>::new().order(Log(3), "loss");
}
