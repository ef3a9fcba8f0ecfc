use callbacks::Parameters;

#[derive(Parameters)]
struct Layer {
    weights: Vec<f32>,
    #[parameters(skp)]
    calls: Vec<f32>,
}

fn main() {}
