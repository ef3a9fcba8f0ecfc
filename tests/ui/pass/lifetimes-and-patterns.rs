use callbacks::prelude::*;

#[derive(Default)]
struct Log;

#[callback]
impl Log {
    fn on_epoch_begin<'a>(&'a mut self, epoch: &'a Epoch, rate: &'a mut LearningRate) {
        let _ = (epoch, rate);
    }
    fn on_epoch_end<'a, 'b: 'a>(&'a self, _: &'b Epoch, local: Local<'a, std::rc::Rc<u8>>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let _ = local;
        Ok(())
    }
    fn on_fit_end(&self, &(one, two): &(u8, u16), Pair { first, .. }: &Pair) {
        let _ = (one, two, first);
    }
    fn on_train_end(&self, dynamic: &for<'x> fn(&'x u8) -> &'x u8) {
        let _ = dynamic;
    }
}

struct Pair {
    first: u8,
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
}
