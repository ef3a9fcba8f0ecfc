//! `CutMix`, Mixup and label smoothing on the tensors of candle: as on vectors.

mod support {
    pub(crate) mod complaint;
    pub(crate) mod sink;
}

use callbacks::shelf::{
    CutMix, LabelSmoothing, MixBatch, MixSamples, Mixup, Pairs, Patch, PatchImages, SmoothTargets,
};
use callbacks::{Attach, BoxError};
use candle_core::{DType, Device, Tensor};
use support::sink::{seen, sink};

#[derive(Debug, Clone)]
struct Images {
    pixels: Tensor,
    targets: Tensor,
}

impl MixBatch for Images {
    type Inputs = Tensor;
    type Targets = Tensor;

    fn parts(&mut self) -> (&mut Tensor, &mut Tensor) {
        (&mut self.pixels, &mut self.targets)
    }
}

/// Four images of 6 by 8 pixels with one colour each, which is their class.
fn images() -> Result<Images, BoxError> {
    let colours = Tensor::arange(0_f32, 4.0, &Device::Cpu)?.reshape((4, 1, 1, 1))?;
    let classes = Tensor::eye(4, DType::F32, &Device::Cpu)?;
    Ok(Images {
        pixels: colours.broadcast_as((4, 3, 6, 8))?.contiguous()?,
        targets: classes,
    })
}

fn numbers(tensor: &Tensor) -> Result<Vec<f64>, BoxError> {
    Ok(tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

fn pairs() -> Pairs {
    Pairs::new(vec![2, 0, 1], vec![0.75, 1.0, 0.5]).unwrap()
}

#[test]
fn tensors_are_mixed_as_vectors_are() -> Result<(), BoxError> {
    let rows = vec![vec![4.0, 8.0], vec![f64::INFINITY, 1.0], vec![0.0, 16.0]];
    let mut expected = rows.clone();
    expected.mix(&pairs())?;
    for dtype in [DType::F64, DType::F32, DType::F16] {
        let mut tensor = Tensor::new(rows.clone(), &Device::Cpu)?.to_dtype(dtype)?;
        assert_eq!(tensor.samples(), 3);
        tensor.mix(&pairs())?;
        assert_eq!(numbers(&tensor)?, expected.concat());
        assert_eq!((tensor.dtype(), tensor.dims()), (dtype, [3, 2].as_slice()));
    }
    let mut flat = Tensor::new(&[4_f32, 1.0, 8.0], &Device::Cpu)?;
    flat.mix(&pairs())?;
    assert_eq!(numbers(&flat)?, [5.0, 1.0, 4.5]);
    assert!(flat.mix(&Pairs::new(vec![0], vec![1.0])?).is_err());
    let mut beside_infinity = Tensor::new(&[1.0, f64::INFINITY], &Device::Cpu)?;
    beside_infinity.mix(&Pairs::new(vec![1, 0], vec![1.0, 0.5])?)?;
    assert_eq!(numbers(&beside_infinity)?, [1.0, f64::INFINITY]);
    let mut empty = Tensor::zeros((0, 3), DType::F32, &Device::Cpu)?;
    empty.mix(&Pairs::new(vec![], vec![])?)?;
    Ok(())
}

#[test]
fn labels_are_refused_with_what_to_do() -> Result<(), BoxError> {
    let mut labels = Tensor::new(&[0_u32, 1, 2], &Device::Cpu)?;
    let error = labels.mix(&pairs()).unwrap_err().to_string();
    let expected = "samples of the type U32 cannot be mixed or smoothed; make labels one-hot, or keep them in `PairedTargets`";
    assert_eq!(error, expected);
    assert!(labels.smooth(0.1).is_err());
    Ok(())
}

#[test]
fn a_patch_is_pasted_from_the_partner_as_it_was() -> Result<(), BoxError> {
    let images = [
        [[0_u32, 1], [10, 11]],
        [[100, 101], [110, 111]],
        [[200, 201], [210, 211]],
    ];
    let mut images = Tensor::new(&images, &Device::Cpu)?;
    let swap = Pairs::new(vec![1, 2, 0], vec![1.0; 3])?;
    images.paste(
        &Patch {
            rows: 1..2,
            columns: 0..2,
        },
        &swap,
    )?;
    let expected = [0, 1, 110, 111, 100, 101, 210, 211, 200, 201, 10, 11];
    assert_eq!(numbers(&images)?, expected.map(f64::from));
    assert!(
        images
            .paste(
                &Patch {
                    rows: 0..3,
                    columns: 0..1
                },
                &swap
            )
            .is_err()
    );
    assert!(
        images
            .paste(
                &Patch {
                    rows: 0..1,
                    columns: 0..1
                },
                &Pairs::new(vec![0], vec![1.0])?
            )
            .is_err()
    );
    let flat = Tensor::zeros((3, 4), DType::F32, &Device::Cpu)?;
    assert!(
        flat.size()
            .unwrap_err()
            .to_string()
            .starts_with("a tensor of shape [3, 4] has no images")
    );
    Ok(())
}

#[test]
fn the_targets_are_mixed_by_the_area_that_is_pasted() -> Result<(), BoxError> {
    let mut trainer = sink()
        .epochs(20)
        .callback(CutMix::<Images>::new(1.0).seed(3));
    let (batches, _) = seen(&mut trainer, vec![images()?]);
    for (batch, epoch) in batches.iter().zip(1..) {
        let (pairs, _) = CutMix::<Images>::new(1.0)
            .seed(3)
            .patch(4, (6, 8), epoch, 1)?;
        // The colour is linear in the class, so the mean of the pixels is that of the targets.
        let colours = batch.pixels.flatten_from(1)?.mean(1)?;
        let expected = (0..4).zip(pairs.iter()).map(|(image, (partner, weight))| {
            weight * f64::from(image) + (1.0 - weight) * f64::from(u32::try_from(partner).unwrap())
        });
        for (colour, expected) in numbers(&colours)?.into_iter().zip(expected) {
            assert!((colour - expected).abs() < 1e-5, "{colour}, {expected}");
        }
        let sums = numbers(&batch.targets.sum(1)?)?;
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-6));
    }
    Ok(())
}

#[test]
fn mixup_and_smoothing_work_on_tensors() -> Result<(), BoxError> {
    let mut trainer = sink()
        .callback(Mixup::<Images>::new(0.4))
        .callback(LabelSmoothing::<Images>::new(0.5));
    let (batches, _) = seen(&mut trainer, vec![images()?]);
    let mut expected: Vec<Vec<f64>> = vec![
        vec![1.0, 0.0, 0.0, 0.0],
        vec![0.0, 1.0, 0.0, 0.0],
        vec![0.0, 0.0, 1.0, 0.0],
        vec![0.0, 0.0, 0.0, 1.0],
    ];
    expected.mix(&Mixup::<Images>::new(0.4).pairs(4, 1, 1)?)?;
    expected.smooth(0.5)?;
    for (ours, expected) in numbers(&batches[0].targets)?
        .into_iter()
        .zip(expected.concat())
    {
        assert!((ours - expected).abs() < 1e-6, "{ours}, {expected}");
    }
    Ok(())
}
