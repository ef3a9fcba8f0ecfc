struct Inner {
    _weights: Vec<f32>,
}

#[derive(callbacks::Gradients)]
pub struct Slopes {
    inner: Vec<Inner>,
}

fn main() {}
