//! Every combination of what runs have, cut wherever it can be saved and continued with fresh callbacks, is the run that was never cut (P10):
//! the same breakpoints with the same records, the same parameters to the bit, the same later saves, the same files.

mod support {
    pub(crate) mod choices;
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod saves;
    pub(crate) mod seen;
}

use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::weight;
use support::choices::{Choices, left_of};
use support::folder::Folder;
use support::saves::{Done, Saves, assert_cuts_leave_no_trace};

/// Fits from the beginning or from a saved run, in one process.
fn fit(choices: Choices, folder: &Folder, saved: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let mut trainer = choices.trainer(folder.path()).plan_with(|plan| {
        plan.add(saves.callback()).weight(weight::LAST);
        if let Some(saved) = saved {
            plan.restore(saved);
        }
    });
    Done {
        end: left_of(&mut trainer, choices.batches(), folder.path()),
        lines: saves.lines(),
        runs: saves.runs(),
    }
}

/// Cuts the fits whose number has this remainder, so that the tests run in parallel.
fn cut_fits(remainder: u32) {
    for number in (0..Choices::COUNT).filter(|number| number % 4 == remainder) {
        let (choices, folder) = (Choices::nth(number), Folder::new("matrix"));
        assert_cuts_leave_no_trace(&format!("{choices:?}"), &|saved| {
            fit(choices, &folder, saved)
        });
    }
}

#[test]
fn every_combination_of_a_fit_first_quarter() {
    cut_fits(0);
}

#[test]
fn every_combination_of_a_fit_second_quarter() {
    cut_fits(1);
}

#[test]
fn every_combination_of_a_fit_third_quarter() {
    cut_fits(2);
}

#[test]
fn every_combination_of_a_fit_fourth_quarter() {
    cut_fits(3);
}
