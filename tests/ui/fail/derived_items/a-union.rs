#[derive(callbacks::Gradients)]
union Either {
    one: f32,
    other: u32,
}

fn main() {}
