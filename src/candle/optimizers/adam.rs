//! Adam and `AdamW`.

use super::adaptive::{Adaptive, Decay};
use super::state::by_index;
use crate::candle::parameters::named_variables;
use callback_runtime::persist::Fields;
use candle_core::backprop::GradStore;
use candle_core::{Result, Var};
use candle_nn::VarMap;

/// Adam (Kingma and Ba 2015), as `torch.optim.Adam` computes it: with the weight decay in the gradients. [`AdamW`] shrinks the parameters.
///
/// The moments are tensors on the device of each variable, of its type. [`persist`](Self::persist) names them, so that a saved run has
/// them; `candle_nn` hides those of its own optimiser. A variable without a gradient stays as it is, and so do its moments; the correction of
/// the bias counts all steps, as candle's does, and not those with a gradient of the variable, as `PyTorch` does.
///
/// Source: the algorithm in the documentation of `PyTorch`, <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html>.
///
/// ```
/// use callbacks::candle::Adam;
/// use candle_core::{Device, Var};
///
/// let weights = Var::new(&[3.0_f64, -4.0], &Device::Cpu)?;
/// let mut optimizer = Adam::new(vec![weights.clone()]);
/// let loss = weights.sqr()?.sum_all()?;
/// optimizer.step(&loss.backward()?, 0.5)?;
/// // The first step is as long as the rate, whatever the gradient is.
/// assert!((weights.to_vec1::<f64>()?[0] - 2.5).abs() < 1e-7);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Adam(Adaptive);

/// `AdamW` (Loshchilov and Hutter 2019), as `torch.optim.AdamW` computes it: each step first shrinks the parameters by
/// `learning rate · weight decay`. The weight decay is 0.01 by default. Otherwise it is [`Adam`].
///
/// The values are those of `candle_nn::AdamW`, to the bit.
///
/// Source: the algorithm in the documentation of `PyTorch`, <https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html>.
///
/// ```
/// use callbacks::candle::AdamW;
/// use candle_core::{Device, Var};
///
/// let weights = Var::new(&[3.0_f64, -4.0], &Device::Cpu)?;
/// let mut optimizer = AdamW::new(vec![weights.clone()]).weight_decay(0.1);
/// let loss = weights.sqr()?.sum_all()?;
/// optimizer.step(&loss.backward()?, 0.5)?;
/// // 3 · (1 − 0.5 · 0.1) − 0.5
/// assert!((weights.to_vec1::<f64>()?[0] - 2.35).abs() < 1e-7);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AdamW(Adaptive);

/// Writes the functions that both have.
macro_rules! adaptive {
    ($Optimizer:ident, $name:literal, $decay:expr, $of:path) => {
        impl $Optimizer {
            /// Optimises these variables. The name of a variable is its index.
            pub fn new(variables: Vec<Var>) -> Self {
                Self::named(by_index(variables))
            }

            /// Optimises these variables, with their names.
            ///
            /// ```
            #[doc = concat!("use callbacks::candle::", $name, ";")]
            /// use candle_core::{Device, Var};
            ///
            /// let slope = Var::new(3.0_f64, &Device::Cpu)?;
            #[doc = concat!("let optimizer = ", $name, "::named(vec![(\"slope\".to_owned(), slope)]);")]
            /// # let _ = optimizer;
            /// # Ok::<(), candle_core::Error>(())
            /// ```
            pub fn named(variables: Vec<(String, Var)>) -> Self {
                Self(Adaptive::new(variables, $of($decay)))
            }

            /// Optimises all variables of a map, with their names. Fails if a thread panicked while it used the map.
            ///
            /// ```
            #[doc = concat!("use callbacks::candle::", $name, ";")]
            /// use candle_core::{DType, Device};
            /// use candle_nn::{VarBuilder, VarMap, linear};
            ///
            /// let variables = VarMap::new();
            /// let _layer = linear(2, 1, VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
            #[doc = concat!("let optimizer = ", $name, "::of_map(&variables)?;")]
            /// # let _ = optimizer;
            /// # Ok::<(), candle_core::Error>(())
            /// ```
            pub fn of_map(variables: &VarMap) -> Result<Self> {
                Ok(Self::named(named_variables(variables)?))
            }

            /// Sets the decays of the two moments, 0.9 and 0.999 by default, each from 0 to below 1.
            ///
            /// ```
            #[doc = concat!("# use callbacks::candle::", $name, ";")]
            #[doc = concat!("let optimizer = ", $name, "::new(Vec::new()).betas(0.9, 0.95);")]
            /// # let _ = optimizer;
            /// ```
            pub const fn betas(mut self, first: f64, second: f64) -> Self {
                self.0.betas = (first, second);
                self
            }

            /// Sets what is added to the root of the second moment, 1e-8 by default.
            ///
            /// ```
            #[doc = concat!("# use callbacks::candle::", $name, ";")]
            #[doc = concat!("let optimizer = ", $name, "::new(Vec::new()).epsilon(1e-6);")]
            /// # let _ = optimizer;
            /// ```
            pub const fn epsilon(mut self, epsilon: f64) -> Self {
                self.0.epsilon = epsilon;
                self
            }

            #[doc = concat!("Sets the weight decay, ", stringify!($decay), " by default.")]
            ///
            /// ```
            #[doc = concat!("# use callbacks::candle::", $name, ";")]
            #[doc = concat!("let optimizer = ", $name, "::new(Vec::new()).weight_decay(0.05);")]
            /// # let _ = optimizer;
            /// ```
            pub const fn weight_decay(mut self, decay: f64) -> Self {
                self.0.decay = $of(decay);
                self
            }

            /// Returns the number of steps so far.
            pub const fn steps(&self) -> u64 {
                self.0.steps()
            }

            /// Makes a step with these gradients, such as those of [`Gradients::store`](crate::candle::Gradients::store). All arithmetic
            /// is on the devices of the variables. An `Err` names a setting that is not valid, or the variable whose gradient does not fit.
            pub fn step(&mut self, gradients: &GradStore, learning_rate: f64) -> Result<()> {
                self.0.step(gradients, learning_rate)
            }

            /// Names the number of steps and the moments of each variable for a saved run: `first_moment` and `second_moment` below the name
            /// of the variable. By convention a learner saves its optimiser below `optimizer`.
            ///
            /// ```
            #[doc = concat!("use callbacks::candle::", $name, ";")]
            /// use callbacks::persist::Fields;
            /// use candle_core::{Device, Var};
            ///
            /// let slope = Var::new(3.0_f64, &Device::Cpu)?;
            #[doc = concat!("let mut optimizer = ", $name, "::named(vec![(\"slope\".to_owned(), slope)]);")]
            /// let names = Fields::names(|fields| fields.nested("optimizer", |fields| optimizer.persist(fields)));
            /// assert_eq!(names, ["optimizer.steps", "optimizer.slope.first_moment", "optimizer.slope.second_moment"]);
            /// # Ok::<(), candle_core::Error>(())
            /// ```
            pub fn persist(&mut self, fields: &mut Fields<'_>) {
                self.0.persist(fields);
            }
        }
    };
}
adaptive!(Adam, "Adam", 0.0, Decay::OfGradients);
adaptive!(AdamW, "AdamW", 0.01, Decay::OfParameters);
