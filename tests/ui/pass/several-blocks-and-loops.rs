use callbacks::prelude::*;

mod walking {
    use callbacks::prelude::*;

    breakpoints! {
        pub loop Walk {
            scope RUN { on_run_begin; on_run_end; }
        }
    }
}
use walking::Walk;

#[derive(Default)]
struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) {}
}

#[callback(walking::Walk)]
impl Log {
    fn on_run_end(&self) {}
}

#[derive(Default)]
struct Both;

#[callback(Fit, Walk)]
impl Both {
    fn on_epoch_end(&self) {}
    #[on(run_begin, epoch_begin)]
    fn begin(&self) {}
    fn helper() -> usize {
        3
    }
    const ANY: [usize; 2] = { [1, 2] };
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
    plan.add(Both);
    let mut plan = Plan::<Walk>::new();
    plan.add(Log);
    plan.add(Both);
    assert_eq!(Both::helper() + Both::ANY[0], 4);
}
