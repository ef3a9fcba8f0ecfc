//! What is wrong with a trainer's settings, told with the other problems of the plan.

use super::{Errand, Trainer};
use crate::fit::{Learner, OwnStep};
use callback_runtime::__private::catch;
use std::any::{TypeId, type_name};


/// What a learner says of itself before anything runs.
#[derive(Default)]
pub(super) struct Known {
    pub(super) optimizers: &'static [&'static str],
    pub(super) own_step: Option<OwnStep>,
}

impl<M: Learner> Trainer<M> {
    /// Asks the learner, which is somebody's code.
    pub(super) fn known(&self) -> Result<Known, String> {
        let asked = catch(|| Known {
            optimizers: self.learner.optimizers(),
            own_step: self.learner.own_step(),
        });
        asked.map_err(|_| "its `optimizers` or `own_step` panicked".to_owned())
    }

    /// Each thing that is wrong with the settings, for what is asked.
    pub(super) fn wrong_settings(&self, known: &Known, errand: Errand) -> Vec<String> {
        let mut wrong = wrong_types::<M>();
        if errand != Errand::Fit {
            return wrong;
        }
        wrong.extend(self.wrong_epochs());
        if known.own_step.is_none() {
            wrong.extend(wrong_optimizers(known.optimizers));
            wrong.extend(self.wrong_rates(known.optimizers));
        }
        wrong
    }

    fn wrong_epochs(&self) -> Option<String> {
        let (min, max) = (self.epochs.min, self.epochs.max);
        (min > max).then(|| {
            format!(
                "at least {min} epochs and at most {max}; give `epochs` no less than `min_epochs`"
            )
        })
    }

    fn wrong_rates(&self, optimizers: &[&str]) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, rate) in self.learning_rate.each() {
            if let Some(name) = name.filter(|name| !optimizers.contains(name)) {
                let all = optimizers.join(", ");
                wrong.push(format!(
                    "a learning rate for `{name}`; the learner's optimisers are: {all}"
                ));
            }
            if !rate.is_finite() {
                wrong.push(format!("a learning rate of {rate}; give a finite one"));
            }
        }
        wrong
    }
}

fn wrong_optimizers(optimizers: &[&str]) -> Vec<String> {
    if optimizers.is_empty() {
        return vec!["`optimizers` names none, so that nothing is trained; name one".into()];
    }
    let repeated = |at: &usize| optimizers[..*at].contains(&optimizers[*at]);
    (0..optimizers.len())
        .filter(repeated)
        .map(|at| {
            format!(
                "two optimisers are called `{}`; give each a name of its own",
                optimizers[at]
            )
        })
        .collect()
}

/// State has one value per type.
fn wrong_types<M: Learner>() -> Vec<String> {
    let types = [
        ("Batch", TypeId::of::<M::Batch>(), type_name::<M::Batch>()),
        (
            "Prediction",
            TypeId::of::<M::Prediction>(),
            type_name::<M::Prediction>(),
        ),
        (
            "Gradients",
            TypeId::of::<M::Gradients>(),
            type_name::<M::Gradients>(),
        ),
    ];
    let mut wrong = Vec::new();
    for (at, (second, id, written)) in types.iter().enumerate() {
        if let Some((first, ..)) = types[..at].iter().find(|(_, other, _)| other == id) {
            wrong.push(format!(
                "its `{first}` and its `{second}` are both `{written}`, and state has one value per type; \
                 wrap one of them in a struct"
            ));
        }
    }
    wrong
}
