//! The parameters of a model, for callbacks that average, freeze, restore or show them.

#![expect(
    clippy::type_complexity,
    reason = "a visitor is written once in the traits, and as users write it"
)]

use callback_runtime::BoxError;
use callback_runtime::persist::Fields;
use std::any::type_name;

/// A model, or a part of it, whose parameters callbacks can read, change, save in memory and restore.
///
/// `#[derive(callbacks::Parameters)]` implements it for structs of parameters and of other structs with parameters. `f64` and `f32`, slices,
/// `Vec`, arrays, tuples, `Box` and `Option` have it; so do the arrays of `ndarray` and the variables of candle, with the features of these
/// names.
///
/// A *tensor* is one named group of elements: an array, or a field that is one number. Its name is the path of fields and indices that
/// leads to it, joined by `.`: `layers.0.weights`. All functions go through the tensors in the same order. An `Err` is an error of the
/// device on which the parameters are.
///
/// ```
/// use callbacks::{BoxError, Parameters};
///
/// #[derive(Parameters)]
/// struct Model {
///     layers: Vec<Layer>,
///     scale: f64,
///     #[parameters(skip)]
///     calls: u64,
/// }
///
/// #[derive(Parameters)]
/// struct Layer {
///     weights: Vec<f32>,
///     bias: [f32; 2],
/// }
///
/// let layer = || Layer { weights: vec![1.0; 4], bias: [0.0; 2] };
/// let mut model = Model { layers: vec![layer(), layer()], scale: 0.5, calls: 0 };
/// let mut names = Vec::new();
/// model.visit(&mut |name, values| {
///     names.push(format!("{name}: {}", values.len()));
///     Ok(())
/// })?;
/// assert_eq!(names, ["layers.0.weights: 4", "layers.0.bias: 2", "layers.1.weights: 4", "layers.1.bias: 2", "scale: 1"]);
///
/// let before = model.snapshot()?;
/// model.layers[0].weights[3] = 7.0;
/// model.restore(&before)?;
/// assert_eq!(model.layers[0].weights[3], 1.0);
/// # model.calls += 1;
/// # Ok::<(), BoxError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "callbacks cannot read the parameters of `{Self}`",
    label = "this has no `Parameters`",
    note = "write `#[derive(callbacks::Parameters)]` above `{Self}`, or implement `callbacks::Parameters` for it"
)]
pub trait Parameters {
    /// A copy of all parameters, which stays on their device.
    type Snapshot: Send + 'static;

    /// Calls `visitor` with the name and the elements of each tensor, until it returns an `Err`. Elements of another type than `f64` are
    /// converted, which is exact for `f32` and smaller types.
    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError>;

    /// Calls `visitor` with the name and the elements of each tensor, and stores what it leaves there, rounded to the type of the elements.
    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError>;

    /// Copies all parameters.
    fn snapshot(&self) -> Result<Self::Snapshot, BoxError>;

    /// Copies the tensors whose names `includes` accepts back from a snapshot, exact to the bit. A snapshot of another shape is an `Err`;
    /// the tensors before the one that does not fit are restored then.
    fn restore_where(
        &mut self,
        snapshot: &Self::Snapshot,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError>;

    /// Copies all parameters back from a snapshot.
    fn restore(&mut self, snapshot: &Self::Snapshot) -> Result<(), BoxError> {
        self.restore_where(snapshot, &|_| true)
    }

    /// Moves each element of a snapshot towards the parameter by a share of the way, from 0 (the snapshot stays) to 1 (it becomes equal to
    /// the parameters): `snapshot + share · (parameter − snapshot)`, computed as `torch.lerp` does.
    ///
    /// ```
    /// use callbacks::{BoxError, Parameters};
    ///
    /// let mut average = vec![0.0, 8.0];
    /// vec![4.0, 4.0].average_into(&mut average, 0.25)?;
    /// assert_eq!(average, [1.0, 7.0]);
    /// # Ok::<(), BoxError>(())
    /// ```
    fn average_into(&self, snapshot: &mut Self::Snapshot, share: f64) -> Result<(), BoxError>;

    /// Multiplies the tensors whose names `includes` accepts by a number.
    ///
    /// ```
    /// use callbacks::{BoxError, Parameters};
    ///
    /// let mut pair = ([1.0, 2.0], 3.0);
    /// pair.scale_where(0.5, &|name| name == "0")?;
    /// assert_eq!(pair, ([0.5, 1.0], 3.0));
    /// # Ok::<(), BoxError>(())
    /// ```
    fn scale_where(&mut self, by: f64, includes: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        self.visit_mut(&mut |name, values| {
            if includes(name) {
                for value in values {
                    *value *= by;
                }
            }
            Ok(())
        })
    }

    /// Names each tensor for a saved run, which saves or loads it, exact to the bit, with the type of its elements and its shape. The names
    /// are those of [`visit`](Self::visit). A saved tensor of another type or shape is a problem of its field, which names both.
    ///
    /// The default saves the elements that [`visit`](Self::visit) gives as `F64`, and stores them with [`visit_mut`](Self::visit_mut). By
    /// convention a learner saves its parameters below `parameters` and its optimisers below `optimizer`, so that another run can load
    /// some of them alone:
    ///
    /// ```
    /// use callbacks::Parameters;
    /// use callbacks::persist::{Fields, SavedFields};
    ///
    /// #[derive(Parameters)]
    /// struct Learner {
    ///     weights: Vec<f32>,
    ///     scale: f64,
    ///     #[parameters(skip)]
    ///     momentum: Vec<f32>,
    /// }
    ///
    /// impl Learner {
    ///     fn save_or_load(&mut self, fields: &mut Fields<'_>) {
    ///         fields.nested("parameters", |fields| self.persist(fields));
    ///         fields.nested("optimizer", |fields| fields.tensor("momentum", &[self.momentum.len()], &mut self.momentum));
    ///     }
    /// }
    ///
    /// let mut learner = Learner { weights: vec![1.0, 2.0], scale: 0.5, momentum: vec![0.0; 2] };
    /// let saved = SavedFields::save(|fields| learner.save_or_load(fields))?;
    /// let names: Vec<&str> = saved.names().collect();
    /// assert_eq!(names, ["parameters.weights", "parameters.scale", "optimizer.momentum"]);
    ///
    /// learner.weights[1] = 7.0;
    /// saved.load(|fields| learner.save_or_load(fields))?;
    /// assert_eq!(learner.weights, [1.0, 2.0]);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    ///
    /// [`Plan::persist_fields`](crate::Plan::persist_fields) saves such a learner with each run.
    fn persist(&mut self, fields: &mut Fields<'_>) {
        let visited = if fields.is_loading() {
            self.visit_mut(&mut |name, values| {
                fields.tensor(name, &[values.len()], values);
                Ok(())
            })
        } else {
            self.visit(&mut |name, values| {
                fields.tensor(name, &[values.len()], &mut values.to_vec());
                Ok(())
            })
        };
        if let Err(error) = visited {
            fields.invalid("", error);
        }
    }

    /// Names each tensor of a snapshot, as [`persist`](Self::persist) does of the parameters, for callbacks that keep one, such as
    /// [`Ema`](crate::shelf::Ema). A snapshot of the model is there when it is loaded.
    ///
    /// The default reports that the type cannot do it. If the snapshot is a `Vec<f64>`, this is enough:
    ///
    /// ```
    /// # use callbacks::{BoxError, Parameters};
    /// # use callbacks::persist::Fields;
    /// # struct Line { coefficients: [f64; 2] }
    /// impl Parameters for Line {
    ///     type Snapshot = Vec<f64>;
    ///     // …
    /// #   fn visit(&self, visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>) -> Result<(), BoxError> { visitor("", &self.coefficients) }
    /// #   fn visit_mut(&mut self, visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>) -> Result<(), BoxError> { visitor("", &mut self.coefficients) }
    /// #   fn snapshot(&self) -> Result<Vec<f64>, BoxError> { Ok(self.coefficients.to_vec()) }
    /// #   fn restore_where(&mut self, snapshot: &Vec<f64>, _: &dyn Fn(&str) -> bool) -> Result<(), BoxError> { self.coefficients.copy_from_slice(snapshot); Ok(()) }
    /// #   fn average_into(&self, snapshot: &mut Vec<f64>, share: f64) -> Result<(), BoxError> { self.coefficients.average_into(snapshot, share) }
    ///
    ///     fn persist_snapshot(snapshot: &mut Vec<f64>, fields: &mut Fields<'_>) {
    ///         fields.tensor("coefficients", &[snapshot.len()], snapshot);
    ///     }
    /// }
    /// ```
    fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
        let _ = snapshot;
        let name = type_name::<Self>();
        fields.invalid(
            "",
            format!(
                "a copy of the parameters of `{name}` cannot be saved; write `fn persist_snapshot` in its `impl Parameters`, which \
                 names each tensor of the copy with `fields.tensor`"
            ),
        );
    }
}
