use callbacks::prelude::*;

struct Log<'a>(&'a str);

#[callback(register = false)]
impl<'a> Log<'a> {
    fn on_epoch_end(&self) {}
}

fn main() {}
