use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN {
            on_run_begin;
            #[cfg(test)]
            on_step;
            on_run_end;
        }
    }
}

fn main() {}
