use callbacks::prelude::*;

#[derive(Default)]
struct Log;

type Alias<'a> = &'a Epoch;

#[callback]
impl Log {
    fn on_epoch_begin(&self, epoch: Alias<'_>, at: &Breakpoint, step: Option<&Step>) {
        let _ = (epoch, at, step);
    }
    fn on_epoch_end(&self, mut log: LocalMut<'_, std::rc::Rc<u8>>, rate: Option<&mut LearningRate>) {
        *log = 1.into();
        let _ = rate;
    }
    fn on_fit_end(&self, ctx: Ctx) {
        let _ = ctx;
    }
    #[rustfmt::skip]
    fn on_fit_begin(
        &self,
        _: &u8, _: &u16, _: &u32, _: &u64, _: &i8, _: &i16,
        _: &i32, _: &i64, _: &f32, _: &f64, _: &char, _: &bool,
    ) -> Result<Flow, std::io::Error> {
        Ok(Flow::Continue)
    }
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
}
