//! candle's variables are parameters, and its gradients are gradients.

use callbacks::candle::Gradients as CandleGradients;
use callbacks::{BoxError, Gradients, Parameters};
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Module, VarBuilder, VarMap, linear};

#[derive(Parameters)]
struct Model {
    variables: VarMap,
    extra: Vec<Var>,
    named: Vec<(String, Var)>,
}

fn model() -> Result<Model, BoxError> {
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    let _layer = linear(2, 3, builder.pp("layer"))?;
    let _other = linear(3, 1, builder.pp("head"))?;
    Ok(Model {
        variables,
        extra: vec![Var::new(&[1.0_f64, f64::NAN], &Device::Cpu)?],
        named: vec![("half".to_owned(), Var::from_tensor(&half(&[1.0, 2.0])?)?)],
    })
}

fn half(values: &[f32]) -> Result<Tensor, BoxError> {
    Ok(Tensor::new(values, &Device::Cpu)?.to_dtype(DType::BF16)?)
}

fn listed(model: &impl Parameters) -> Result<Vec<(String, Vec<u64>)>, BoxError> {
    let mut found = Vec::new();
    model.visit(&mut |name, values| {
        let bits = values.iter().map(|x| x.to_bits());
        found.push((name.to_owned(), bits.collect()));
        Ok(())
    })?;
    Ok(found)
}

#[test]
fn variables_are_visited_in_the_order_of_their_names() -> Result<(), BoxError> {
    for _ in 0..5 {
        let names: Vec<String> = listed(&model()?)?
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let expected = [
            "variables.head.bias",
            "variables.head.weight",
            "variables.layer.bias",
            "variables.layer.weight",
            "extra.0",
            "named.half",
        ];
        assert_eq!(names, expected);
    }
    Ok(())
}

#[test]
fn a_snapshot_restores_every_bit_and_does_not_follow_the_variables() -> Result<(), BoxError> {
    let mut model = model()?;
    let before = listed(&model)?;
    let snapshot = model.snapshot()?;
    model.scale_where(3.0, &|_| true)?;
    assert_ne!(listed(&model)?, before);
    model.restore(&snapshot)?;
    assert_eq!(listed(&model)?, before);
    model.visit_mut(&mut |_, values| {
        values.fill(2.0);
        Ok(())
    })?;
    model.restore_where(&snapshot, &|name| name != "named.half")?;
    let after = listed(&model)?;
    assert_eq!(after[..5], before[..5]);
    assert_eq!(after[5].1, [2.0_f64.to_bits(); 2]);
    Ok(())
}

#[test]
fn an_average_in_half_precision_keeps_small_steps() -> Result<(), BoxError> {
    let mut variable = Var::from_tensor(&half(&[1.0, -2.0])?)?;
    let mut average = variable.snapshot()?;
    variable.scale_where(2.0, &|_| true)?;
    for _ in 0..1000 {
        variable.average_into(&mut average, 0.001)?;
    }
    // 2 − 0.999^1000, where `bf16` would not move from 1.
    variable.restore(&average)?;
    let values = variable.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    let expected = 2.0 - 0.999_f64.powi(1000);
    assert!((values[0] - expected).abs() < 0.01, "{values:?}");
    assert!((values[1] + 2.0 * expected).abs() < 0.02, "{values:?}");
    variable.average_into(&mut average, 1.0)?;
    Ok(())
}

#[test]
fn a_snapshot_of_other_variables_is_refused() -> Result<(), BoxError> {
    let mut first = model()?;
    let mut other = model()?;
    other.named[0].0 = "other".to_owned();
    assert!(first.restore(&other.snapshot()?).is_err());
    other.named[0] = ("half".to_owned(), Var::from_tensor(&half(&[1.0])?)?);
    let error = first
        .restore(&other.snapshot()?)
        .map_err(|error| error.to_string());
    assert_eq!(
        error,
        Err("`named.half`: a variable of shape [2] cannot take the values of [1]; use a snapshot of the same model".to_owned())
    );
    Ok(())
}

/// The gradients `[2x, 2y]` and `[2z]` of `x² + y² + z²`.
fn slopes(values: [f32; 2], last: f32) -> Result<(CandleGradients, Vec<(String, Var)>), BoxError> {
    let first = Var::new(&values, &Device::Cpu)?;
    let second = Var::new(&[last], &Device::Cpu)?;
    let loss = (first.sqr()?.sum_all()? + second.sqr()?.sum_all()?)?;
    let variables = vec![("first".to_owned(), first), ("second".to_owned(), second)];
    Ok((
        CandleGradients::named(loss.backward()?, variables.clone()),
        variables,
    ))
}

fn values(gradients: &CandleGradients) -> Result<Vec<f64>, BoxError> {
    let mut found = Vec::new();
    gradients.visit(&mut |_, values| {
        found.extend_from_slice(values);
        Ok(())
    })?;
    Ok(found)
}

#[test]
fn gradients_are_measured_scaled_and_clamped() -> Result<(), BoxError> {
    let (mut gradients, _) = slopes([1.5, -2.0], 6.0)?;
    let mut norms = Vec::new();
    gradients.norms(2.0, &mut |name, norm| norms.push(format!("{name} {norm}")))?;
    assert_eq!(norms, ["first 5", "second 12"]);
    assert!((gradients.norm(2.0)? - 13.0).abs() < 1e-12);
    gradients.scale_each(&mut |name| if name == "first" { 2.0 } else { 1.0 })?;
    assert_eq!(values(&gradients)?, [6.0, -8.0, 12.0]);
    gradients.clamp(7.0)?;
    assert_eq!(values(&gradients)?, [6.0, -7.0, 7.0]);
    let (mut odd, _) = slopes([f32::NAN, f32::NEG_INFINITY], 6.0)?;
    assert!(!odd.is_finite()?);
    odd.clamp(1.0)?;
    let odd = values(&odd)?;
    assert!(odd[0].is_nan());
    assert_eq!(odd[1..], [-1.0, 1.0]);
    Ok(())
}

#[test]
fn gradients_are_added() -> Result<(), BoxError> {
    let variable = Var::new(&[1.0_f32, 2.0], &Device::Cpu)?;
    let unused = Var::new(&[1.0_f32], &Device::Cpu)?;
    let list = || vec![variable.clone(), unused.clone()];
    let mut sum = CandleGradients::new(variable.sqr()?.sum_all()?.backward()?, list());
    let both = (variable.sum_all()? + unused.sum_all()?)?;
    sum.add_scaled(&CandleGradients::new(both.backward()?, list()), 0.5)?;
    // The second variable had no gradient in the first sum.
    assert_eq!(values(&sum)?, [2.5, 4.5, 0.5]);
    let (other, _) = slopes([1.0, 1.0], 1.0)?;
    assert!(sum.add_scaled(&other, 1.0).is_err());
    Ok(())
}

#[test]
fn a_map_names_its_gradients() -> Result<(), BoxError> {
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    let layer = linear(2, 1, builder.pp("layer"))?;
    let output = layer.forward(&Tensor::ones((1, 2), DType::F32, &Device::Cpu)?)?;
    let gradients = CandleGradients::of_map(output.sum_all()?.backward()?, &variables)?;
    let mut norms = Vec::new();
    gradients.norms(1.0, &mut |name, norm| norms.push(format!("{name} {norm}")))?;
    assert_eq!(norms, ["layer.bias 1", "layer.weight 2"]);
    Ok(())
}
