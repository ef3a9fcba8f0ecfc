use callbacks::prelude::*;

struct Log<'a>(&'a str);

#[callback]
impl Log<'_> {
    fn on_epoch_end(&self) {}
}

fn main() {}
