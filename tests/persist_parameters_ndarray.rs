//! Arrays of `ndarray` in saved runs: with their shape, in logical order whatever their order in memory.

use callbacks::Parameters;
use callbacks::persist::{SavedFields, SavedTensor, SavedValue};
use ndarray::{Array, Array0, Array2, ArrayD, Dimension, IxDyn, ShapeBuilder, arr0, array};

fn assert_saved<D: Dimension + 'static>(
    mut array: Array<f32, D>,
    into: Array<f32, D>,
    elements: &[f32],
) {
    let saved = SavedFields::save(|fields| array.persist(fields)).unwrap();
    let tensor = SavedTensor::of(elements, array.shape()).unwrap();
    assert_eq!(saved.get(""), Some(&SavedValue::Tensor(tensor)));
    let mut snapshot = array.snapshot().unwrap();
    let copy = SavedFields::save(|fields| Array::<f32, D>::persist_snapshot(&mut snapshot, fields));
    assert_eq!(copy.unwrap(), saved);
    let (mut loaded, mut loaded_snapshot) = (into.clone(), into);
    saved.clone().load(|fields| loaded.persist(fields)).unwrap();
    assert_eq!(loaded, array);
    saved
        .load(|fields| Array::<f32, D>::persist_snapshot(&mut loaded_snapshot, fields))
        .unwrap();
    assert_eq!(loaded_snapshot, array);
}

#[test]
fn arrays_come_back_in_logical_order() {
    let rows = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let elements = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let by_columns = || Array2::zeros((2, 3).f());
    assert_saved(rows.clone(), Array2::zeros((2, 3)), &elements);
    assert_saved(rows.clone(), by_columns(), &elements);
    let mut columns = by_columns();
    columns.assign(&rows);
    assert_saved(columns, Array2::zeros((2, 3)), &elements);
    assert_saved(arr0(7.0), Array0::zeros(()), &[7.0]);
    let deep = ArrayD::from_elem(IxDyn(&[1, 2, 1, 1]), 0.5);
    assert_saved(deep, ArrayD::zeros(IxDyn(&[1, 2, 1, 1])), &[0.5, 0.5]);
    assert_saved(Array2::zeros((0, 3)), Array2::zeros((0, 3)), &[]);
}

#[test]
fn an_array_of_another_shape_or_type_is_refused() {
    let saved = SavedFields::save(|fields| Array2::<f32>::zeros((2, 3)).persist(fields)).unwrap();
    let turned = saved
        .clone()
        .load(|fields| Array2::<f32>::zeros((3, 2)).persist(fields));
    assert_eq!(
        turned.unwrap_err().to_string(),
        "it is a tensor of F32 [2, 3], and not of F32 [3, 2]; load it into one of the same type and shape"
    );
    let wide = saved.load(|fields| Array2::<f64>::zeros((2, 3)).persist(fields));
    assert_eq!(
        wide.unwrap_err().to_string(),
        "it is a tensor of F32 [2, 3], and not of F64 [2, 3]; load it into one of the same type and shape"
    );
}
