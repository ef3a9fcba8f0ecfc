use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; run_end; }
    }
}
struct Log;

#[callback(Drive)]
impl Log {
    fn on_run_end(&self) {}
}
fn main() {}
