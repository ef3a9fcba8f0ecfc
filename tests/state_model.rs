//! Whatever is done with a state, it answers like a map from types to values, and drops each value once.

use callbacks::{Ctx, NotOwned, State};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

/// A value of one of four types, which counts how many of them live.
struct Value<const TYPE: usize> {
    number: u8,
    alive: Rc<Cell<i64>>,
}

impl<const TYPE: usize> Value<TYPE> {
    fn new(number: u8, alive: &Rc<Cell<i64>>) -> Self {
        alive.set(alive.get() + 1);
        let alive = alive.clone();
        Self { number, alive }
    }
}

impl<const TYPE: usize> Drop for Value<TYPE> {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

/// What is done, and to the value of which type.
#[derive(Clone, Debug)]
enum Deed {
    Insert(usize, u8),
    Remove(usize),
    Add(usize, u8),
    /// Lends a value, does this meanwhile, and panics at the end or not.
    Lend(usize, u8, Vec<Deed>, bool),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let of = 0..4_usize;
    let leaf = prop_oneof![
        (of.clone(), any::<u8>()).prop_map(|(of, number)| Deed::Insert(of, number)),
        of.clone().prop_map(Deed::Remove),
        (of.clone(), any::<u8>()).prop_map(|(of, number)| Deed::Add(of, number)),
    ];
    let one = leaf.prop_recursive(3, 32, 6, move |inner| {
        let inner = prop::collection::vec(inner, 0..6);
        (of.clone(), any::<u8>(), inner, any::<bool>())
            .prop_map(|(of, number, deeds, panics)| Deed::Lend(of, number, deeds, panics))
    });
    prop::collection::vec(one, 0..20)
}

/// What a state must answer: values, and which of them are lent.
#[derive(Default)]
struct Model {
    values: HashMap<usize, u8>,
    lent: HashMap<usize, u32>,
    answers: Vec<String>,
}

impl Model {
    fn act(&mut self, deed: &Deed) {
        match deed {
            Deed::Insert(of, number) => {
                let old = self.values.insert(*of, *number);
                self.answers.push(format!("{old:?}"));
            }
            Deed::Remove(of) if self.lent.get(of).is_some_and(|times| *times > 0) => {
                self.answers.push("lent".to_owned());
            }
            Deed::Remove(of) => {
                let old = self.values.remove(of);
                self.answers.push(format!("{old:?}"));
            }
            Deed::Add(of, number) => {
                if let Some(value) = self.values.get_mut(of) {
                    *value = value.wrapping_add(*number);
                }
            }
            Deed::Lend(of, number, deeds, _) => self.lend(*of, *number, deeds),
        }
        self.look();
    }

    fn lend(&mut self, of: usize, number: u8, deeds: &[Deed]) {
        let hidden = self.values.insert(of, number);
        *self.lent.entry(of).or_default() += 1;
        for deed in deeds {
            self.act(deed);
        }
        *self.lent.entry(of).or_default() -= 1;
        let lent = match hidden {
            Some(hidden) => self.values.insert(of, hidden),
            None => self.values.remove(&of),
        };
        self.answers.push(format!("lent {lent:?}"));
    }

    fn look(&mut self) {
        let all = [0, 1, 2, 3].map(|of| self.values.get(&of));
        self.answers.push(format!("{all:?}"));
    }
}

/// Does the same with a state.
struct Real {
    alive: Rc<Cell<i64>>,
    answers: Vec<String>,
}

impl Real {
    fn act(&mut self, ctx: &mut Ctx<'_>, deed: &Deed) {
        match deed {
            Deed::Insert(0, _) | Deed::Remove(0) | Deed::Add(0, _) | Deed::Lend(0, ..) => {
                self.act_on::<0>(ctx, deed);
            }
            Deed::Insert(1, _) | Deed::Remove(1) | Deed::Add(1, _) | Deed::Lend(1, ..) => {
                self.act_on::<1>(ctx, deed);
            }
            Deed::Insert(2, _) | Deed::Remove(2) | Deed::Add(2, _) | Deed::Lend(2, ..) => {
                self.act_on::<2>(ctx, deed);
            }
            _ => self.act_on::<3>(ctx, deed),
        }
        self.look(ctx);
    }

    fn act_on<const TYPE: usize>(&mut self, ctx: &mut Ctx<'_>, deed: &Deed) {
        match deed {
            Deed::Insert(_, number) => {
                let old = ctx.insert(Value::<TYPE>::new(*number, &self.alive));
                self.answers
                    .push(format!("{:?}", old.as_ref().map(|old| old.number)));
            }
            Deed::Remove(_) => {
                let removed: Result<Option<Value<TYPE>>, NotOwned> = ctx.remove();
                let answer = removed.map(|old| format!("{:?}", old.as_ref().map(|old| old.number)));
                self.answers
                    .push(answer.unwrap_or_else(|_| "lent".to_owned()));
            }
            Deed::Add(_, number) => {
                if let Some(value) = ctx.get_mut::<Value<TYPE>>() {
                    value.number = value.number.wrapping_add(*number);
                }
            }
            Deed::Lend(_, number, deeds, panics) => self.lend::<TYPE>(ctx, *number, deeds, *panics),
        }
    }

    fn lend<const TYPE: usize>(
        &mut self,
        ctx: &mut Ctx<'_>,
        number: u8,
        deeds: &[Deed],
        panics: bool,
    ) {
        let mut lent = Value::<TYPE>::new(number, &self.alive);
        let lending = AssertUnwindSafe(|| {
            ctx.lend(&mut lent, |mut ctx| {
                for deed in deeds {
                    self.act(&mut ctx, deed);
                }
                if panics {
                    resume_unwind(Box::new("out of here"));
                }
            });
        });
        assert_eq!(catch_unwind(lending).is_err(), panics);
        self.answers.push(format!("lent {:?}", Some(lent.number)));
    }

    fn look(&mut self, ctx: &Ctx<'_>) {
        let all = [
            ctx.get::<Value<0>>().map(|value| &value.number),
            ctx.get::<Value<1>>().map(|value| &value.number),
            ctx.get::<Value<2>>().map(|value| &value.number),
            ctx.get::<Value<3>>().map(|value| &value.number),
        ];
        self.answers.push(format!("{all:?}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn a_state_answers_like_a_map_and_drops_each_value_once(deeds in deeds()) {
        let mut model = Model::default();
        for deed in &deeds {
            model.act(deed);
        }
        let mut real = Real { alive: Rc::default(), answers: Vec::new() };
        let mut state = State::new();
        for deed in &deeds {
            real.act(&mut state.ctx(), deed);
        }
        prop_assert_eq!(real.answers, model.answers);
        prop_assert_eq!(real.alive.get(), i64::try_from(model.values.len()).unwrap());
        drop(state);
        prop_assert_eq!(real.alive.get(), 0);
    }
}
