use callbacks::prelude::*;

#[derive(Clone)]
struct Verdict;

impl callbacks::Answer for Verdict { fn merge(self, _: Self) -> Self { self } }
breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; on_run_end -> Verdict; }
    }
}

fn main() {}
