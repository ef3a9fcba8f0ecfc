//! What callgrind wrote down: three dumps of each contender, no fewer and no more.

use callbacks_benches::contenders::Peer;
use std::error::Error;
use std::fs;
use std::path::Path;

/// How often each contender fires, and is dumped.
pub(super) const EACH: usize = 3;

/// The instructions of one dump, and the function behind which it was made.
struct Dump {
    behind: String,
    total: f64,
}

/// The instructions of each contender's three dumps. `peers` are those who fired, in their order.
pub(super) fn read(folder: &Path, peers: &[Peer]) -> Result<Vec<[f64; EACH]>, Box<dyn Error>> {
    let mut dumps = Vec::new();
    // Numbered from 1; the one without a number is that of the program's end.
    while let Some(dump) = Dump::read(&folder.join(format!("counts.{}", dumps.len() + 1)))? {
        dumps.push(dump);
    }
    let written = fs::read_dir(folder)?.count().saturating_sub(1);
    if written != dumps.len() {
        return Err(format!("callgrind wrote {written} dumps, whose numbers have gaps").into());
    }
    sorted(&dumps, peers)
}

fn sorted(dumps: &[Dump], peers: &[Peer]) -> Result<Vec<[f64; EACH]>, Box<dyn Error>> {
    if let Some((at, dump, peer)) = misplaced(dumps, peers) {
        return Err(format!(
            "dump {at} is of {peer}, but was made behind {}",
            dump.behind
        )
        .into());
    }
    let expected = EACH * peers.len();
    if dumps.len() != expected {
        return Err(format!(
            "{} dumps instead of {expected}, which are {EACH} for each of {} contenders; `measured_firings` was {}",
            dumps.len(),
            peers.len(),
            if dumps.len() < expected { "inlined, or a contender gave up" } else { "called more often" },
        )
        .into());
    }
    let (each, _) = dumps.as_chunks::<EACH>();
    Ok(each
        .iter()
        .map(|each| each.each_ref().map(|dump| dump.total))
        .collect())
}

/// The first dump of another contender than it should be of: its number, and who that is.
fn misplaced<'d>(dumps: &'d [Dump], peers: &[Peer]) -> Option<(usize, &'d Dump, Peer)> {
    let peers = peers.iter().flat_map(|peer| [*peer; EACH]);
    let mut all = (1..).zip(dumps).zip(peers);
    let found = all.find(|((_, dump), peer)| !dump.behind.contains(module(*peer)));
    found.map(|((at, dump), peer)| (at, dump, peer))
}

/// A part of the name of each function that fires for this contender.
fn module(peer: Peer) -> &'static str {
    match peer {
        Peer::Ours => "::ours::",
        Peer::Inline => "::inline::",
        Peer::Direct => "::direct::",
        Peer::Dynamic => "::dynamic::",
        Peer::Argmin => "::argmin::",
        Peer::Bevy => "::bevy::",
        Peer::Check => "::check::measured_",
        Peer::Bare => "::check::bare_",
    }
}

impl Dump {
    /// `None` where there is no such file.
    fn read(path: &Path) -> Result<Option<Self>, Box<dyn Error>> {
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(path)?;
        let of = |label: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(label));
            found.ok_or_else(|| format!("{}: no line begins with `{label}`", path.display()))
        };
        Ok(Some(Self {
            behind: of("desc: Trigger: --dump-after=")?.to_owned(),
            total: of("totals: ")?.trim().parse()?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dumps(modules: &[&str]) -> Vec<Dump> {
        let dump = |module: &&str| Dump {
            behind: format!("contenders{module}measured_firings"),
            total: 1.0,
        };
        modules.iter().map(dump).collect()
    }

    fn refused(modules: &[&str]) -> String {
        let sorted = sorted(&dumps(modules), &[Peer::Ours, Peer::Argmin]);
        sorted.expect_err("these are not three of each").to_string()
    }

    const OURS: &str = "::ours::";
    const ARGMIN: &str = "::argmin::";

    #[test]
    fn three_of_each_are_what_is_wanted() {
        let all = dumps(&[OURS, OURS, OURS, ARGMIN, ARGMIN, ARGMIN]);
        let sorted = sorted(&all, &[Peer::Ours, Peer::Argmin]);
        assert_eq!(sorted.expect("three of each"), [[1.0; 3]; 2]);
    }

    #[test]
    fn a_missing_one_is_reported() {
        let message = refused(&[OURS, OURS, OURS, ARGMIN, ARGMIN]);
        assert!(message.starts_with("5 dumps instead of 6"), "{message}");
        let message = refused(&[OURS, OURS, ARGMIN, ARGMIN, ARGMIN]);
        assert!(message.starts_with("dump 3 is of callbacks"), "{message}");
    }

    #[test]
    fn one_too_many_is_reported() {
        let message = refused(&[OURS, OURS, OURS, ARGMIN, ARGMIN, ARGMIN, ARGMIN]);
        assert!(
            message.ends_with("`measured_firings` was called more often"),
            "{message}"
        );
    }
}
