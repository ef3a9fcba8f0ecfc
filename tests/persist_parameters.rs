//! Parameters of models in saved runs: every type of parameters comes back to the bit, under the names of `visit`, and so do snapshots.

use callbacks::persist::{ElementType, Fields, SavedFields, SavedTensor, SavedValue};
use callbacks::{BoxError, Parameters};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq, Parameters)]
struct Net {
    layers: Vec<Layer>,
    scale: f64,
    pair: ([f32; 2], f32),
    boxed: Box<[f64]>,
    extra: Option<Layer>,
    #[parameters(skip)]
    calls: u64,
}

#[derive(Debug, Clone, PartialEq, Parameters)]
struct Layer {
    weights: Vec<f32>,
    bias: [f64; 2],
}

fn layer(weights: usize) -> Layer {
    Layer {
        weights: vec![0.0; weights],
        bias: [0.0; 2],
    }
}

/// A net of this shape, whose elements are all 0.
fn zeros(layers: &[usize], has_extra: bool) -> Net {
    Net {
        layers: layers.iter().map(|weights| layer(*weights)).collect(),
        scale: 0.0,
        pair: ([0.0; 2], 0.0),
        boxed: Box::new([0.0; 3]),
        extra: has_extra.then(|| layer(1)),
        calls: 0,
    }
}

/// Fills the tensors with bits, among them NaN with payloads, infinities and subnormal numbers.
fn fill(net: &mut Net, mut bits: u64) {
    let mut draw = || {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        bits ^ (bits >> 29)
    };
    let layers = net.layers.iter_mut().chain(&mut net.extra);
    for layer in layers {
        layer.weights.fill_with(|| f32::from_bits(short(draw())));
        layer.bias = [f64::from_bits(draw()), f64::from_bits(draw())];
    }
    net.scale = f64::from_bits(draw());
    net.pair = (
        [f32::from_bits(short(draw())), f32::NAN],
        f32::from_bits(short(draw())),
    );
    net.boxed.fill_with(|| f64::from_bits(draw()));
}

fn short(bits: u64) -> u32 {
    u32::try_from(bits >> 32).unwrap()
}

fn save<M: Parameters>(model: &mut M) -> SavedFields {
    SavedFields::save(|fields| model.persist(fields)).unwrap()
}

/// Returns the bytes of each tensor, with its type and its shape.
fn tensors(saved: &SavedFields) -> Vec<(String, ElementType, Vec<usize>, Vec<u8>)> {
    let fields = saved.clone().into_iter();
    let tensors = fields.map(|(name, value)| match value {
        SavedValue::Tensor(tensor) => (
            name,
            tensor.element_type(),
            tensor.shape().to_vec(),
            tensor.into_bytes(),
        ),
        other => panic!("`{name}` is {other}"),
    });
    tensors.collect()
}

fn visited(model: &impl Parameters) -> Vec<String> {
    let mut names = Vec::new();
    let visit = |name: &str, _: &[f64]| {
        names.push(name.to_owned());
        Ok(())
    };
    model.visit(&mut { visit }).unwrap();
    names
}

proptest! {
    #[test]
    fn parameters_and_snapshots_come_back_to_the_bit(
        layers in prop::collection::vec(0_usize..4, 0..3),
        has_extra in any::<bool>(),
        bits in any::<u64>(),
    ) {
        let mut net = zeros(&layers, has_extra);
        fill(&mut net, bits);
        let saved = save(&mut net);
        prop_assert_eq!(saved.names().map(str::to_owned).collect::<Vec<_>>(), visited(&net));
        prop_assert_eq!(Fields::names(|fields| net.persist(fields)), visited(&net));

        let mut other = zeros(&layers, has_extra);
        saved.clone().load(|fields| other.persist(fields)).unwrap();
        prop_assert_eq!(tensors(&save(&mut other)), tensors(&saved));

        let mut snapshot = net.snapshot().unwrap();
        let copy = SavedFields::save(|fields| Net::persist_snapshot(&mut snapshot, fields)).unwrap();
        prop_assert_eq!(tensors(&copy), tensors(&saved));
        let mut back = zeros(&layers, has_extra).snapshot().unwrap();
        copy.load(|fields| Net::persist_snapshot(&mut back, fields)).unwrap();
        let mut restored = zeros(&layers, has_extra);
        restored.restore(&back).unwrap();
        prop_assert_eq!(tensors(&save(&mut restored)), tensors(&saved));
    }
}

#[test]
fn tensors_have_the_type_and_the_shape_of_the_model() {
    let described: Vec<(String, ElementType, Vec<usize>)> = tensors(&save(&mut zeros(&[3], true)))
        .into_iter()
        .map(|(name, element_type, shape, _)| (name, element_type, shape))
        .collect();
    let expected = [
        ("layers.0.weights", ElementType::F32, vec![3]),
        ("layers.0.bias", ElementType::F64, vec![2]),
        ("scale", ElementType::F64, vec![]),
        ("pair.0", ElementType::F32, vec![2]),
        ("pair.1", ElementType::F32, vec![]),
        ("boxed", ElementType::F64, vec![3]),
        ("extra.weights", ElementType::F32, vec![1]),
        ("extra.bias", ElementType::F64, vec![2]),
    ];
    assert_eq!(
        described,
        expected.map(|(name, of, shape)| (name.to_owned(), of, shape))
    );
}

#[test]
fn another_shape_is_refused_with_the_name_and_both_sides() {
    let saved = save(&mut zeros(&[3], false));
    let load = |into: &mut Net| {
        saved
            .clone()
            .load(|fields| into.persist(fields))
            .unwrap_err()
            .to_string()
    };
    let text = load(&mut zeros(&[4], false));
    assert_eq!(
        text,
        "`layers.0.weights`: it is a tensor of F32 [3], and not of F32 [4]; load it into one of the same type and shape"
    );
    let text = load(&mut zeros(&[3, 1], true));
    for name in [
        "layers.1.weights",
        "layers.1.bias",
        "extra.weights",
        "extra.bias",
    ] {
        assert!(text.contains(&format!("`{name}` was not saved")), "{text}");
    }
    let text = load(&mut zeros(&[], false));
    assert!(text.contains("`layers.0.bias` has no place"), "{text}");

    let mut snapshot = zeros(&[4], false).snapshot().unwrap();
    let copy = saved
        .clone()
        .load(|fields| Net::persist_snapshot(&mut snapshot, fields));
    assert!(
        copy.unwrap_err()
            .to_string()
            .contains("F32 [3], and not of F32 [4]")
    );
    let mut of_another_model = <([f64; 1],)>::snapshot(&([0.0],)).unwrap();
    let copy = saved.load(|fields| Net::persist_snapshot(&mut of_another_model, fields));
    assert!(
        copy.unwrap_err()
            .to_string()
            .contains("the snapshot has other fields than the model")
    );
}

/// A model whose author has written the functions without those for saved runs.
struct ByHand(Vec<f32>);

impl Parameters for ByHand {
    type Snapshot = Vec<f32>;

    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        if self.0.is_empty() {
            return Err("the device is lost".into());
        }
        self.0.visit(&mut |_, values| visitor("weights", values))
    }

    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        self.0
            .visit_mut(&mut |_, values| visitor("weights", values))
    }

    fn snapshot(&self) -> Result<Vec<f32>, BoxError> {
        Ok(self.0.clone())
    }

    fn restore_where(
        &mut self,
        snapshot: &Vec<f32>,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError> {
        self.0.restore_where(snapshot, includes)
    }

    fn average_into(&self, snapshot: &mut Vec<f32>, share: f64) -> Result<(), BoxError> {
        self.0.average_into(snapshot, share)
    }
}

#[test]
fn a_model_by_hand_is_saved_as_f64_and_its_snapshot_says_what_to_write() {
    let saved = save(&mut ByHand(vec![0.1, -0.0]));
    let tensor = SavedTensor::of(&[f64::from(0.1_f32), -0.0], &[2]).unwrap();
    assert_eq!(saved.get("weights"), Some(&SavedValue::Tensor(tensor)));
    let mut other = ByHand(vec![7.0; 2]);
    saved.clone().load(|fields| other.persist(fields)).unwrap();
    assert_eq!(other.0.map_bits(), vec![0.1_f32, -0.0].map_bits());
    let text = saved
        .load(|fields| ByHand(vec![7.0]).persist(fields))
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "`weights`: it is a tensor of F64 [2], and not of F64 [1]; load it into one of the same type and shape"
    );

    let lost = SavedFields::save(|fields| ByHand(Vec::new()).persist(fields)).unwrap_err();
    assert_eq!(lost.to_string(), "the device is lost");
    let unsaved = SavedFields::save(|fields| ByHand::persist_snapshot(&mut vec![1.0], fields));
    let text = unsaved.unwrap_err().to_string();
    assert!(
        text.contains("ByHand` cannot be saved; write `fn persist_snapshot`"),
        "{text}"
    );
}

trait MapBits {
    fn map_bits(&self) -> Vec<u32>;
}

impl MapBits for Vec<f32> {
    fn map_bits(&self) -> Vec<u32> {
        self.iter().map(|x| x.to_bits()).collect()
    }
}
