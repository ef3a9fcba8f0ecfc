use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn begin(&self) {}
    fn after_create_session(&self) {}
    fn before_run(&self) {}
    fn after_run(&self) {}
    fn end(&self) {}
    fn before_save(&self) {}
    fn after_save(&self) {}
}

fn main() {}
