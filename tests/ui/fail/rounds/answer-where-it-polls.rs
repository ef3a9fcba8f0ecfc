use callbacks::driver::Verdict;
use callbacks::prelude::*;

struct Watch;

#[callback(Rounds, register = false)]
impl Watch {
    fn on_poll(&self) -> Verdict {
        Verdict::Reject
    }
}

fn main() {}
