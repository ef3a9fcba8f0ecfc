use callbacks::Parameters;

#[derive(Parameters)]
struct Layer {
    #[parameters(crate = callbacks)]
    weights: Vec<f32>,
}

fn main() {}
