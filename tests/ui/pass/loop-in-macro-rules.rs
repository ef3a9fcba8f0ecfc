use callbacks::prelude::*;

pub mod library {
    callbacks::breakpoints! {
        pub loop Walk {
            scope RUN { on_run_begin; on_run_end; }
        }
    }

    #[macro_export]
    macro_rules! quiet_callback {
        ($name:ident) => {
            #[callback($crate::library::Walk)]
            impl $name {
                fn on_run_end(&self) {}
            }
        };
    }
}

#[derive(Default)]
struct Log;
quiet_callback!(Log);

fn main() {
    Plan::<library::Walk>::new().add(Log);
}
