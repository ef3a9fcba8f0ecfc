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

macro_rules! log_every {
    ($name:ident, $unit:ident, $value:expr, $other:tt, $when:expr) => {
        #[derive(Default)]
        struct $name {
            interval: u64,
        }

        #[callback]
        impl $name {
            #[every($unit = $value, steps = self.interval, first)]
            #[every(seconds = $other, offset = $value)]
            #[every(when = $when)]
            fn on_epoch_end(&self) {}
        }
    };
}

log_every!(Often, epochs, 2 + 1, 30, |_| true);
log_every!(Seldom, samples, 100, 0.5, |position| position.whole(callbacks::Unit::Steps).is_some());

macro_rules! counting {
    ($name:ident, $state:ty, $unit:ident) => {
        breakpoints! {
            loop $name with $state as $unit by hand {
                scope RUN { on_run_begin; on_run_end; }
            }
        }
    };
}

counting!(Sweeps, u64, steps);

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
    plan.add(Often { interval: 1 });
    plan.add(Seldom { interval: 1 });
    let mut plan = Plan::<Walk>::new();
    plan.add(Both);
    let _ = Sweeps;
}
