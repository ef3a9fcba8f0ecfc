use callbacks::Parameters;

#[derive(Parameters)]
enum Layer {
    Dense(Vec<f32>),
    Flat,
}

fn main() {
    let _ = [Layer::Dense(vec![]), Layer::Flat];
}
