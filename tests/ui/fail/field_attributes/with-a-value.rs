use callbacks::Parameters;

#[derive(Parameters)]
struct Layer {
    #[parameters(skip = yes)]
    calls: u64,
}

fn main() {}
