use callbacks::prelude::*;

breakpoints! {
    pub loop Relax with Step as steps {
        scope STEP counts Step {
            before_step;
            after_step completes Step measures;
        }
    }
}

fn main() {}
