use callbacks::prelude::*;

use std::string::String as Log;


#[callback]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
