//! Instructions per firing, counted by callgrind: the same number in every run.
//!
//! Callgrind begins to count when `measured_firings` is entered, of which each contender has one, and writes down what it
//! counted when that function returns. Every contender fires once, then 1,000 times and then 2,000 times; the difference is what
//! 1,000 firings cost, and what is around them cancels out.

use super::{dumps, once_more};
use callbacks_benches::contenders::{BoxError, Peer, Setup, Signature};
use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs, process};

/// The argument with which this program runs itself under callgrind.
pub(super) const UNDER_CALLGRIND: &str = "under-callgrind";

const FEW: u32 = 1_000;
const MANY: u32 = 2 * FEW;

/// Instructions per firing, for each contender.
#[derive(Debug)]
pub(super) struct Counts(HashMap<Setup, f64>);

impl Counts {
    /// Counted when it is first asked for.
    pub(super) fn get() -> Result<&'static Self, Box<dyn Error>> {
        static COUNTS: OnceLock<Counts> = OnceLock::new();
        if COUNTS.get().is_none() {
            // No other thread counts: the program has one.
            let _ = COUNTS.set(Self::count()?);
        }
        COUNTS.get().ok_or_else(|| "nothing was counted".into())
    }

    fn count() -> Result<Self, Box<dyn Error>> {
        let folder = Scratch::new()?;
        run_callgrind(&folder.0)?;
        let setups = setups();
        let peers: Vec<Peer> = setups.iter().map(|setup| setup.peer).collect();
        let counted = dumps::read(&folder.0, &peers)?;
        let per_firing = |[_, few, many]: [f64; dumps::EACH]| (many - few) / f64::from(MANY - FEW);
        let counted = counted.into_iter().map(per_firing);
        Ok(Self(setups.into_iter().zip(counted).collect()))
    }

    /// What a firing costs, apart from the loop that measures it. `None` where the peer has no notion of it.
    pub(super) fn of(&self, setup: Setup) -> Option<f64> {
        let bare = self.0.get(&Setup::of(Peer::Bare))?;
        self.0.get(&setup).map(|count| count - bare)
    }

    /// What a further handler costs: a 56th of what 64 cost beyond 8.
    pub(super) fn per_handler(&self, setup: Setup) -> Option<f64> {
        Some(self.difference(setup.with(64), setup.with(8))? / 56.0)
    }

    pub(super) fn difference(&self, more: Setup, less: Setup) -> Option<f64> {
        Some(self.of(more)? - self.of(less)?)
    }

    pub(super) fn ratio(&self, more: Setup, less: Setup) -> Option<f64> {
        Some(self.of(more)? / self.of(less)?)
    }
}

/// What runs under callgrind: all contenders, in the order of [`setups`].
pub(super) fn fire_all() -> Result<(), Box<dyn Error>> {
    for setup in setups() {
        fire(setup).map_err(|error| format!("{setup:?}: {error}"))?;
    }
    Ok(())
}

fn fire(setup: Setup) -> Result<(), BoxError> {
    let mut contender = setup.build().ok_or("a contender that is none")?;
    // What is looked up once, and kept, is looked up here.
    contender.fire(1)?;
    contender.fire(FEW.into())?;
    contender.fire(MANY.into())
}

/// What is counted.
fn setups() -> Vec<Setup> {
    let mut setups = vec![Setup::of(Peer::Bare), Setup::of(Peer::Check)];
    for peer in PEERS {
        let with = |handlers: usize| Setup::of(peer).with(handlers);
        setups.extend([with(0), with(0).beside(100)]);
        setups.extend([1, 8, 64].map(|handlers| with(handlers).beside(100)));
        for signature in Signature::ALL {
            setups.extend([1, 8, 64].map(|handlers| with(handlers).asking(signature)));
        }
    }
    let ours = Setup::of(Peer::Ours);
    for waiting in [1, 8, 64] {
        setups.extend([ours.awaiting(waiting), ours.with(8).awaiting(waiting)]);
    }
    setups.retain(|setup| setup.build().is_some());
    setups
}

/// Those that fire handlers.
pub(super) const PEERS: [Peer; 6] = [
    Peer::Ours,
    Peer::Inline,
    Peer::Direct,
    Peer::Dynamic,
    Peer::Argmin,
    Peer::Bevy,
];

/// A folder of this process's own, removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("callbacks-counts-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left behind at worst.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run_callgrind(folder: &Path) -> Result<(), Box<dyn Error>> {
    let out = format!("--callgrind-out-file={}", folder.join("counts").display());
    let options = [
        "--tool=callgrind",
        // The same functions by two patterns, because a pattern has one option.
        "--zero-before=*ed_firings",
        "--dump-after=*measured_firings",
        &out,
    ];
    once_more::run(Some(("valgrind", &options)), &[UNDER_CALLGRIND])?;
    Ok(())
}
