use callbacks::prelude::*;

fn main() {
    breakpoints! {
        loop Walk {
            scope RUN { on_run_begin; on_run_end; }
        }
    }

    #[derive(Default)]
    struct Log;

    #[callback(Walk)]
    impl Log {
        fn on_run_end(&self) {}
    }

    let mut plan = Plan::<Walk>::new();
    plan.add(Log);

    #[derive(Default)]
    struct Last;

    #[callback]
    impl Last {
        fn on_epoch_end(&self) {}
    }
}
