#[allow(non_camel_case_types, dead_code)]
mod taken {
    use callbacks::prelude::*;

    struct f64;
    struct str;
    struct u32;
    struct bool;

    #[derive(Default)]
    struct Log;

    #[callback(weight = 10, name = "log")]
    impl Log {
        fn on_epoch_end(&self) {}
    }

    breakpoints! {
        loop Drive {
            scope RUN { on_run_begin; on_run_end; }
        }
    }
}

fn main() {}
