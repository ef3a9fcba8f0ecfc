use callbacks::prelude::*;

breakpoints! {
    loop Relax {
        scope RUN { on_run_begin; on_run_end; }
        aliases "ASE", "LAMMPS" { on_relax_end => on_run_end, "after the last step"; min_style => "choose the method where you make the loop"; }
    }
}

struct Log;

#[callback(Relax)]
impl Log {
    fn on_relax_end(&self) {}
    fn min_style(&self) {}
}

fn main() {}
