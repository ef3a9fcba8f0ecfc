use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _log: &mut std::rc::Rc<u8>) {}
}

fn main() {}
