//! What is allocated: by firings, and by fits.

use super::fit::{self, Way};
use super::valgrind;
use crate::report::Table;
use std::error::Error;

/// The batches of an epoch: 38 to train with, and 3 to validate.
const BATCHES: f64 = 41.0;

/// Of firings, and of fits beside those written by hand.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "what",
        "allocations",
        "beyond the loop by hand",
        "spread over its batches",
    ];
    let mut table = Table::new("Allocations", "allocations", columns);
    let fired = valgrind::allocations_of_firings()?;
    table.row([
        "1,000 firings of 8 handlers, of each signature",
        &format!("{fired:.0}"),
        "-",
        "-",
    ]);
    let mut by_hand = 0.0;
    for way in Way::ALL {
        let all = fit::allocations(way)?;
        let beyond = match way {
            Way::Bare | Way::Bookkept => {
                by_hand = all;
                None
            }
            Way::Alone | Way::WithTen => Some(all - by_hand),
        };
        let cell =
            |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.2}"));
        table.row([
            format!("an epoch of the digits: {}", way.name()),
            format!("{all:.2}"),
            cell(beyond),
            cell(beyond.map(|beyond| beyond / BATCHES)),
        ]);
    }
    Ok(table)
}
