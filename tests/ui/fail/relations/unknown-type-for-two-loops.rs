use callbacks::prelude::*;

struct Log;
#[derive(Default)]
struct Record;
breakpoints! { loop Relax { scope RUN { on_epoch_begin; on_epoch_end; } } }

#[callback(Fit, Relax, after(Nobody), provides(Record))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
