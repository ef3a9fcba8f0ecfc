use callbacks::breakpoints;

pub struct Step(u64);

impl callbacks::Counter for Step {
    fn count(&self) -> callbacks::Count<'_> {
        callbacks::Count::Whole(&self.0)
    }
}

breakpoints! {
    loop Drive with Step as steps by hand, u64 as steps by hand {
        scope RUN { on_run_begin; on_run_end; }
    }
}

fn main() {}
