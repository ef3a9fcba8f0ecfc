//! `Parameters` and `Gradients`: names, snapshots, averages and norms of what a model consists of.

use callbacks::{BoxError, Gradients, Parameters};

#[derive(Parameters)]
struct Model {
    layers: Vec<Layer>,
    pair: (f64, Box<[f32; 2]>),
    head: Option<Layer>,
    scale: f32,
    #[parameters(skip)]
    calls: std::collections::HashMap<String, u64>,
}

#[derive(Parameters)]
struct Layer {
    weights: [[f32; 2]; 2],
    bias: Vec<f64>,
}

#[derive(Parameters)]
struct Unit;

#[derive(Parameters)]
struct Generic<T, const N: usize>([T; N], #[parameters(skip)] &'static str)
where
    T: Copy;

fn layer(first: f32) -> Layer {
    Layer {
        weights: [[first, 2.0], [3.0, 4.0]],
        bias: vec![0.5],
    }
}

fn model() -> Model {
    Model {
        layers: vec![layer(1.0), layer(-1.0)],
        pair: (7.0, Box::new([8.0, 9.0])),
        head: Some(layer(0.25)),
        scale: 3.0,
        calls: std::collections::HashMap::new(),
    }
}

fn listed(model: &impl Parameters) -> Vec<(String, Vec<f64>)> {
    let mut found = Vec::new();
    let visited = model.visit(&mut |name, values| {
        found.push((name.to_owned(), values.to_vec()));
        Ok(())
    });
    assert!(visited.is_ok());
    found
}

fn names(model: &impl Parameters) -> Vec<String> {
    listed(model).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_name_of_a_tensor_is_the_path_to_it() {
    let expected = [
        "layers.0.weights.0",
        "layers.0.weights.1",
        "layers.0.bias",
        "layers.1.weights.0",
        "layers.1.weights.1",
        "layers.1.bias",
        "pair.0",
        "pair.1",
        "head.weights.0",
        "head.weights.1",
        "head.bias",
        "scale",
    ];
    assert_eq!(names(&model()), expected);
    let mut changed = model();
    let mut seen = Vec::new();
    let visited = changed.visit_mut(&mut |name, _| {
        seen.push(name.to_owned());
        Ok(())
    });
    assert!(visited.is_ok());
    assert_eq!(seen, expected);
    assert_eq!(names(&Unit), Vec::<String>::new());
    assert_eq!(names(&Generic([1.0_f32, 2.0], "m")), ["0"]);
    assert_eq!(Generic([1.0_f64; 3], "m").1, "m");
}

#[test]
fn a_snapshot_restores_every_bit() -> Result<(), BoxError> {
    let mut model = model();
    let odd = [
        f64::NAN,
        -0.0,
        f64::INFINITY,
        f64::MIN_POSITIVE / 3.0,
        0.1 + 0.2,
    ];
    model.layers[0].bias = odd.to_vec();
    model.layers[1].weights[0][0] = f32::from_bits(0xffa0_0001);
    let before = bits(&model);
    let snapshot = model.snapshot()?;
    model.visit_mut(&mut |_, values| {
        values.fill(5.0);
        Ok(())
    })?;
    assert_ne!(bits(&model), before);
    model.restore(&snapshot)?;
    assert_eq!(bits(&model), before);
    assert!(model.calls.is_empty());
    Ok(())
}

fn bits(model: &Model) -> Vec<u64> {
    let weights = model.layers.iter().flat_map(|layer| layer.weights);
    let weights = weights.flatten().map(|x| u64::from(x.to_bits()));
    let biases = model.layers.iter().flat_map(|layer| &layer.bias);
    let biases = biases.map(|x| x.to_bits());
    let rest = [model.pair.0.to_bits(), u64::from(model.scale.to_bits())];
    weights.chain(biases).chain(rest).collect()
}

#[test]
fn a_visit_that_changes_nothing_keeps_every_bit() -> Result<(), BoxError> {
    let mut model = model();
    // A signalling NaN becomes a quiet one where it is converted.
    model.layers[1].weights[0][0] = f32::from_bits(0xffa0_0001);
    model.layers[1].bias[0] = f64::from_bits(0x7ff8_0000_0000_0123);
    let before = bits(&model);
    model.visit_mut(&mut |_, _| Ok(()))?;
    assert_eq!(bits(&model), before);
    Ok(())
}

#[test]
fn names_choose_what_is_restored_and_scaled() -> Result<(), BoxError> {
    let mut model = model();
    let snapshot = model.snapshot()?;
    model.scale_where(2.0, &|_| true)?;
    model.restore_where(&snapshot, &|name| name.starts_with("layers.1."))?;
    let values = listed(&model);
    let of = |name: &str| {
        values
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, values)| values.clone())
    };
    assert_eq!(of("layers.0.weights.0"), Some(vec![2.0, 4.0]));
    assert_eq!(of("layers.1.weights.0"), Some(vec![-1.0, 2.0]));
    assert_eq!(of("layers.1.bias"), Some(vec![0.5]));
    assert_eq!(of("pair.0"), Some(vec![14.0]));
    assert_eq!(of("head.bias"), Some(vec![1.0]));
    model.scale_where(10.0, &|name| name == "scale")?;
    assert!((model.scale - 60.0).abs() < f32::EPSILON);
    assert!((model.pair.0 - 14.0).abs() < f64::EPSILON);
    Ok(())
}

#[test]
fn an_average_moves_by_its_share() -> Result<(), BoxError> {
    let mut average = vec![vec![0.0_f32, 10.0], vec![1e30]].snapshot()?;
    let to = vec![vec![8.0_f32, 2.0], vec![0.1]];
    to.average_into(&mut average, 0.25)?;
    assert_eq!(average[0], [2.0, 8.0]);
    to.average_into(&mut average, 0.0)?;
    assert_eq!(average[0], [2.0, 8.0]);
    // A whole share gives the parameters, whatever was there.
    to.average_into(&mut average, 1.0)?;
    assert_eq!(average, to);
    Ok(())
}

#[test]
fn a_snapshot_of_another_shape_is_refused_with_the_name() -> Result<(), BoxError> {
    let mut small = model();
    let mut large = model();
    large.layers[1].bias.push(1.0);
    let error = small
        .restore(&large.snapshot()?)
        .map_err(|error| error.to_string());
    assert_eq!(
        error,
        Err("`layers.1.bias`: 1 elements cannot take the values of 2; use a snapshot or gradients of the same model".to_owned())
    );
    let error = small.average_into(&mut large.snapshot()?, 0.5);
    assert!(error.is_err_and(|error| error.to_string().starts_with("`layers.1.bias`: 1 ")));
    large.head = None;
    assert!(small.restore(&large.snapshot()?).is_err());
    assert!(small.average_into(&mut large.snapshot()?, 0.5).is_err());
    assert!(vec![1.0, 2.0].restore(&vec![1.0]).is_err());
    assert!(vec![1.0, 2.0].average_into(&mut vec![1.0], 0.5).is_err());
    let mut one_layer = vec![vec![1.0]].snapshot()?;
    assert!(
        vec![vec![1.0]; 2]
            .average_into(&mut one_layer, 0.5)
            .is_err()
    );
    assert!(vec![vec![1.0]; 2].restore(&one_layer).is_err());
    Ok(())
}

#[test]
fn an_error_of_a_visitor_ends_the_visit() {
    let mut calls = 0;
    let visited = model().visit(&mut |_, _| {
        calls += 1;
        Err("enough".into())
    });
    assert_eq!(
        visited.map_err(|error| error.to_string()),
        Err("enough".to_owned())
    );
    assert_eq!(calls, 1);
}

#[derive(callbacks::Gradients, Debug, PartialEq, Clone)]
struct Slopes {
    layers: [(Vec<f32>, f64); 2],
    #[gradients(skip)]
    note: String,
}

fn slopes() -> Slopes {
    Slopes {
        layers: [(vec![1.0, -2.0], 4.0), (vec![4.0], -8.0)],
        note: String::new(),
    }
}

#[test]
fn norms_are_of_tensors_and_of_all() -> Result<(), BoxError> {
    let slopes = slopes();
    let mut found = Vec::new();
    slopes.norms(1.0, &mut |name, norm| found.push(format!("{name} {norm}")))?;
    assert_eq!(
        found,
        [
            "layers.0.0 3",
            "layers.0.1 4",
            "layers.1.0 4",
            "layers.1.1 8"
        ]
    );
    let squares = 1.0_f64 + 4.0 + 16.0 + 16.0 + 64.0;
    assert!((slopes.norm(2.0)? - squares.sqrt()).abs() < 1e-14);
    assert!((slopes.norm(1.0)? - 19.0).abs() < 1e-14);
    assert!((slopes.norm(f64::INFINITY)? - 8.0).abs() < f64::EPSILON);
    let cubes = 1.0_f64 + 8.0 + 64.0 + 64.0 + 512.0;
    assert!((slopes.norm(3.0)? - cubes.cbrt()).abs() < 1e-13);
    let mut count = 0;
    slopes.visit(&mut |_, values| {
        count += values.len();
        Ok(())
    })?;
    assert_eq!(count, 5);
    Ok(())
}

#[test]
fn gradients_are_finite_if_all_elements_are() -> Result<(), BoxError> {
    assert!(slopes().is_finite()?);
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut slopes = slopes();
        slopes.layers[0].1 = odd;
        assert!(!slopes.is_finite()?, "{odd}");
    }
    // The sum of the squares overflows, and no element does.
    assert!([1e300, 1e300].is_finite()?);
    assert!([1e300, 1e300].norm(2.0)?.is_finite());
    assert!(Vec::<f64>::new().is_finite()?);
    Ok(())
}

#[test]
fn gradients_are_scaled_clamped_and_added() -> Result<(), BoxError> {
    let mut sum = slopes();
    let mut factors = [1.0, 2.0, 0.5, 0.0].into_iter();
    sum.scale_each(&mut |_| factors.next().unwrap_or(f64::NAN))?;
    assert_eq!(sum.layers, [(vec![1.0, -2.0], 8.0), (vec![2.0], -0.0)]);
    sum.add_scaled(&slopes(), 0.5)?;
    assert_eq!(sum.layers, [(vec![1.5, -3.0], 10.0), (vec![4.0], -4.0)]);
    sum.layers[0].0[0] = f32::NAN;
    sum.clamp(3.5)?;
    assert!(sum.layers[0].0[0].is_nan());
    assert_eq!(sum.layers[1], (vec![3.5], -3.5));
    assert_eq!(sum.layers[0].1.to_bits(), 3.5_f64.to_bits());
    let mut infinite = [f64::INFINITY, f64::NEG_INFINITY];
    infinite.clamp(2.0)?;
    assert_eq!(infinite.to_vec(), [2.0, -2.0]);
    Ok(())
}

#[test]
fn gradients_of_another_shape_are_refused() {
    assert!(vec![1.0].add_scaled(&vec![1.0, 2.0], 1.0).is_err());
    let mut longer = slopes();
    longer.layers[1].0.push(1.0);
    let error = slopes().add_scaled(&longer, 1.0);
    assert_eq!(
        error.map_err(|error| error.to_string()),
        Err("`layers.1.0`: 1 elements cannot take the values of 2; use a snapshot or gradients of the same model".to_owned())
    );
    let error = vec![vec![1.0]].add_scaled(&vec![], 1.0);
    assert_eq!(
        error.map_err(|error| error.to_string()),
        Err(
            "1 elements cannot take the values of 0; use a snapshot or gradients of the same model"
                .to_owned()
        )
    );
}

/// A model that contains itself.
#[derive(Debug, Clone, PartialEq, Parameters, Gradients)]
struct Tree {
    weights: Vec<f64>,
    children: Vec<Tree>,
}

/// A generic one, which calls itself `Self`.
#[derive(Debug, Clone, PartialEq, Parameters, Gradients)]
struct Chain<T> {
    weight: T,
    next: Option<Box<Self>>,
}

fn tree() -> Tree {
    let leaf = |weight| Tree {
        weights: vec![weight],
        children: Vec::new(),
    };
    Tree {
        weights: vec![1.0],
        children: vec![leaf(2.0), leaf(4.0)],
    }
}

#[test]
fn a_struct_that_contains_itself_has_the_tensors_of_all_its_levels() {
    let mut model = tree();
    let seen = ["weights", "children.0.weights", "children.1.weights"];
    assert_eq!(names(&model), seen);
    let snapshot = model.snapshot().unwrap();
    model.scale_where(0.0, &|name| name != "weights").unwrap();
    assert_eq!(Gradients::norm(&model, 1.0).ok(), Some(1.0));
    model.restore(&snapshot).unwrap();
    assert_eq!(model, tree());
    model.add_scaled(&tree(), 1.0).unwrap();
    assert_eq!(Gradients::norm(&model, 1.0).ok(), Some(14.0));

    let mut last = Chain {
        weight: 3.0,
        next: None,
    };
    let mut chain = Chain {
        weight: 2.0,
        next: Some(Box::new(last.clone())),
    };
    assert_eq!(names(&chain), ["weight", "next.weight"]);
    assert_eq!(Gradients::norm(&chain, 1.0).ok(), Some(5.0));
    chain.clamp(2.0).unwrap();
    assert_eq!(Gradients::norm(&chain, 1.0).ok(), Some(4.0));
    let error = last.add_scaled(&chain, 1.0).unwrap_err();
    assert!(error.to_string().starts_with("`next`: "), "{error}");
    assert!(error.to_string().contains("give zeros"), "{error}");
}
