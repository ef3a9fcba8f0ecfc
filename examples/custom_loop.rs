//! A loop of your own: three lines declare its breakpoints. Run it with `cargo run --example custom_loop`.

use callbacks::prelude::*;

breakpoints! {
    /// Newton's method for a square root.
    pub loop Newton with Guess { scope RUN { on_run_begin; scope STEP { before_step; after_step; } on_run_end; } }
}

/// The number so far.
#[derive(Debug)]
pub struct Guess(f64);

/// Prints each guess, and stops when nothing changes any more.
#[derive(Default)]
struct Watch {
    last: f64,
}

#[callback(Newton)]
impl Watch {
    fn after_step(&mut self, guess: &Guess) -> Flow {
        println!("{:.15}", guess.0);
        let change = (guess.0 - std::mem::replace(&mut self.last, guess.0)).abs();
        if change < 1e-12 {
            Flow::stop("nothing changes any more")
        } else {
            Flow::Continue
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut state = State::new();
    state.insert(Guess(1.0));

    let mut plan = Plan::<Newton>::new();
    plan.add(Watch::default());

    let outcome = plan.run(&mut state, |run| {
        run.scope(Newton::RUN, |run| {
            for _ in 0..100 {
                run.scope(Newton::STEP, |run| {
                    if let Some(Guess(x)) = run.state().get_mut() {
                        *x = f64::midpoint(*x, 2.0 / *x);
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    println!("{outcome}");
    outcome.ok()?;
    Ok(())
}
