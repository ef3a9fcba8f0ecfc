use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(train_epoch_end)]
    fn lightning(&self) {}
    #[on(EPOCH_COMPLETED, on_evaluate)]
    fn ignite_and_hugging_face(&self) {}
    #[on(after_batch, on_train_batch_end)]
    fn fastai(&self) {}
}

fn main() {}
