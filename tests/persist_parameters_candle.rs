//! Variables of candle in saved runs: with their type, half precision included, and their shape.

use callbacks::Parameters;
use callbacks::persist::{ElementType, SavedFields, SavedTensor, SavedValue};
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{VarBuilder, VarMap, linear};

const TYPES: [(DType, ElementType); 4] = [
    (DType::F64, ElementType::F64),
    (DType::F32, ElementType::F32),
    (DType::F16, ElementType::F16),
    (DType::BF16, ElementType::Bf16),
];

fn bytes(tensor: &Tensor) -> Vec<u8> {
    let mut bytes = Vec::new();
    tensor.write_bytes(&mut bytes).unwrap();
    bytes
}

fn of_type(values: &[f64], dtype: DType) -> Var {
    let values = Tensor::new(values, &Device::Cpu).unwrap();
    Var::from_tensor(&values.reshape((2, 2)).unwrap().to_dtype(dtype).unwrap()).unwrap()
}

fn save<M: Parameters + ?Sized>(model: &mut M) -> SavedFields {
    SavedFields::save(|fields| model.persist(fields)).unwrap()
}

#[test]
fn variables_of_each_type_come_back_to_the_bit() {
    for (dtype, element_type) in TYPES {
        let mut variable = of_type(&[0.1, f64::NAN, -0.0, 1e-40], dtype);
        let saved = save(&mut variable);
        let Some(SavedValue::Tensor(tensor)) = saved.get("") else {
            panic!("{saved:?}")
        };
        assert_eq!(
            (tensor.element_type(), tensor.shape()),
            (element_type, &[2, 2][..])
        );
        let mut other = of_type(&[7.0; 4], dtype);
        saved.load(|fields| other.persist(fields)).unwrap();
        assert_eq!(bytes(&other), bytes(&variable), "{dtype:?}");
    }
}

#[test]
fn a_transposed_tensor_is_saved_in_logical_order() {
    let tensor = of_type(&[1.0, 2.0, 3.0, 4.0], DType::F32).as_detached_tensor();
    let mut turned = tensor.t().unwrap();
    let saved = SavedFields::save(|fields| Var::persist_snapshot(&mut turned, fields)).unwrap();
    let expected = SavedTensor::of(&[1.0_f32, 3.0, 2.0, 4.0], &[2, 2]).unwrap();
    assert_eq!(saved.get(""), Some(&SavedValue::Tensor(expected)));
}

#[test]
fn an_average_of_half_precision_comes_back_in_f32() {
    for dtype in [DType::F16, DType::BF16] {
        let mut variable = of_type(&[1.0, 2.0, 3.0, 4.0], dtype);
        let mut average = variable.snapshot().unwrap();
        let first =
            SavedFields::save(|fields| Var::persist_snapshot(&mut average, fields)).unwrap();
        variable.scale_where(1.25, &|_| true).unwrap();
        variable.average_into(&mut average, 0.001).unwrap();
        let saved =
            SavedFields::save(|fields| Var::persist_snapshot(&mut average, fields)).unwrap();
        let mut loaded = of_type(&[0.0; 4], dtype).snapshot().unwrap();
        saved
            .load(|fields| Var::persist_snapshot(&mut loaded, fields))
            .unwrap();
        assert_eq!(
            (loaded.dtype(), bytes(&loaded)),
            (DType::F32, bytes(&average))
        );
        // The first snapshot has the type of the variable.
        let mut loaded = variable.snapshot().unwrap();
        first
            .load(|fields| Var::persist_snapshot(&mut loaded, fields))
            .unwrap();
        assert_eq!(loaded.dtype(), dtype);
    }
}

#[test]
fn lists_and_maps_have_the_names_of_their_variables() {
    let map = || {
        let map = VarMap::new();
        let builder = VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu);
        linear(2, 3, builder.pp("layer")).unwrap();
        map
    };
    let (mut first, mut second) = (map(), map());
    let saved = save(&mut first);
    assert_eq!(
        saved.names().collect::<Vec<_>>(),
        ["layer.bias", "layer.weight"]
    );
    saved.clone().load(|fields| second.persist(fields)).unwrap();
    assert_eq!(save(&mut second), saved);
    let mut snapshot = second.snapshot().unwrap();
    let copy = SavedFields::save(|fields| VarMap::persist_snapshot(&mut snapshot, fields));
    assert_eq!(copy.unwrap(), saved);

    let mut list = vec![("layer.bias".to_owned(), of_type(&[0.0; 4], DType::F32))];
    let text = saved
        .load(|fields| list.persist(fields))
        .unwrap_err()
        .to_string();
    let shape = "`layer.bias`: it is a tensor of F32 [3], and not of F32 [2, 2]; load it into one of the same type and shape";
    assert_eq!(text, format!("{shape}; `layer.weight` has no place"));
}

#[test]
fn a_variable_of_another_type_is_refused_and_one_without_elements_is_saved() {
    let saved = save(&mut of_type(&[1.0; 4], DType::F16));
    let wide = saved.load(|fields| of_type(&[1.0; 4], DType::F32).persist(fields));
    assert_eq!(
        wide.unwrap_err().to_string(),
        "it is a tensor of F16 [2, 2], and not of F32 [2, 2]; load it into one of the same type and shape"
    );
    let empty = || Var::zeros((0, 3), DType::F32, &Device::Cpu).unwrap();
    save(&mut empty())
        .load(|fields| empty().persist(fields))
        .unwrap();
}
