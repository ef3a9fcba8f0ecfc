//! What a firing costs in instructions, of each contender.

use super::callgrind::{Counts, PEERS};
use crate::report::Table;
use callbacks_benches::contenders::{Peer, Setup, Signature};
use std::error::Error;

/// Handlers of two parameters, by their number.
pub(super) fn by_number() -> Result<Table, Box<dyn Error>> {
    let counts = Counts::get()?;
    let columns = [
        "contender",
        "0",
        "1",
        "8",
        "64",
        "0 + 100 idle",
        "1 + 100 idle",
        "8 + 100 idle",
        "64 + 100 idle",
    ];
    let mut table = Table::new(
        "Instructions per firing, by the number of handlers",
        "counts",
        columns,
    );
    for peer in PEERS {
        let cells = [0, 100].into_iter().flat_map(|idle| {
            [0, 1, 8, 64]
                .map(|handlers| cell(counts.of(Setup::of(peer).with(handlers).beside(idle))))
        });
        table.row(std::iter::once(peer.to_string()).chain(cells));
    }
    Ok(table)
}

/// What one handler more costs, by what it asks for and answers.
pub(super) fn by_signature() -> Result<Table, Box<dyn Error>> {
    use Signature::{Fallible, Flow, Inlined, Judging, Nothing, One, Six, Two};
    let signatures = [Nothing, One, Two, Inlined, Six, Flow, Fallible, Judging];
    let counts = Counts::get()?;
    let title = "Instructions per further handler, by its signature";
    let mut table = Table::new(title, "counts", ["contender"]);
    let heads = signatures.map(|signature| signature.to_string());
    table.columns.extend(heads);
    for peer in PEERS {
        let cells =
            signatures.map(|signature| cell(counts.per_handler(Setup::of(peer).asking(signature))));
        table.row(std::iter::once(peer.to_string()).chain(cells));
    }
    Ok(table)
}

/// Lists of which the first handler keeps the others from being run straight, beside one that is.
pub(super) fn straying() -> Result<Table, Box<dyn Error>> {
    let counts = Counts::get()?;
    let title = "Instructions of lists that are not run straight";
    let columns = [
        "handlers of `callbacks`",
        "1",
        "8",
        "64",
        "a further one",
        "above a function pointer",
    ];
    let mut table = Table::new(title, "counts", columns);
    let (ours, direct) = (Setup::of(Peer::Ours), Setup::of(Peer::Direct));
    for signature in [
        Signature::Two,
        Signature::Placed,
        Signature::Whole,
        Signature::Late,
        Signature::LateOne,
        Signature::LateTwo,
        Signature::Judging,
    ] {
        let ours = ours.asking(signature);
        let further = counts.per_handler(ours);
        let pointer = counts.per_handler(direct.asking(signature.plain()));
        let above = further.zip(pointer).map(|(ours, pointer)| ours - pointer);
        let fired = [1, 8, 64].map(|handlers| counts.of(ours.with(handlers)));
        let cells = fired.into_iter().chain([further, above]).map(cell);
        table.row(std::iter::once(signature.to_string()).chain(cells));
    }
    Ok(table)
}

fn cell(count: Option<f64>) -> String {
    count.map_or_else(|| "-".to_owned(), |count| format!("{count:.1}"))
}
