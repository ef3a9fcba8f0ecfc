//! The optimisers for candle: their values are those of `candle_nn` and of `PyTorch`'s formulas.

mod support {
    pub(crate) mod optimized;
}

use callbacks::candle::{Adam, AdamW, Sgd};
use callbacks::persist::SavedFields;
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Optimizer as _, ParamsAdamW};
use support::optimized::{ALL, RATE, bytes, gradients, variables};

const STEPS: u32 = 50;

/// Compares 50 steps of an optimiser with those of candle, to the bit.
fn assert_same_as_candle(
    dtype: DType,
    params: ParamsAdamW,
    mut step: impl FnMut(&GradStore, f64),
    own: &[Var],
) {
    let theirs = variables(dtype);
    let mut optimizer = candle_nn::AdamW::new(theirs.clone(), params).unwrap();
    for index in 0..STEPS {
        let rate = RATE / (1.0 + f64::from(index));
        optimizer.set_learning_rate(rate);
        optimizer.step(&gradients(&theirs, index)).unwrap();
        step(&gradients(own, index), rate);
        assert_eq!(bytes(own), bytes(&theirs), "{dtype:?}, step {index}");
    }
    assert_ne!(bytes(own), bytes(&variables(dtype)));
}

#[test]
fn adamw_and_adam_have_the_values_of_candle() {
    for dtype in [DType::F32, DType::F64, DType::BF16] {
        let own = variables(dtype);
        let mut optimizer = AdamW::new(own.clone());
        let step = |gradients: &GradStore, rate: f64| optimizer.step(gradients, rate).unwrap();
        assert_same_as_candle(dtype, ParamsAdamW::default(), step, &own);

        let own = variables(dtype);
        let mut optimizer = AdamW::new(own.clone())
            .betas(0.8, 0.95)
            .epsilon(1e-4)
            .weight_decay(0.3);
        let step = |gradients: &GradStore, rate: f64| optimizer.step(gradients, rate).unwrap();
        let params = ParamsAdamW {
            beta1: 0.8,
            beta2: 0.95,
            eps: 1e-4,
            weight_decay: 0.3,
            lr: 0.0,
        };
        assert_same_as_candle(dtype, params, step, &own);

        let own = variables(dtype);
        let mut optimizer = Adam::new(own.clone());
        let step = |gradients: &GradStore, rate: f64| optimizer.step(gradients, rate).unwrap();
        let params = ParamsAdamW {
            weight_decay: 0.0,
            ..ParamsAdamW::default()
        };
        assert_same_as_candle(dtype, params, step, &own);
    }
}

#[test]
fn sgd_without_momentum_has_the_values_of_candle() {
    let (own, theirs) = (variables(DType::F32), variables(DType::F32));
    let mut optimizer = Sgd::new(own.clone());
    let mut peer = candle_nn::SGD::new(theirs.clone(), RATE).unwrap();
    for step in 0..STEPS {
        optimizer.step(&gradients(&own, step), RATE).unwrap();
        peer.step(&gradients(&theirs, step)).unwrap();
        assert_eq!(bytes(&own), bytes(&theirs), "step {step}");
    }
}

fn elements(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Computes the next value of one element from the number of the step, from 1, the element and its gradient.
type Formula = Box<dyn FnMut(u32, f64, f64) -> f64>;

/// Compares 50 steps of an optimiser in `f64` with a formula for each element.
fn assert_formula(mut step: impl FnMut(&GradStore), own: &[Var], mut formulas: Vec<Formula>) {
    for index in 0..STEPS {
        let gradients = gradients(own, index);
        let flat = |of: &dyn Fn(&Var) -> Vec<f64>| own.iter().flat_map(of).collect::<Vec<_>>();
        let slopes = flat(&|variable| elements(gradients.get(variable).unwrap()));
        let before = flat(&|variable| elements(variable));
        step(&gradients);
        let after = flat(&|variable| elements(variable));
        for (place, formula) in formulas.iter_mut().enumerate() {
            let expected = formula(index + 1, before[place], slopes[place]);
            let found = after[place];
            assert!(
                (found - expected).abs() <= 1e-12 * (1.0 + expected.abs()),
                "step {index}: {found}, not {expected}"
            );
        }
    }
}

/// SGD as the documentation of `torch.optim.SGD` (2.9) has it.
fn pytorch_sgd(momentum: f64, dampening: f64, is_nesterov: bool, decay: f64) -> Formula {
    let mut buffer = 0.0;
    Box::new(move |t, theta, gradient| {
        let mut g = gradient + decay * theta;
        if momentum > 0.0 {
            buffer = if t > 1 {
                momentum * buffer + (1.0 - dampening) * g
            } else {
                g
            };
            g = if is_nesterov {
                g + momentum * buffer
            } else {
                buffer
            };
        }
        theta - RATE * g
    })
}

#[test]
fn sgd_follows_the_formula_of_pytorch() {
    let cases = [
        (0.0, 0.0, false, 0.1),
        (0.9, 0.0, false, 0.0),
        (0.9, 0.0, true, 0.01),
        (0.5, 0.25, false, 0.1),
    ];
    for (momentum, dampening, is_nesterov, decay) in cases {
        let own = variables(DType::F64);
        let optimizer = Sgd::new(own.clone())
            .momentum(momentum)
            .dampening(dampening)
            .weight_decay(decay);
        let mut optimizer = if is_nesterov {
            optimizer.nesterov()
        } else {
            optimizer
        };
        let formulas = (0..7).map(|_| pytorch_sgd(momentum, dampening, is_nesterov, decay));
        let step = |gradients: &GradStore| optimizer.step(gradients, RATE).unwrap();
        assert_formula(step, &own, formulas.collect());
    }
}

/// Adam as the documentation of `torch.optim.Adam` (2.9) has it, and `AdamW` if the decay is decoupled.
fn pytorch_adam(decay: f64, is_decoupled: bool) -> Formula {
    let (beta1, beta2, epsilon): (f64, f64, f64) = (0.9, 0.999, 1e-8);
    let (mut m, mut v) = (0.0, 0.0);
    Box::new(move |t, theta, gradient| {
        let t = t.cast_signed();
        let (g, theta) = if is_decoupled {
            (gradient, theta - RATE * decay * theta)
        } else {
            (gradient + decay * theta, theta)
        };
        m = beta1 * m + (1.0 - beta1) * g;
        v = beta2 * v + (1.0 - beta2) * g * g;
        let m_hat = m / (1.0 - beta1.powi(t));
        let v_hat: f64 = v / (1.0 - beta2.powi(t));
        theta - RATE * m_hat / (v_hat.sqrt() + epsilon)
    })
}

#[test]
fn adam_and_adamw_follow_the_formulas_of_pytorch() {
    for decay in [0.0, 0.1] {
        let own = variables(DType::F64);
        let mut optimizer = Adam::new(own.clone()).weight_decay(decay);
        let step = |gradients: &GradStore| optimizer.step(gradients, RATE).unwrap();
        assert_formula(
            step,
            &own,
            (0..7).map(|_| pytorch_adam(decay, false)).collect(),
        );
        let own = variables(DType::F64);
        let mut optimizer = AdamW::new(own.clone()).weight_decay(decay);
        let step = |gradients: &GradStore| optimizer.step(gradients, RATE).unwrap();
        assert_formula(
            step,
            &own,
            (0..7).map(|_| pytorch_adam(decay, true)).collect(),
        );
    }
}

#[test]
fn a_variable_without_a_gradient_stays_and_nan_goes_through_as_in_candle() {
    for make in ALL {
        let own = variables(DType::F32);
        let mut optimizer = make(&own);
        let only_second = own[1].sqr().unwrap().backward().unwrap();
        optimizer.step(&only_second).unwrap();
        let before = variables(DType::F32);
        assert_eq!(bytes(&own[..1]), bytes(&before[..1]));
        assert_ne!(bytes(&own[1..]), bytes(&before[1..]));
        let nan = (own[1].as_tensor() * f64::NAN).unwrap().backward().unwrap();
        optimizer.step(&nan).unwrap();
        assert!(own[1].to_scalar::<f32>().unwrap().is_nan());
        assert_eq!(bytes(&own[..1]), bytes(&before[..1]));
        // What was skipped is saved, too.
        let mut fields = SavedFields::save(|fields| optimizer.persist(fields)).unwrap();
        fields.load(|fields| make(&own).persist(fields)).unwrap();
        fields = SavedFields::save(|fields| make(&[]).persist(fields)).unwrap();
        assert!(fields.names().all(|name| name == "steps"));
    }
    // A missing gradient leaves the bias correction of the other variables as in candle.
    let (own, theirs) = (variables(DType::F64), variables(DType::F64));
    let (mut optimizer, mut peer) = (
        AdamW::new(own.clone()),
        candle_nn::AdamW::new_lr(theirs.clone(), RATE).unwrap(),
    );
    for step in 0..4 {
        let some = |variables: &[Var]| {
            if step < 2 {
                variables[1].sqr().unwrap().backward().unwrap()
            } else {
                gradients(variables, step)
            }
        };
        optimizer.step(&some(&own), RATE).unwrap();
        peer.step(&some(&theirs)).unwrap();
        assert_eq!(bytes(&own), bytes(&theirs));
    }
}

#[test]
fn empty_variables_and_those_of_whole_numbers_are_no_problem() {
    let empty = Var::zeros((0, 3), DType::F32, &Device::Cpu).unwrap();
    let whole = Var::zeros(2, DType::U32, &Device::Cpu).unwrap();
    for make in ALL {
        let mut optimizer = make(&[empty.clone(), whole.clone()]);
        let loss = empty.sqr().unwrap().sum_all().unwrap();
        for _ in 0..2 {
            optimizer.step(&loss.backward().unwrap()).unwrap();
        }
        let saved = SavedFields::save(|fields| optimizer.persist(fields)).unwrap();
        saved
            .load(|fields| make(&[empty.clone(), whole.clone()]).persist(fields))
            .unwrap();
    }
}

#[test]
fn a_gradient_of_another_shape_is_an_error_that_names_the_variable() {
    for make in ALL {
        let own = variables(DType::F32);
        let mut optimizer = make(&own);
        let mut gradients = gradients(&own, 0);
        let other = Tensor::zeros((3, 2), DType::F32, &Device::Cpu).unwrap();
        gradients.insert(&own[0], other);
        let text = optimizer.step(&gradients).unwrap_err().to_string();
        assert!(
            text.contains("the step of the variable `layer.weight`"),
            "{text}"
        );
        assert_eq!(bytes(&own), bytes(&variables(DType::F32)));
    }
}

#[test]
fn settings_that_are_not_valid_are_errors_and_change_nothing() {
    let own = variables(DType::F32);
    let store = gradients(&own, 0);
    let sgd = || Sgd::new(own.clone());
    let adam = || Adam::new(own.clone());
    let texts = [
        sgd().momentum(-0.1).step(&store, RATE),
        sgd().nesterov().step(&store, RATE),
        sgd()
            .momentum(0.9)
            .dampening(0.1)
            .nesterov()
            .step(&store, RATE),
        sgd().weight_decay(f64::NAN).step(&store, RATE),
        sgd().step(&store, -1.0),
        adam().betas(1.0, 0.9).step(&store, RATE),
        adam().betas(0.9, f64::NAN).step(&store, RATE),
        adam().epsilon(-1.0).step(&store, RATE),
        adam().step(&store, f64::INFINITY),
    ];
    let names = [
        "`momentum` is -0.1",
        "`momentum` is 0; Nesterov's",
        "`dampening` is 0.1; Nesterov's",
        "`weight_decay` is NaN",
        "`learning_rate` is -1",
        "`beta1` is 1",
        "`beta2` is NaN",
        "`epsilon` is -1",
        "`learning_rate` is inf",
    ];
    for (result, name) in texts.into_iter().zip(names) {
        let text = result.unwrap_err().to_string();
        assert!(text.contains(name), "{text}");
    }
    assert_eq!(bytes(&own), bytes(&variables(DType::F32)));
}
