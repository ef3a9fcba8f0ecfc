//! Stochastic gradient descent, with momentum.

use super::state::{
    NOT_NEGATIVE, Optimized, by_index, check_setting, is_not_negative, optimize, persist_moment,
};
use crate::candle::parameters::named_variables;
use callback_runtime::persist::Fields;
use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};
use candle_nn::VarMap;

/// Stochastic gradient descent with momentum, dampening, Nesterov's momentum and weight decay, as `torch.optim.SGD` computes it.
///
/// The momentum of a variable is a tensor on its device. [`persist`](Self::persist) names it, so that a saved run has it. A variable without
/// a gradient stays as it is, and so does its momentum.
///
/// Source: the algorithm in the documentation of `PyTorch`, <https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html>.
///
/// ```
/// use callbacks::candle::Sgd;
/// use candle_core::{Device, Var};
///
/// let x = Var::new(1.0_f64, &Device::Cpu)?;
/// let mut optimizer = Sgd::new(vec![x.clone()]).momentum(0.5);
/// for _ in 0..2 {
///     let slope_of_one = x.affine(1.0, 0.0)?;
///     optimizer.step(&slope_of_one.backward()?, 0.25)?;
/// }
/// // 1 − 0.25 · 1 − 0.25 · (0.5 · 1 + 1)
/// assert_eq!(x.to_scalar::<f64>()?, 0.375);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sgd {
    /// Each variable with its momentum. Nothing before the first gradient.
    variables: Vec<Optimized<Option<Tensor>>>,
    momentum: f64,
    dampening: f64,
    is_nesterov: bool,
    decay: f64,
}

impl Sgd {
    /// Optimises these variables. The name of a variable is its index.
    pub fn new(variables: Vec<Var>) -> Self {
        Self::named(by_index(variables))
    }

    /// Optimises these variables, with their names.
    ///
    /// ```
    /// use callbacks::candle::Sgd;
    /// use candle_core::{Device, Var};
    ///
    /// let slope = Var::new(3.0_f64, &Device::Cpu)?;
    /// let optimizer = Sgd::named(vec![("slope".to_owned(), slope)]);
    /// # let _ = optimizer;
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn named(variables: Vec<(String, Var)>) -> Self {
        Self {
            variables: optimize(variables),
            momentum: 0.0,
            dampening: 0.0,
            is_nesterov: false,
            decay: 0.0,
        }
    }

    /// Optimises all variables of a map, with their names. Fails if a thread panicked while it used the map.
    ///
    /// ```
    /// use callbacks::candle::Sgd;
    /// use candle_core::{DType, Device};
    /// use candle_nn::{VarBuilder, VarMap, linear};
    ///
    /// let variables = VarMap::new();
    /// let _layer = linear(2, 1, VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
    /// let optimizer = Sgd::of_map(&variables)?.momentum(0.9);
    /// # let _ = optimizer;
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn of_map(variables: &VarMap) -> Result<Self> {
        Ok(Self::named(named_variables(variables)?))
    }

    /// Sets the momentum, 0 by default.
    ///
    /// ```
    /// # use callbacks::candle::Sgd;
    /// let optimizer = Sgd::new(Vec::new()).momentum(0.9);
    /// # let _ = optimizer;
    /// ```
    pub const fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Sets the dampening: the share of a gradient that the momentum does not take, 0 by default.
    ///
    /// ```
    /// # use callbacks::candle::Sgd;
    /// let optimizer = Sgd::new(Vec::new()).momentum(0.9).dampening(0.1);
    /// # let _ = optimizer;
    /// ```
    pub const fn dampening(mut self, dampening: f64) -> Self {
        self.dampening = dampening;
        self
    }

    /// Uses Nesterov's momentum, which needs a momentum and no dampening.
    ///
    /// ```
    /// # use callbacks::candle::Sgd;
    /// let optimizer = Sgd::new(Vec::new()).momentum(0.9).nesterov();
    /// # let _ = optimizer;
    /// ```
    pub const fn nesterov(mut self) -> Self {
        self.is_nesterov = true;
        self
    }

    /// Sets the weight decay, which is added to the gradients; 0 by default.
    ///
    /// ```
    /// # use callbacks::candle::Sgd;
    /// let optimizer = Sgd::new(Vec::new()).weight_decay(1e-4);
    /// # let _ = optimizer;
    /// ```
    pub const fn weight_decay(mut self, decay: f64) -> Self {
        self.decay = decay;
        self
    }

    /// Makes a step with these gradients, such as those of [`Gradients::store`](crate::candle::Gradients::store). All arithmetic is on the
    /// devices of the variables. An `Err` names a setting that is not valid, or the variable whose gradient does not fit.
    pub fn step(&mut self, gradients: &GradStore, learning_rate: f64) -> Result<()> {
        self.check(learning_rate)?;
        let mut variables = std::mem::take(&mut self.variables);
        let mut each = variables.iter_mut();
        let stepped = each.try_for_each(|variable| {
            variable.step(gradients, |present, gradient, momentum| {
                let direction = self.direction(&present, gradient, momentum)?;
                present - (direction * learning_rate)?
            })
        });
        self.variables = variables;
        stepped
    }

    /// Updates the momentum of a variable, and returns what its step subtracts, without the learning rate.
    fn direction(
        &self,
        present: &Tensor,
        gradient: Tensor,
        momentum: &mut Option<Tensor>,
    ) -> Result<Tensor> {
        let gradient = if self.decay > 0.0 {
            (gradient + (present * self.decay)?)?
        } else {
            gradient
        };
        if self.momentum <= 0.0 {
            return Ok(gradient);
        }
        let next = match momentum {
            Some(momentum) => {
                ((&*momentum * self.momentum)? + (&gradient * (1.0 - self.dampening))?)?
            }
            None => gradient.clone(),
        };
        *momentum = Some(next.clone());
        if self.is_nesterov {
            gradient + (next * self.momentum)?
        } else {
            Ok(next)
        }
    }

    fn check(&self, learning_rate: f64) -> Result<()> {
        for (name, value) in [
            ("momentum", self.momentum),
            ("weight_decay", self.decay),
            ("learning_rate", learning_rate),
        ] {
            check_setting(is_not_negative(value), name, value, NOT_NEGATIVE)?;
        }
        let dampening = self.dampening;
        check_setting(
            dampening.is_finite(),
            "dampening",
            dampening,
            "give a finite one",
        )?;
        let has_momentum = !self.is_nesterov || self.momentum > 0.0;
        let remedy = "Nesterov's momentum needs one above 0";
        check_setting(has_momentum, "momentum", self.momentum, remedy)?;
        let is_undamped = !self.is_nesterov || dampening == 0.0;
        let remedy = "Nesterov's momentum needs one of 0";
        check_setting(is_undamped, "dampening", dampening, remedy)
    }

    /// Names the momentum of each variable for a saved run: `momentum` below the name of the variable. By convention a learner saves its
    /// optimiser below `optimizer`.
    ///
    /// ```
    /// use callbacks::candle::Sgd;
    /// use callbacks::persist::Fields;
    /// use candle_core::{Device, Var};
    ///
    /// let slope = Var::new(3.0_f64, &Device::Cpu)?;
    /// let mut optimizer = Sgd::named(vec![("slope".to_owned(), slope)]).momentum(0.9);
    /// let names = Fields::names(|fields| fields.nested("optimizer", |fields| optimizer.persist(fields)));
    /// assert_eq!(names, ["optimizer.slope.momentum"]);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn persist(&mut self, fields: &mut Fields<'_>) {
        for Optimized {
            name,
            variable,
            memory,
        } in &mut self.variables
        {
            fields.nested(name, |fields| {
                persist_moment("momentum", memory, variable, fields);
            });
        }
    }
}
