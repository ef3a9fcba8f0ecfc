use callbacks::breakpoints;
use callbacks::prelude::*;
use callbacks::shelf::EarlyStopping;

breakpoints! {
    loop Newton with Step as steps {
        scope STEP counts Step {
            before_step;
            after_step;
        }
    }
}

fn main() {
    let mut plan = Plan::<Newton>::new();
    plan.add(EarlyStopping::minimize("error"));
}
