//! Gradients that are added over a group of batches, for one update with their mean.

use crate::Gradients;
use callback_runtime::BoxError;

/// Says that no group of a pass is complete, and that all of them are dropped.
pub(super) fn drops_all(batches: u64) -> String {
    format!(
        "the training pass has fewer than the {batches} batches of `accumulate({batches})`, and `drop_last_group` drops them, so that nothing \
         is updated"
    )
}

/// What to write instead.
pub(super) const DROPS_ALL_REMEDY: &str =
    "accumulate over fewer batches, or leave `drop_last_group` out";

/// How a trainer accumulates gradients. It keeps two functions of the gradients, since only those of some learners have them.
pub(super) struct Accumulation<G> {
    /// The number of batches of a group.
    pub(super) batches: u64,
    add_scaled: fn(&mut G, &G, f64) -> Result<(), BoxError>,
    scale: fn(&mut G, f64) -> Result<(), BoxError>,
}

impl<G: Gradients> Accumulation<G> {
    pub(super) fn new(batches: u64) -> Self {
        Self {
            batches,
            add_scaled: G::add_scaled,
            scale: G::scale,
        }
    }
}

impl<G> Accumulation<G> {
    /// Returns what is wrong with the settings, if anything is.
    pub(super) fn problem(&self, has_own_step: bool) -> Option<String> {
        if self.batches == 0 {
            return Some("`accumulate` has groups of 0 batches; give 1 or more".into());
        }
        (self.batches > 1 && has_own_step).then(|| {
            "`accumulate` adds gradients, and the learner has a step of its own, without gradients; \
             accumulate in that step"
                .into()
        })
    }
}

impl<G> Clone for Accumulation<G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Accumulation<G> {}

/// The group of batches since the last update.
pub(super) struct Group<G> {
    accumulation: Accumulation<G>,
    /// Whether the last group of an epoch is stepped if it is incomplete.
    pub(super) steps_incomplete: bool,
    /// The sums of the optimisers, in their order.
    sums: Vec<Option<GradientSum<G>>>,
    /// The gradients of the batch under way, until they are complete.
    staged: Vec<G>,
    /// The number of samples of the batch under way.
    samples: u64,
    /// Whether the batch under way is the last one of its epoch.
    is_last: bool,
}

/// The gradients of one optimiser: `Σ samples · gradients / first_samples`.
struct GradientSum<G> {
    gradients: G,
    batches: u64,
    /// The number of samples of the first batch that had any.
    first_samples: f64,
    samples: f64,
}

impl<G> Group<G> {
    pub(super) fn new(accumulation: Accumulation<G>, steps_incomplete: bool) -> Self {
        Self {
            accumulation,
            steps_incomplete,
            sums: Vec::new(),
            staged: Vec::new(),
            samples: 0,
            is_last: false,
        }
    }

    pub(super) fn begin_batch(&mut self, samples: u64, is_last: bool) {
        self.samples = samples;
        self.is_last = is_last;
        self.staged.clear();
    }

    /// Returns what to say of a pass of this many batches, if none of its groups is stepped.
    pub(super) fn remark(&self, batches: u64) -> Option<String> {
        let each = self.accumulation.batches;
        let is_dropped = !self.steps_incomplete && batches > 0 && batches < each;
        is_dropped.then(|| drops_all(each))
    }

    /// Whether the batch under way was the last one of its epoch, and the group has batches that are to be stepped all the same.
    pub(super) fn has_rest(&self) -> bool {
        self.is_last && self.steps_incomplete && !self.is_taken()
    }

    /// Whether the batch under way completes the group.
    pub(super) fn completes(&self) -> bool {
        let first = self.sums.first().and_then(Option::as_ref);
        let batches = first.map_or(0, |sum| sum.batches);
        batches.saturating_add(1) >= self.accumulation.batches
            || (self.is_last && self.steps_incomplete)
    }

    /// Whether the first optimiser has taken its sum, so that the update has begun.
    pub(super) fn is_taken(&self) -> bool {
        self.sums.first().is_none_or(Option::is_none)
    }

    pub(super) fn clear(&mut self) {
        self.sums.clear();
    }

    /// Keeps the gradients of the batch under way for the next optimiser, until those of all of them are there.
    pub(super) fn stage(&mut self, gradients: G) {
        self.staged.push(gradients);
    }

    /// Adds the gradients of the batch under way, which are complete.
    pub(super) fn add_staged(&mut self) -> Result<(), BoxError> {
        let mut staged = std::mem::take(&mut self.staged);
        let mut each = staged.drain(..).enumerate();
        each.try_for_each(|(optimizer, gradients)| self.add(optimizer, gradients))?;
        drop(each);
        self.staged = staged;
        Ok(())
    }

    /// Adds the gradients of a batch for one optimiser.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch has fewer than 2^53 samples"
    )]
    pub(super) fn add(&mut self, optimizer: usize, gradients: G) -> Result<(), BoxError> {
        if self.sums.len() <= optimizer {
            self.sums.resize_with(optimizer + 1, || None);
        }
        let samples = self.samples as f64;
        match &mut self.sums[optimizer] {
            Some(sum) => sum.add(gradients, samples, self.accumulation.add_scaled),
            none => {
                *none = Some(GradientSum {
                    gradients,
                    batches: 1,
                    first_samples: samples,
                    samples,
                });
                Ok(())
            }
        }
    }

    /// Takes the mean of the gradients over the samples of the group, for one optimiser.
    pub(super) fn take(&mut self, optimizer: usize) -> Result<Option<G>, BoxError> {
        let Some(mut sum) = self.sums.get_mut(optimizer).and_then(Option::take) else {
            return Ok(None);
        };
        // The mean over one batch is its gradients, to the bit.
        if sum.samples > sum.first_samples {
            (self.accumulation.scale)(&mut sum.gradients, sum.first_samples / sum.samples)?;
        }
        Ok(Some(sum.gradients))
    }
}

impl<G> GradientSum<G> {
    /// Adds the gradients of a batch. Those of a batch without samples change nothing.
    fn add(
        &mut self,
        gradients: G,
        samples: f64,
        add_scaled: fn(&mut G, &G, f64) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        self.batches += 1;
        if samples <= 0.0 {
            return Ok(());
        }
        if self.samples <= 0.0 {
            self.gradients = gradients;
            self.first_samples = samples;
        } else {
            add_scaled(
                &mut self.gradients,
                &gradients,
                samples / self.first_samples,
            )?;
        }
        self.samples += samples;
        Ok(())
    }
}
