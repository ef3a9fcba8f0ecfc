//! What a firing costs in instructions, of each contender.

use super::callgrind::{Counts, PEERS};
use crate::contenders::{Setup, Signature};
use crate::report::Table;
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
    use Signature::{Fallible, Flow, Inlined, Nothing, One, Six, Two};
    let signatures = [Nothing, One, Two, Inlined, Six, Flow, Fallible];
    let counts = Counts::get()?;
    let mut table = Table::new(
        "Instructions per further handler, by its signature",
        "counts",
        [""; 8],
    );
    table.columns = std::iter::once("contender".to_owned())
        .chain(signatures.map(|signature| signature.to_string()))
        .collect();
    for peer in PEERS {
        let cells =
            signatures.map(|signature| cell(counts.per_handler(Setup::of(peer).asking(signature))));
        table.row(std::iter::once(peer.to_string()).chain(cells));
    }
    Ok(table)
}

fn cell(count: Option<f64>) -> String {
    count.map_or_else(|| "-".to_owned(), |count| format!("{count:.1}"))
}
