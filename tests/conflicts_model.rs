//! Which pairs of callbacks have an undecided order, found here pair by pair, and in a plan without a look at every pair.
//!
//! Each writer has a problem with the nearest writer before it with which its order is undecided, and each reader with the nearest
//! writer behind it. A decided callback in between decides for all that stand behind it, except for those that `no_conflict`
//! exempts from an order with it.

use callbacks::fit::Fit;
use callbacks::{Callback, CallbackRef, Handlers, Plan, Problem, ProblemKind, State};
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
    (flags(), flags(), pairs(8), pairs(12)).prop_map(|(writes, grouped, orders, no_conflict)| {
        Setting {
            writes,
            grouped,
            orders,
            no_conflict,
        }
    })
}

impl Side {
    fn callback_ref(self) -> CallbackRef {
        match self {
            Self::One(at) => at.to_string().into(),
            Self::Group => CallbackRef::of::<Group>(),
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
            plan.order(first.callback_ref(), second.callback_ref());
        }
        for (one, other) in &self.no_conflict {
            plan.no_conflict(one.callback_ref(), other.callback_ref());
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

    /// For each two callbacks whether declared orders lead from the first to the second.
    fn leads(&self) -> [[bool; CALLBACKS]; CALLBACKS] {
        let mut leads = self.table(&self.orders);
        for between in 0..CALLBACKS {
            for first in 0..CALLBACKS {
                for second in 0..CALLBACKS {
                    leads[first][second] |= leads[first][between] && leads[between][second];
                }
            }
        }
        leads
    }

    /// The pairs that are problems of callbacks that stand in this order.
    fn undecided(&self, order: &[usize]) -> Vec<(usize, usize)> {
        let leads = self.leads();
        let exempt = self.table(&self.no_conflict);
        let exempt = |one: usize, other: usize| exempt[one][other] || exempt[other][one];
        let nearest = |own: usize, others: &mut dyn Iterator<Item = usize>| {
            let mut passed: Vec<usize> = Vec::new();
            let mut others = others.filter(|other| self.writes[*other] && !exempt(own, *other));
            others.find(|other| {
                let is_left = passed.iter().all(|one| exempt(*one, *other));
                let is_decided = leads[own][*other] || leads[*other][own];
                if is_left && is_decided {
                    passed.push(*other);
                }
                is_left && !is_decided
            })
        };
        let mut undecided = Vec::new();
        for (rank, own) in order.iter().copied().enumerate() {
            let (before, behind) = (&order[..rank], &order[rank + 1..]);
            undecided.extend(if self.writes[own] {
                nearest(own, &mut before.iter().rev().copied()).map(|first| (first, own))
            } else {
                nearest(own, &mut behind.iter().copied()).map(|second| (own, second))
            });
        }
        undecided
    }
}

/// The two callbacks that a problem is about. The second one has the problem, which names the first.
fn pair(problem: &Problem) -> (usize, usize) {
    let text = problem.to_string();
    let (_, behind) = text
        .split_once(" after `")
        .expect("names the first callback");
    let (first, _) = behind.split_once('`').expect("ends the name");
    (first.parse().unwrap(), problem.callback().parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn the_problems_of_a_plan_are_its_undecided_pairs(setting in setting()) {
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
        let mut undecided = setting.undecided(&order);
        let mut found: Vec<(usize, usize)> = problems.iter().map(pair).collect();
        undecided.sort_unstable();
        undecided.dedup();
        found.sort_unstable();
        prop_assert_eq!(found, undecided, "{:?}", order);
    }
}
