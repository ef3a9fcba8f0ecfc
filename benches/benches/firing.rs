//! Times of single contenders, for whoever works on one of them: `cargo bench -p callbacks-benches`.
//!
//! The ratios of `BENCHMARKS.md` are not made of these: what is measured one after the other differs by what else the machine
//! does meanwhile.

use callbacks_benches::contenders::{BoxError, Peer, Setup};
use divan::Bencher;
use divan::counter::ItemsCount;

const FIRINGS: u64 = 1_000;

fn main() {
    divan::main();
}

#[divan::bench(
    args = [Peer::Ours, Peer::Inline, Peer::Direct, Peer::Dynamic, Peer::Argmin, Peer::Bevy],
    consts = [1, 8, 64],
)]
fn fire<const HANDLERS: usize>(bencher: Bencher<'_, '_>, peer: Peer) {
    let mut contender = Setup::of(peer).with(HANDLERS).build();
    let fired = || -> Result<(), BoxError> {
        let contender = contender.as_mut().ok_or("a contender that is none")?;
        contender.fire(FIRINGS)
    };
    bencher.counter(ItemsCount::new(FIRINGS)).bench_local(fired);
}
