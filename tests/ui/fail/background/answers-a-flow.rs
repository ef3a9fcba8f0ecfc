use callbacks::prelude::*;

struct Save;

#[callback(background)]
impl Save {
    fn on_epoch_end(&self, epoch: &Epoch) -> Flow {
        Flow::stop("saved")
    }
}

fn main() {}
