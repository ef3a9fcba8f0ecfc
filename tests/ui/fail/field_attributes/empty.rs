use callbacks::Parameters;

#[derive(Parameters)]
struct Layer {
    #[parameters]
    weights: Vec<f32>,
}

fn main() {}
