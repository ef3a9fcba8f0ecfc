use callbacks::breakpoints;
use callbacks::driver::Time;

breakpoints! {
    loop Newton with Time as time {
        scope STEP counts Time {
            before_step;
            after_step;
        }
    }
}

fn main() {}
