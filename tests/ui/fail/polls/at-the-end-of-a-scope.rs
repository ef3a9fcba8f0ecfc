use callbacks::prelude::*;

breakpoints! {
    pub loop Relax {
        scope STEP {
            before_step;
            after_step polls;
        }
    }
}

fn main() {}
