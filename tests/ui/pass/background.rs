use callbacks::prelude::*;

struct Save<T>(T);

#[callback(Fit, background, register = false)]
impl<T: 'static> Save<T> {
    fn on_enter(&mut self, mut ctx: Ctx<'_>) {
        ctx.insert(1_u8);
    }

    #[on(epoch_end)]
    fn save<'a>(&mut self, epoch: &'a Epoch, note: Option<&'a u8>) -> Result<(), std::fmt::Error> {
        println!("{epoch} {note:?}");
        Ok(())
    }

    #[cfg(any())]
    fn on_train_end(&self, nothing: &mut Nothing) {}

    fn on_train_batch_end(&self) {}

    #[on(stop)]
    fn stopped(&self, stop: &Stop) {
        println!("{stop}");
    }

    fn on_exit(&mut self, outcome: &Outcome, note: &mut u8) {
        println!("{outcome} {note}");
    }
}

fn main() {}
