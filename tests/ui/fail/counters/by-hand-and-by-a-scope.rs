use callbacks::prelude::*;

breakpoints! {
    loop Relax with Step as steps by hand {
        scope STEP counts Step { before_step; after_step; }
    }
}

fn main() {}
