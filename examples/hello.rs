//! The smallest callback: luz's print callback. Run it with `cargo run --example hello`.

#[allow(
    clippy::cast_precision_loss,
    unreachable_pub,
    reason = "a batch has a handful of points; the file is an example in the documentation, too"
)]
#[path = "hello/line.rs"]
mod line;

use callbacks::prelude::*;
use line::{Line, Points};

/// Says what happens while it happens.
struct Print {
    greeting: String,
}

#[callback]
impl Print {
    fn on_train_batch_end(&self, iteration: &Iteration, loss: &Loss) {
        println!("  iteration {iteration}: loss {loss:.4}");
    }

    fn on_epoch_end(&mut self, epoch: &Epoch) {
        println!("{}, epoch {epoch} is done", self.greeting);
    }
}

fn main() -> Result<(), BoxError> {
    let points = vec![
        Points(vec![(1.0, 2.0), (2.0, 4.0)]),
        Points(vec![(-1.0, -2.0), (3.0, 6.0)]),
    ];
    let mut trainer = Trainer::new(Line { slope: 0.0 })
        .epochs(3)
        .learning_rate(0.05)
        .callback(Print {
            greeting: "hello".into(),
        });
    let fitted = trainer.fit(points)?;
    println!(
        "{}: the slope is {:.3}",
        fitted.outcome, fitted.learner.slope
    );
    fitted.outcome.ok()?;
    Ok(())
}
