use callbacks::prelude::*;

struct Log<const N: usize>;

#[callback(discover = false)]
impl<const N: usize> Log<N> {
    fn on_epoch_end(&self) {}
}

fn main() {}
