use callbacks::prelude::*;

struct Log;
struct Record;
breakpoints! { loop Relax { scope RUN { on_epoch_begin; on_epoch_end; } } }

#[callback(Fit, Relax, provides(Record))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
