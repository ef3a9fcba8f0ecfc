use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(epoch_edn, fit_bgin)]
    fn print(&self) {}
}

fn main() {}
