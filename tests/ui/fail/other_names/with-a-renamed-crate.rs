use callbacks as hooks;

#[hooks::callback(crate = hooks)]
impl Log {
    fn on_train_start(&self) {}
}

struct Log;

fn main() {}
