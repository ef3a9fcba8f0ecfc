//! A plan has a problem exactly if the order of two callbacks that touch the same state, and one of which writes it, is undecided:
//! whatever stands between them, and whoever is exempted by `no_conflict`.

use callbacks::fit::Fit;
use callbacks::{Callback, Handlers, Plan, ProblemKind, State, Who};
use proptest::collection::vec;
use proptest::prelude::*;

struct Toucher {
    writes: bool,
}

impl Callback<Fit> for Toucher {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        if self.writes {
            h.on(Fit::on_epoch_end, |_: &mut Self, _: &mut u8| {});
        } else {
            h.on(Fit::on_epoch_end, |_: &mut Self, _: &u8| {});
        }
    }
}

/// The callbacks of a plan, and what is said of them.
#[derive(Debug, Clone)]
struct Setting {
    writes: Vec<bool>,
    /// For each callback whether it is in the group.
    grouped: Vec<bool>,
    /// The first runs before the second.
    orders: Vec<(Side, Side)>,
    no_conflict: Vec<(Side, Side)>,
}

/// A callback by its number, or the group.
#[derive(Debug, Clone, Copy)]
enum Side {
    One(usize),
    Group,
}

struct Group;

const CALLBACKS: usize = 7;

fn setting() -> impl Strategy<Value = Setting> {
    let side = || {
        prop_oneof![
            3 => (0..CALLBACKS).prop_map(Side::One),
            1 => Just(Side::Group),
        ]
    };
    let pairs = |most| vec((side(), side()), 0..most);
    let flags = || vec(any::<bool>(), CALLBACKS);
    (flags(), flags(), pairs(8), pairs(6)).prop_map(|(writes, grouped, orders, no_conflict)| {
        Setting {
            writes,
            grouped,
            orders,
            no_conflict,
        }
    })
}

impl Side {
    fn who(self) -> Who {
        match self {
            Self::One(at) => at.to_string().into(),
            Self::Group => Who::of::<Group>(),
        }
    }
}

impl Setting {
    fn plan(&self) -> Plan<Fit> {
        let mut plan = Plan::new();
        for (at, (writes, grouped)) in self.writes.iter().zip(&self.grouped).enumerate() {
            let attached = plan.add(Toucher { writes: *writes }).named(at.to_string());
            if *grouped {
                attached.group::<Group>();
            }
        }
        for (first, second) in &self.orders {
            plan.order(first.who(), second.who());
        }
        for (one, other) in &self.no_conflict {
            plan.no_conflict(one.who(), other.who());
        }
        plan.strict(true);
        plan
    }

    fn members(&self, side: Side) -> Vec<usize> {
        match side {
            Side::One(at) => vec![at],
            Side::Group => (0..CALLBACKS).filter(|at| self.grouped[*at]).collect(),
        }
    }

    /// For each two callbacks whether one of these pairs names them.
    fn table(&self, pairs: &[(Side, Side)]) -> [[bool; CALLBACKS]; CALLBACKS] {
        let mut table = [[false; CALLBACKS]; CALLBACKS];
        for (first, second) in pairs {
            for one in self.members(*first) {
                for other in self.members(*second) {
                    table[one][other] |= one != other;
                }
            }
        }
        table
    }

    /// The undecided pairs of callbacks that stand in this order.
    fn undecided(&self, order: &[usize]) -> Vec<(usize, usize)> {
        let mut leads = self.table(&self.orders);
        for between in 0..CALLBACKS {
            for first in 0..CALLBACKS {
                for second in 0..CALLBACKS {
                    leads[first][second] |= leads[first][between] && leads[between][second];
                }
            }
        }
        let exempt = self.table(&self.no_conflict);
        let mut undecided = Vec::new();
        for (rank, first) in order.iter().copied().enumerate() {
            for second in order[rank + 1..].iter().copied() {
                let is_decided =
                    leads[first][second] || exempt[first][second] || exempt[second][first];
                if self.writes[second] && !is_decided {
                    undecided.push((first, second));
                }
            }
        }
        undecided
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_plan_has_a_problem_exactly_if_a_pair_is_undecided(setting in setting()) {
        let mut state = State::new();
        state.insert(0_u8);
        let mut plan = setting.plan();
        let problems = match plan.check(&state) {
            Ok(()) => Vec::new(),
            Err(error) => error.problems().to_vec(),
        };
        if problems.iter().any(|one| one.kind() == ProblemKind::Circle) {
            return Ok(());
        }
        let order: Vec<usize> = plan.names().iter().map(|name| name.parse().unwrap()).collect();
        let undecided = setting.undecided(&order);
        prop_assert_eq!(problems.is_empty(), undecided.is_empty(), "{:?}", undecided);
        for problem in &problems {
            let second: usize = problem.callback().parse().unwrap();
            prop_assert!(undecided.iter().any(|(_, other)| *other == second), "{}", problem);
        }
    }
}
