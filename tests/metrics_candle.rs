//! Metrics of candle's tensors.

use callbacks::metrics::{
    Accuracy, MeanSquaredError, Metric, MultilabelAccuracy, Perplexity, TopKAccuracy, above,
};
use candle_core::{DType, Device, Result, Tensor};

#[test]
fn tensors_are_read_like_slices() -> Result<()> {
    let device = Device::Cpu;
    let scores = Tensor::new(&[[0.1_f32, 0.7, 0.2], [0.6, 0.3, 0.1]], &device)?;
    let classes = Tensor::new(&[1_u32, 2], &device)?;
    for dtype in [DType::U8, DType::U32, DType::I64] {
        let mut accuracy = Accuracy::new();
        accuracy.update(&scores, &classes.to_dtype(dtype)?).unwrap();
        assert_eq!(accuracy.compute(), Some(0.5));
    }
    let mut top = TopKAccuracy::new(2);
    top.update(&scores.to_dtype(DType::F64)?, &[2, 1]).unwrap();
    assert_eq!(top.compute(), Some(1.0));
    let mut labels = MultilabelAccuracy::new();
    let targets = Tensor::new(&[[0_u8, 1, 0], [1, 1, 0]], &device)?;
    labels.update(&above(0.5, &scores), &targets).unwrap();
    assert_eq!(labels.compute(), Some(5.0 / 6.0));
    let mut error = MeanSquaredError::new();
    error
        .update(&Tensor::new(&[[1.0_f32], [3.0]], &device)?, &[1.0, 1.0])
        .unwrap();
    assert_eq!(error.compute(), Some(2.0));
    Ok(())
}

#[test]
fn sequences_have_a_row_for_each_token() -> Result<()> {
    let logits = Tensor::zeros((2, 3, 4), DType::F32, &Device::Cpu)?;
    let tokens = Tensor::new(&[[0_u32, 1, 2], [3, 0, 1]], &Device::Cpu)?;
    let mut perplexity = Perplexity::of_logits();
    perplexity.update(&logits, &tokens).unwrap();
    assert!(
        perplexity
            .compute()
            .is_some_and(|value| (value - 4.0).abs() < 1e-12)
    );
    let error = perplexity
        .update(&logits, &Tensor::new(&[-100_i64], &Device::Cpu)?)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "targets[0] is the class -100; classes are counted from 0"
    );
    Ok(())
}

#[test]
fn a_scalar_and_an_empty_tensor_are_no_panic() -> Result<()> {
    let scalar = Tensor::new(0.5_f32, &Device::Cpu)?;
    let empty = Tensor::zeros((0, 3), DType::F32, &Device::Cpu)?;
    let mut accuracy = Accuracy::new();
    assert!(accuracy.update(&scalar, &[0]).is_err());
    accuracy
        .update(&empty, &Tensor::zeros(0, DType::U32, &Device::Cpu)?)
        .unwrap();
    assert_eq!(accuracy.compute(), None);
    Ok(())
}
