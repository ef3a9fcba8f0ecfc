//! The variables of an optimiser with their names, and what it remembers of them.

use crate::candle::saved_tensors::{load_tensor, save_tensor};
use callback_runtime::persist::{Fields, SavedValue, SavedValueError};
use candle_core::backprop::GradStore;
use candle_core::{Error, Result, Tensor, Var};

/// A variable, and what an optimiser remembers of it.
#[derive(Debug, Clone)]
pub(super) struct Optimized<M> {
    pub(super) name: String,
    pub(super) variable: Var,
    pub(super) memory: M,
}

/// Gives variables their indices as names.
pub(super) fn by_index(variables: Vec<Var>) -> Vec<(String, Var)> {
    let variables = variables.into_iter().enumerate();
    variables
        .map(|(index, variable)| (index.to_string(), variable))
        .collect()
}

/// Begins without memory of the variables. Those of whole numbers are left out, as candle's optimisers do.
pub(super) fn optimize<M: Default>(variables: Vec<(String, Var)>) -> Vec<Optimized<M>> {
    let variables = variables.into_iter();
    let variables = variables.filter(|(_, variable)| variable.dtype().is_float());
    let optimized = variables.map(|(name, variable)| Optimized {
        name,
        variable,
        memory: M::default(),
    });
    optimized.collect()
}

impl<M> Optimized<M> {
    /// Sets the variable to what `update` makes of it, of its gradient and of the memory. A variable without a gradient, or
    /// without elements, stays.
    pub(super) fn step(
        &mut self,
        gradients: &GradStore,
        update: impl FnOnce(Tensor, Tensor, &mut M) -> Result<Tensor>,
    ) -> Result<()> {
        let has_elements = self.variable.elem_count() > 0;
        let Some(gradient) = gradients.get(&self.variable).filter(|_| has_elements) else {
            return Ok(());
        };
        // Without its graph, which would live as long as the memory.
        let (present, gradient) = (self.variable.as_detached_tensor(), gradient.detach());
        let next = update(present, gradient, &mut self.memory);
        let set = next.and_then(|next| self.variable.set(&next));
        set.map_err(|error| error.context(format!("the step of the variable `{}`", self.name)))
    }
}

/// Names a moment of a variable, which has the type and the shape of the variable; nothing before the first step that makes it.
pub(super) fn persist_moment(
    name: &str,
    moment: &mut Option<Tensor>,
    variable: &Var,
    fields: &mut Fields<'_>,
) {
    let save = |moment: &Option<Tensor>| match moment {
        Some(moment) => save_tensor(moment).map(SavedValue::Tensor),
        None => Ok(SavedValue::Null),
    };
    fields.field_with(name, moment, save, |moment, saved| {
        *moment = load_moment(&saved, variable)?;
        Ok(())
    });
}

fn load_moment(
    saved: &SavedValue,
    variable: &Var,
) -> std::result::Result<Option<Tensor>, SavedValueError> {
    match saved {
        SavedValue::Null => Ok(None),
        SavedValue::Tensor(saved) => load_tensor(saved, variable, variable.dtype()).map(Some),
        other => {
            let text = format!("it is {}, and not a tensor", other.kind());
            Err(SavedValueError::new(text))
        }
    }
}

/// Refuses a setting that is not valid.
pub(super) fn check_setting(is_valid: bool, name: &str, value: f64, remedy: &str) -> Result<()> {
    if is_valid {
        return Ok(());
    }
    Err(Error::msg(format!("`{name}` is {value}; {remedy}")))
}

/// What is right for a number that is not negative.
pub(super) const NOT_NEGATIVE: &str = "give one that is finite and not negative";

pub(super) fn is_not_negative(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}
