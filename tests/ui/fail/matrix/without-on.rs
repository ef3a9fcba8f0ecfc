use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn epoch_end(&self) {}
    pub fn train_batch_end(&mut self, _loss: &Loss) {}
    fn batch_end(&self) {}
    fn enter(&self) {}
    #[allow(non_snake_case)]
    fn onEpochBegin(&self) {}
    #[every(epochs = 2)]
    fn valid_end(&self) {}
}

fn main() {}
