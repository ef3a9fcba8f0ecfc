#[derive(callbacks::Gradients)]
struct Slopes {
    #[gradients(skip)]
    #[gradients(skip)]
    calls: u64,
}

fn main() {}
