use callbacks::prelude::*;

macro_rules! log {
    ($name:ident, $of:ty, $handler:ident, $state:ty, $weight:expr, $body:block) => {
        #[derive(Default)]
        struct $name;

        #[callback(weight = $weight)]
        impl $of {
            fn $handler(&self, _: &$state) $body
            fn on_fit_end(&self, mut _rate: &mut $state) {}
        }
    };
}

log!(Log, Log, on_epoch_end, Epoch, 10, {});
log!(Rate, Rate, on_epoch_begin, LearningRate, -2.0, {});

macro_rules! walk {
    ($name:ident, $($line:ident),*) => {
        breakpoints! {
            loop $name {
                scope RUN { $($line;)* }
            }
        }
    };
}

walk!(Walk, on_run_begin, on_run_end);
walk!(Run, on_run_begin, on_step, on_run_end);

#[derive(Default)]
struct Both;

#[callback(Walk, Run)]
impl Both {
    fn on_run_end(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
    plan.add(Rate);
    let mut plan = Plan::<Walk>::new();
    plan.add(Both);
}
