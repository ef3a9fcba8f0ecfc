//! The moments of Adam and `AdamW`, and their step.

use super::state::{
    NOT_NEGATIVE, Optimized, check_setting, is_not_negative, optimize, persist_moment,
};
use callback_runtime::persist::Fields;
use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// An optimiser with two moments of each gradient.
#[derive(Debug, Clone)]
pub(super) struct Adaptive {
    variables: Vec<Optimized<Moments>>,
    /// The number of steps so far, by which the bias of the moments is corrected.
    steps: u64,
    pub(super) betas: (f64, f64),
    pub(super) epsilon: f64,
    pub(super) decay: Decay,
}

/// What the weight decay changes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decay {
    /// The gradients: Adam.
    OfGradients(f64),
    /// The parameters: `AdamW`.
    OfParameters(f64),
}

/// The means of the gradients of a variable and of their squares. Nothing stands for zeros, before the first gradient.
#[derive(Debug, Clone, Default)]
struct Moments {
    first: Option<Tensor>,
    second: Option<Tensor>,
}

impl Adaptive {
    pub(super) fn new(variables: Vec<(String, Var)>, decay: Decay) -> Self {
        Self {
            variables: optimize(variables),
            steps: 0,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            decay,
        }
    }

    pub(super) const fn steps(&self) -> u64 {
        self.steps
    }

    pub(super) fn step(&mut self, gradients: &GradStore, rate: f64) -> Result<()> {
        self.check(rate)?;
        self.steps = self.steps.saturating_add(1);
        let step = self.at_step(rate);
        let mut variables = self.variables.iter_mut();
        variables.try_for_each(|variable| {
            variable.step(gradients, |present, gradient, moments| {
                step.update(&present, gradient, moments)
            })
        })
    }

    fn at_step(&self, rate: f64) -> Step {
        let exponent = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let (beta1, beta2) = self.betas;
        Step {
            betas: self.betas,
            scales: (
                1.0 / (1.0 - beta1.powi(exponent)),
                1.0 / (1.0 - beta2.powi(exponent)),
            ),
            epsilon: self.epsilon,
            decay: self.decay,
            rate,
        }
    }

    fn check(&self, rate: f64) -> Result<()> {
        let (beta1, beta2) = self.betas;
        let is_beta = |beta: &f64| (0.0..1.0).contains(beta);
        let (Decay::OfGradients(decay) | Decay::OfParameters(decay)) = self.decay;
        let remedy = "give one from 0 to below 1";
        check_setting(is_beta(&beta1), "beta1", beta1, remedy)?;
        check_setting(is_beta(&beta2), "beta2", beta2, remedy)?;
        for (name, value) in [
            ("epsilon", self.epsilon),
            ("weight_decay", decay),
            ("learning_rate", rate),
        ] {
            check_setting(is_not_negative(value), name, value, NOT_NEGATIVE)?;
        }
        Ok(())
    }

    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("steps", &mut self.steps);
        for Optimized {
            name,
            variable,
            memory,
        } in &mut self.variables
        {
            fields.nested(name, |fields| {
                persist_moment("first_moment", &mut memory.first, variable, fields);
                persist_moment("second_moment", &mut memory.second, variable, fields);
            });
        }
    }
}

/// The numbers of one step.
struct Step {
    betas: (f64, f64),
    /// What corrects the bias of the two moments.
    scales: (f64, f64),
    epsilon: f64,
    decay: Decay,
    rate: f64,
}

impl Step {
    /// Updates the moments, and returns the next value of the variable. The operations are those of candle's `AdamW`, in their order, so
    /// that the results are the same to the bit.
    fn update(&self, present: &Tensor, gradient: Tensor, moments: &mut Moments) -> Result<Tensor> {
        let gradient = match self.decay {
            Decay::OfGradients(decay) if decay > 0.0 => (gradient + (present * decay)?)?,
            _ => gradient,
        };
        let (beta1, beta2) = self.betas;
        let first = mean(moments.first.as_ref(), &gradient, beta1)?;
        let second = mean(moments.second.as_ref(), &gradient.sqr()?, beta2)?;
        let direction =
            ((&first * self.scales.0)? / ((&second * self.scales.1)?.sqrt()? + self.epsilon)?)?;
        let decayed = match self.decay {
            Decay::OfParameters(decay) => (present * (1.0 - self.rate * decay))?,
            Decay::OfGradients(_) => present.clone(),
        };
        let next = (decayed - (direction * self.rate)?)?;
        (moments.first, moments.second) = (Some(first), Some(second));
        Ok(next)
    }
}

/// Returns `beta · before + (1 − beta) · new`.
fn mean(before: Option<&Tensor>, new: &Tensor, beta: f64) -> Result<Tensor> {
    let before = match before {
        Some(before) => before.clone(),
        None => new.zeros_like()?,
    };
    (before * beta)? + (new * (1.0 - beta))?
}
