use callbacks::Parameters;

#[derive(Parameters)]
pub struct Layer {
    pub weights: Vec<f32>,
    pub calls: u64,
}

fn main() {}
