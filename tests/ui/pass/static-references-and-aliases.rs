use callbacks::prelude::*;

type LossRef<'a> = &'a Loss;

struct Log;

#[callback(register = false)]
impl Log {
    fn on_epoch_end(&self, _name: &&'static str, _names: Option<&&'static str>) {}
    fn on_train_batch_end(&self, _loss: Option<LossRef<'_>>) {}
    fn on_valid_batch_end(&self, _loss: std::option::Option<&Loss>, _maybe: &Option<u8>) {}
}

fn main() {
    Plan::<Fit>::new().add(Log);
}
