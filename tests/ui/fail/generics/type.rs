use callbacks::prelude::*;

struct Log<T>(T);

#[callback]
impl<T: 'static> Log<T> {
    fn on_epoch_end(&self) {}
}

fn main() {}
