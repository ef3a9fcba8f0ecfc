//! The checks of a trainer's settings. Their problems are reported with those of the plan.

use super::{RunMode, Trainer};
use crate::fit::accumulation::{DROPS_ALL_REMEDY, drops_all};
use crate::fit::{Learner, LearningRate, OwnStep};
use callback_runtime::__private::catch;
use callback_runtime::persist::Fields;
use std::any::{TypeId, type_name};

/// What a learner says of its training.
#[derive(Default)]
pub(super) struct LearnerInfo {
    pub(super) optimizers: &'static [&'static str],
    pub(super) groups: &'static [&'static str],
    pub(super) own_step: Option<OwnStep>,
}

impl<M: Learner> Trainer<M> {
    /// Returns what the learner says of its training, or a problem if its code panics.
    pub(super) fn learner_info(&self) -> Result<LearnerInfo, String> {
        let info = catch(|| LearnerInfo {
            optimizers: self.learner.optimizers(),
            groups: self.learner.parameter_groups(),
            own_step: self.learner.own_step(),
        });
        info.map_err(|_| "its `optimizers`, `parameter_groups` or `own_step` panicked".to_owned())
    }

    /// Refuses a checkpoint of a learner that names nothing.
    pub(super) fn check_persist(&mut self) -> Option<String> {
        if !self.plan.has_receivers() && self.plan.saved_run().is_none() {
            return None;
        }
        // A panic comes again where the run is saved, and is reported there.
        let names = catch(|| Fields::names(|fields| self.learner.persist_fields(fields)));
        let is_empty = names.is_ok_and(|names| names.is_empty());
        is_empty.then(|| {
            "saves its runs, and the learner names nothing to save; name its parameters and what its optimisers remember in \
             `fn persist_fields(&mut self, fields: &mut Fields<'_>)` of its `impl Learner`"
                .to_owned()
        })
    }

    /// Returns the problems of the settings, as far as they concern this kind of run.
    pub(super) fn check_settings(
        &self,
        info: &LearnerInfo,
        mode: RunMode,
        batches: Option<u64>,
    ) -> Vec<String> {
        let mut problems = check_types::<M>();
        problems.extend(check_data(mode, batches));
        if mode != RunMode::Fit {
            return problems;
        }
        problems.extend(self.check_valid());
        problems.extend(batches.and_then(|batches| self.check_groups(batches)));
        problems.extend(self.epochs.problem());
        let has_own_step = info.own_step.is_some();
        problems.extend(
            self.accumulation
                .and_then(|each| each.problem(has_own_step)),
        );
        if info.own_step.is_none() {
            problems.extend(check_optimizers(info.optimizers));
            problems.extend(self.check_names_of_rates(info));
        }
        // A step of the learner's own may read the rate, too.
        let rates = self.learning_rate.iter();
        problems.extend(rates.filter_map(|(_, rate)| LearningRate::problem(rate)));
        problems
    }

    fn check_names_of_rates(&self, info: &LearnerInfo) -> Vec<String> {
        let names = [info.optimizers, info.groups].concat();
        let rates = self.learning_rate.iter();
        let unknown = rates.filter_map(|(name, _)| name.filter(|name| !names.contains(name)));
        let all = LearningRate::list(info.optimizers, info.groups);
        unknown
            .map(|name| format!("a learning rate for `{name}`; {all}"))
            .collect()
    }

    /// Refuses `.valid(vec![])`.
    fn check_valid(&self) -> Option<String> {
        let batches = self.valid.as_ref()?.known_len();
        (batches == Some(0)).then(|| {
            "the validation data has no batch; give `.valid(…)` at least one, or leave it out"
                .into()
        })
    }

    /// Refuses `.accumulate(4).drop_last_group()` for 3 batches.
    fn check_groups(&self, batches: u64) -> Option<String> {
        let per_step = self.batches_per_step();
        (batches > 0 && per_step.steps_of(batches) == 0)
            .then(|| format!("{}; {DROPS_ALL_REMEDY}", drops_all(per_step.get())))
    }
}

/// Refuses `trainer.fit(vec![])`. A prediction of nothing is no mistake.
fn check_data(mode: RunMode, batches: Option<u64>) -> Option<String> {
    let data = match mode {
        RunMode::Fit => "the training data",
        RunMode::Evaluate => "the data of the evaluation",
        RunMode::Predict => return None,
    };
    (batches == Some(0)).then(|| format!("{data} has no batch; give it at least one"))
}

/// Refuses a learner whose `optimizers` returns `&[]` or `&["main", "main"]`.
fn check_optimizers(optimizers: &[&str]) -> Vec<String> {
    if optimizers.is_empty() {
        return vec!["`optimizers` names none, so that nothing is trained; name one".into()];
    }
    let is_repeated = |index: &usize| optimizers[..*index].contains(&optimizers[*index]);
    (0..optimizers.len())
        .filter(is_repeated)
        .map(|index| {
            format!(
                "two optimisers are called `{}`; give each a name of its own",
                optimizers[index]
            )
        })
        .collect()
}

/// Refuses `type Batch = Tensor; type Prediction = Tensor;`: state has one value per type.
fn check_types<M: Learner>() -> Vec<String> {
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
    let mut problems = Vec::new();
    for (index, (second, id, type_name)) in types.iter().enumerate() {
        if let Some((first, ..)) = types[..index].iter().find(|(_, other, _)| other == id) {
            problems.push(format!(
                "its `{first}` and its `{second}` are both `{type_name}`, and state has one value per type; \
                 wrap one of them in a struct"
            ));
        }
    }
    problems
}
