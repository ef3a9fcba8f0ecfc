//! Arrays of `ndarray` are parameters and gradients.

use callbacks::{BoxError, Gradients, Parameters};
use ndarray::{Array1, Array2, array};

#[derive(Parameters, Clone, PartialEq, Debug)]
struct Layer {
    weights: Array2<f32>,
    biases: Array1<f64>,
}

fn layer() -> Layer {
    Layer {
        // Not in the standard order of memory.
        weights: array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]].reversed_axes(),
        biases: array![0.5, -0.5],
    }
}

#[test]
fn elements_are_visited_in_logical_order() -> Result<(), BoxError> {
    let mut layer = layer();
    let mut found = Vec::new();
    layer.visit(&mut |name, values| {
        found.push(format!("{name} {values:?}"));
        Ok(())
    })?;
    assert_eq!(
        found,
        [
            "weights [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]",
            "biases [0.5, -0.5]"
        ]
    );
    layer.visit_mut(&mut |_, values| {
        values[1] = 9.0;
        Ok(())
    })?;
    assert_eq!(layer.weights, array![[1.0, 9.0, 5.0], [2.0, 4.0, 6.0]]);
    assert_eq!(layer.biases, array![0.5, 9.0]);
    Ok(())
}

#[test]
fn arrays_are_restored_averaged_and_scaled() -> Result<(), BoxError> {
    let (mut changed, before) = (layer(), layer());
    let mut snapshot = changed.snapshot()?;
    changed.scale_where(3.0, &|name| name == "weights")?;
    assert_eq!(changed.weights, &before.weights * 3.0);
    assert_eq!(changed.biases, before.biases);
    changed.average_into(&mut snapshot, 0.25)?;
    changed.restore(&snapshot)?;
    assert_eq!(changed.weights, &before.weights * 1.5);
    changed.weights = Array2::zeros((1, 1));
    let error = changed
        .restore(&snapshot)
        .map_err(|error| error.to_string());
    assert_eq!(
        error,
        Err("`weights`: an array of shape [1, 1] cannot take the values of one of [2, 3]; use a snapshot or gradients of the same model".to_owned())
    );
    Ok(())
}

#[test]
fn arrays_are_gradients() -> Result<(), BoxError> {
    let mut slopes = (array![[3.0_f32, -4.0]], array![12.0_f64]);
    assert!((slopes.norm(2.0)? - 13.0).abs() < 1e-14);
    slopes.add_scaled(&(array![[1.0, 1.0]], array![1.0]), 2.0)?;
    assert_eq!(slopes, (array![[5.0, -2.0]], array![14.0]));
    slopes.clamp(4.0)?;
    slopes.scale(0.5)?;
    assert_eq!(slopes, (array![[2.0, -1.0]], array![2.0]));
    assert!(
        slopes
            .add_scaled(&(array![[1.0]], array![1.0]), 1.0)
            .is_err()
    );
    slopes.1[0] = f64::NAN;
    assert!(!slopes.is_finite()?);
    Ok(())
}
