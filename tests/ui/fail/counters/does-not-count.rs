use callbacks::breakpoints;

pub struct Step(u64);

breakpoints! {
    loop Drive with Step as steps by hand {
        scope RUN { on_run_begin; on_run_end; }
    }
}

fn main() {}
