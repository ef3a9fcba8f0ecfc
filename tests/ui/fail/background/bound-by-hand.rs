use callbacks::prelude::*;

struct Save;

impl Save {
    fn halve(&self, _: &mut LearningRate) {}
}

impl Callback<Fit> for Save {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_background(Fit::on_epoch_end, Self::halve);
    }
}

fn main() {}
