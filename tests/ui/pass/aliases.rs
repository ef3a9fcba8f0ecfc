use callbacks::prelude::*;

mod mine {
    use callbacks::prelude::*;

    breakpoints! {
        /// A loop with names of other frameworks.
        pub loop Relax with Step as steps {
            scope RUN {
                on_run_begin;
                phase WARM { on_warm_begin; on_warm_step; on_warm_end; }
                scope STEP counts Step { before_step; after_step completes Step; }
                on_run_end;
            }
            stop => on_stop;

            aliases "ASE", "LAMMPS" {
                on_start, begin => on_run_begin;
                on_each => on_step, "in each phase";
                differs on_stop => on_run_end, "a stop is its end there";
                min_style => "choose the method where you make the loop";
            }
        }
    }
}

use callbacks::Loop;
use mine::Relax;

struct Log;

#[callback(Relax, Fit, register = false)]
impl Log {
    fn after_step(&self) {}
    fn on_epoch_end(&self) {}
}

fn main() {
    assert_eq!(Relax::ALIASES.len(), 10);
    let note = Relax::ALIASES.iter().find(|alias| alias.name() == "min_style").unwrap();
    assert_eq!(note.to_string(), "`min_style` of ASE has no breakpoint here; choose the method where you make the loop");
    let explanation = Plan::<Relax>::new().explain(&State::new()).unwrap();
    assert_eq!(explanation.aliases("stop").count(), 2);
    Plan::<Relax>::new().add(Log);
}
