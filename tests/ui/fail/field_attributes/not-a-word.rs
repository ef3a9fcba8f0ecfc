use callbacks::Parameters;

#[derive(Parameters)]
struct Layer {
    #[parameters("skip")]
    calls: Vec<f32>,
}

fn main() {}
