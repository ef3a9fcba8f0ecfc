use callbacks::Parameters;

#[derive(Parameters)]
struct Layer {
    #[parameters(frozen)]
    weights: Vec<f32>,
}

fn main() {}
