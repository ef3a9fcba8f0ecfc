use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn started(&self) {}
    fn epoch_started(&self) {}
    fn get_batch_started(&self) {}
    fn get_batch_completed(&self) {}
    fn iteration_started(&self) {}
    fn iteration_completed(&self) {}
    fn dataloader_stop_iteration(&self) {}
    fn epoch_completed(&self) {}
    fn completed(&self) {}
    fn exception_raised(&self) {}
    fn terminate(&self) {}
    fn terminate_single_epoch(&self) {}
}

fn main() {}
