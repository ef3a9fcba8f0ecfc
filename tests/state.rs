//! State holds one value per type: put in, replaced, lent and taken out, and dropped exactly once.

mod support {
    pub(crate) mod relax;
}

use callbacks::{Breakpoint, Ctx, Local, LocalMut, Plan, State};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use support::relax::{Relax, relax};

/// Counts how often it is dropped.
#[derive(Clone, Default)]
struct Drops(Rc<Cell<u32>>);

struct Counted<const N: usize>(Drops);

impl<const N: usize> Drop for Counted<N> {
    fn drop(&mut self) {
        let Drops(count) = &self.0;
        count.set(count.get() + 1);
    }
}

#[test]
fn a_value_is_found_by_its_type_alone() {
    let mut state = State::new();
    state.insert(1_u8);
    state.insert(2_u16);
    state.insert("three");
    assert_eq!(state.get(), Some(&1_u8));
    assert_eq!(state.get(), Some(&2_u16));
    assert_eq!(state.get(), Some(&"three"));
    assert_eq!(state.get::<u32>(), None);
}

#[test]
fn inserting_replaces_in_place_and_gives_back_what_was_there() {
    let mut state = State::new();
    assert_eq!(state.insert(1_u8), None);
    let place = std::ptr::from_ref(state.get::<u8>().unwrap());
    assert_eq!(state.insert(2_u8), Some(1));
    assert_eq!(state.remove::<u8>(), Ok(Some(2)));
    assert_eq!(state.insert(3_u8), None);
    assert_eq!(std::ptr::from_ref(state.get::<u8>().unwrap()), place);
}

#[test]
fn every_value_is_dropped_exactly_once() {
    let drops = Drops::default();
    let mut state = State::new();
    state.insert(Counted::<0>(drops.clone()));
    drop(state.insert(Counted::<0>(drops.clone())));
    assert_eq!(drops.0.get(), 1);
    drop(state.remove::<Counted<0>>());
    assert_eq!(drops.0.get(), 2);
    state.insert(Counted::<0>(drops.clone()));
    state.insert(Counted::<1>(drops.clone()));
    drop(state);
    assert_eq!(drops.0.get(), 4);
}

#[test]
fn a_value_lent_is_not_dropped_and_what_it_hides_is_neither() {
    let drops = Drops::default();
    let mut lent = Counted::<0>(drops.clone());
    let mut state = State::new();
    state.insert(Counted::<0>(drops.clone()));
    state.lend(&mut lent, |ctx| assert!(ctx.get::<Counted<0>>().is_some()));
    assert_eq!(drops.0.get(), 0);
    state.lend(&mut lent, |mut ctx| {
        drop(ctx.insert(Counted::<0>(drops.clone())));
    });
    assert_eq!(drops.0.get(), 1);
    drop(state);
    drop(lent);
    assert_eq!(drops.0.get(), 3);
}

#[test]
fn values_without_a_size_in_memory_are_kept_too() {
    #[derive(Debug, PartialEq)]
    struct Marker;
    let mut state = State::new();
    assert_eq!(state.insert(Marker), None);
    assert_eq!(state.get(), Some(&Marker));
    state.lend(&mut (), |ctx| assert_eq!(ctx.get(), Some(&())));
    assert_eq!(state.insert(Marker), Some(Marker));
    assert_eq!(state.remove(), Ok(Some(Marker)));
    assert_eq!(state.get::<Marker>(), None);
}

#[test]
fn values_of_any_size_and_alignment_are_kept() {
    #[derive(Clone, Debug, PartialEq)]
    #[repr(align(256))]
    struct Wide([u8; 700]);
    let mut state = State::new();
    state.insert(Wide([7; 700]));
    state.insert(1_u8);
    assert_eq!(state.get(), Some(&Wide([7; 700])));
    assert_eq!(
        std::ptr::from_ref(state.get::<Wide>().unwrap()).addr() % 256,
        0
    );
}

#[test]
fn what_is_lent_hides_what_was_there_and_uncovers_it_afterwards() {
    let mut state = State::new();
    state.insert(1_u8);
    let mut lent = 2_u8;
    let answer = state.lend(&mut lent, |mut ctx| {
        assert_eq!(ctx.get(), Some(&2_u8));
        *ctx.get_mut::<u8>().unwrap() += 10;
        assert_eq!(ctx.insert(20_u8), Some(12));
        "done"
    });
    assert_eq!((answer, lent, state.get()), ("done", 20, Some(&1_u8)));
}

#[test]
fn lends_nest_and_what_is_lent_cannot_be_removed() {
    let mut state = State::new();
    let (mut outer, mut inner) = (1_u8, 2_u8);
    state.lend(&mut outer, |mut ctx| {
        ctx.lend(&mut inner, |mut ctx| {
            assert_eq!(ctx.get(), Some(&2_u8));
            assert!(ctx.remove::<u8>().is_err());
        });
        assert_eq!(ctx.get(), Some(&1_u8));
        let refused = ctx.remove::<u8>().unwrap_err().to_string();
        assert!(
            refused.contains("`u8`") && refused.contains("lent"),
            "{refused}"
        );
        // What the state owns can be removed all the same.
        ctx.insert(3_u16);
        assert_eq!(ctx.remove(), Ok(Some(3_u16)));
    });
    assert_eq!(state.get::<u8>(), None);
    assert_eq!(state.remove::<u8>(), Ok(None));
}

#[test]
fn a_panic_inside_a_lend_goes_on_and_leaves_the_state_as_it_was() {
    let mut state = State::new();
    state.insert(1_u8);
    let mut lent = 2_u8;
    let lending = AssertUnwindSafe(|| {
        state.lend(&mut lent, |mut ctx| {
            ctx.insert(3_u8);
            resume_unwind(Box::new("oh"));
        });
    });
    let payload = catch_unwind(lending).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"oh"));
    assert_eq!(state.remove(), Ok(Some(1_u8)));
    assert_eq!(lent, 3);
}

#[test]
fn a_query_gives_several_values_at_once() {
    let mut state = State::new();
    state.insert(1_u8);
    state.insert(2_u16);
    let mut ctx = state.ctx();
    let (byte, word, missing) = ctx.query::<(&mut u8, &u16, Option<&u32>)>().unwrap();
    *byte += u8::try_from(*word).unwrap();
    assert!(missing.is_none());
    assert_eq!(state.get(), Some(&3_u8));
}

#[test]
fn a_query_is_none_where_something_is_absent_or_cannot_be_held_with_the_rest() {
    let mut state = State::new();
    state.insert(1_u8);
    let mut ctx = state.ctx();
    assert!(ctx.query::<(&u8, &u16)>().is_none());
    assert!(ctx.query::<(&u8, &mut u8)>().is_none());
    assert!(ctx.query::<(&mut u8, Option<&u8>)>().is_none());
    assert!(ctx.query::<(LocalMut<'_, u8>, Local<'_, u8>)>().is_none());
    assert!(ctx.query::<(Ctx<'_>, &u16)>().is_none());
    assert!(ctx.query::<(&u8, &u8, Local<'_, u8>)>().is_some());
}

/// Runs one handler at the force of one step.
fn with_handler<M: 'static, F>(state: &mut State, handler: F)
where
    F: callbacks::Closure<M>,
    F::Out: callbacks::Reply<()>,
{
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, handler);
    let outcome = plan.run(state, |run| relax(run, 1)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
}

#[test]
fn handlers_read_and_change_what_may_not_leave_the_thread() {
    type Log = Rc<RefCell<Vec<u8>>>;
    let mut state = State::new();
    state.insert(Log::default());
    state.insert(Rc::new(5_u8));
    with_handler(
        &mut state,
        |mut log: LocalMut<'_, Log>, byte: Local<'_, Rc<u8>>| {
            *log = Rc::new(RefCell::new(vec![**byte]));
        },
    );
    assert_eq!(*state.get::<Log>().unwrap().borrow(), [5]);
}

#[test]
fn an_option_is_some_while_the_value_is_there() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = seen.clone();
    let mut state = State::new();
    let mut plan = Plan::<Relax>::new();
    plan.on(
        Relax::ON_FORCE,
        move |byte: Option<&mut u8>, word: Option<&u16>| {
            note.borrow_mut()
                .push((byte.map(|byte| *byte), word.copied()));
        },
    );
    plan.on(Relax::AFTER_STEP, |mut ctx: Ctx<'_>| {
        match ctx.remove::<u8>() {
            Ok(None) => drop(ctx.insert(1_u8)),
            taken => assert_eq!(taken, Ok(Some(1))),
        }
    });
    let outcome = plan.run(&mut state, |run| relax(run, 3)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(
        *seen.borrow(),
        [(None, None), (Some(1), None), (None, None)]
    );
}

#[test]
fn a_handler_whose_state_another_one_takes_out_is_skipped_and_counted() {
    let mut state = State::new();
    state.insert(1_u8);
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::BEFORE_STEP, |mut ctx: Ctx<'_>| {
        assert!(ctx.remove::<u8>().is_ok());
    });
    plan.on(Relax::ON_FORCE, |byte: &u8| assert_eq!(*byte, 0))
        .named("needs it");
    let outcome = plan.run(&mut state, |run| relax(run, 3)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    let [skipped] = outcome.skipped() else {
        panic!("one handler is skipped: {outcome:?}");
    };
    assert_eq!((skipped.callback(), skipped.times()), ("needs it", 3));
    assert_eq!(skipped.breakpoint().name(), "on_force");
}

#[test]
fn a_handler_that_asks_for_everything_gets_everything_and_the_breakpoint_too() {
    let mut state = State::new();
    state.insert(1_u8);
    with_handler(&mut state, |mut ctx: Ctx<'_>| {
        assert_eq!(ctx.get::<Breakpoint>().unwrap().name(), "on_force");
        ctx.insert(2_u8);
        ctx.lend(&mut 3_u8, |ctx| assert_eq!(ctx.get(), Some(&3_u8)));
        let (byte,) = ctx.query::<(&mut u8,)>().unwrap();
        *byte += 1;
    });
    assert_eq!(state.get(), Some(&3_u8));
}

#[test]
fn the_breakpoint_is_right_at_every_breakpoint_also_after_others_where_no_handler_asks() {
    let mut plan = Plan::<Relax>::new();
    for at in [Relax::RUN_BEGIN, Relax::ON_FORCE, Relax::RUN_END] {
        plan.on(at, move |here: &Breakpoint| {
            assert_eq!(here, at.breakpoint());
        });
        plan.on(at, move |ctx: Ctx<'_>| {
            assert_eq!(ctx.get(), Some(at.breakpoint()));
        });
    }
    let outcome = plan.run(&mut State::new(), |run| relax(run, 2)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
}

#[test]
fn a_plan_runs_with_one_state_and_then_with_another() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, |byte: &mut u8, _: Option<&String>| {
        *byte += 1;
    });
    let (mut one, mut other) = (State::new(), State::new());
    one.insert(1_u8);
    other.insert(String::new());
    other.insert(10_u8);
    for state in [&mut one, &mut other] {
        assert!(plan.run(state, |run| relax(run, 2)).unwrap().is_finished());
    }
    assert_eq!((one.get(), other.get()), (Some(&3_u8), Some(&12_u8)));
}
