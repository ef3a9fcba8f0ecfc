use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn forward_pre_hook(&self) {}
    fn forward_hook(&self) {}
    fn full_backward_pre_hook(&self) {}
    fn backward_hook(&self) {}
    fn full_backward_hook(&self) {}
    fn step_pre_hook(&self) {}
    fn optimizer_step_pre_hook(&self) {}
    fn step_post_hook(&self) {}
    fn optimizer_step_post_hook(&self) {}
    fn zero_grad(&self) {}
}

fn main() {}
