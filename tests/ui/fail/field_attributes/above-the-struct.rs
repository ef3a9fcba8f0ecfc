use callbacks::Parameters;

#[derive(Parameters)]
#[parameters(skip)]
struct Layer {
    weights: Vec<f32>,
}

fn main() {}
