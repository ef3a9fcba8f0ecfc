use callbacks::shelf::ClipGradients;

struct Slopes;

fn main() {
    let _ = ClipGradients::<Slopes>::by_norm(1.0);
}
