use callbacks::prelude::*;

#[derive(Default)]
pub struct Log {
    pub lines: Vec<String>,
}

#[callback(register = false, declare = Self::setup)]
impl Log {
    fn on_epoch_end(&mut self) {
        self.epoch_end();
        Self::forward(self);
    }

    #[every(when = Self::begin)]
    fn on_train_batch_end(&self) {}

    fn epoch_end(&mut self) {
        self.lines.push("epoch".into());
    }

    fn forward(&self) {}

    fn begin(_at: &callbacks::Position) -> bool {
        true
    }

    fn setup(&self, info: callbacks::CallbackInfo) -> callbacks::CallbackInfo {
        info
    }

    pub fn stop(&self) {}

    pub fn end(&self) {}

    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    fn started() -> Self {
        Self::default()
    }
}

/// A function that is no handler is in another block.
impl Log {
    pub fn training_step(&self) {}

    pub fn batch_end(&self) {}
}

fn main() {
    let log = Log::started();
    log.stop();
    log.end();
    log.training_step();
    log.batch_end();
    Plan::<Fit>::new().add(log).named("log");
}
