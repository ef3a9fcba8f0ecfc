use callbacks::breakpoints;
use callbacks::driver::Time;

breakpoints! {
    loop Relax with Time as time {
        scope STEP { before_step; after_step; }
    }
}

fn main() {}
