//! Variables of candle with gradients that differ from step to step, and optimisers of every kind.

use callbacks::candle::{Adam, AdamW, Sgd};
use callbacks::persist::Fields;
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};

pub(crate) const RATE: f64 = 0.05;

/// Two variables: a table and a number.
pub(crate) fn variables(dtype: DType) -> Vec<Var> {
    let table = Tensor::new(&[[0.5, -1.5, 2.0], [0.25, 3.0, -0.125]], &Device::Cpu).unwrap();
    let number = Tensor::new(1.75, &Device::Cpu).unwrap();
    [table, number]
        .map(|tensor| Var::from_tensor(&tensor.to_dtype(dtype).unwrap()).unwrap())
        .to_vec()
}

pub(crate) fn named(variables: &[Var]) -> Vec<(String, Var)> {
    let names = ["layer.weight".to_owned(), "scale".to_owned()];
    names.into_iter().zip(variables.iter().cloned()).collect()
}

/// Gradients that differ from step to step.
pub(crate) fn gradients(variables: &[Var], step: u32) -> GradStore {
    let shift = (f64::from(step) * 0.7).sin();
    let term = |variable: &Var| variable.affine(1.0, shift)?.powf(2.0)?.sum_all();
    let terms: Vec<Tensor> = variables
        .iter()
        .map(|variable| term(variable).unwrap())
        .collect();
    (&terms[0] + &terms[1]).unwrap().backward().unwrap()
}

pub(crate) fn bytes(variables: &[Var]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for variable in variables {
        variable.write_bytes(&mut bytes).unwrap();
    }
    bytes
}

/// An optimiser of any kind.
pub(crate) trait Optimizer {
    fn step(&mut self, gradients: &GradStore) -> candle_core::Result<()>;
    fn persist(&mut self, fields: &mut Fields<'_>);
}

macro_rules! optimizer {
    ($($Optimizer:ident)*) => {$(
        impl Optimizer for $Optimizer {
            fn step(&mut self, gradients: &GradStore) -> candle_core::Result<()> {
                self.step(gradients, RATE)
            }

            fn persist(&mut self, fields: &mut Fields<'_>) {
                self.persist(fields);
            }
        }
    )*};
}
optimizer!(Sgd Adam AdamW);

pub(crate) type Make = fn(&[Var]) -> Box<dyn Optimizer>;

pub(crate) const ALL: [Make; 5] = [
    |variables| Box::new(Sgd::named(named(variables))),
    |variables| {
        Box::new(
            Sgd::named(named(variables))
                .momentum(0.9)
                .weight_decay(0.01),
        )
    },
    |variables| Box::new(Sgd::named(named(variables)).momentum(0.9).nesterov()),
    |variables| Box::new(Adam::named(named(variables)).weight_decay(0.01)),
    |variables| Box::new(AdamW::named(named(variables))),
];
