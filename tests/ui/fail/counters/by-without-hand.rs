use callbacks::prelude::*;

breakpoints! {
    loop Relax with Step as steps by Relax {
        scope STEP { before_step; after_step; }
    }
}

fn main() {}
