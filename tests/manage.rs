//! Between runs callbacks are looked at, changed, replaced and taken out, by type or by name.
#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
}

use callbacks::{Callback, CallbackInfo, Handlers, Local, Plan, State};
use std::rc::Rc;
use support::journal::Journal;
use support::relax::{Relax, relax};

/// Notes its letter in every step.
struct Letter(char);

impl Letter {
    fn note(&self, journal: Local<'_, Journal>) {
        journal.note(self.0);
    }
}

impl Callback<Relax> for Letter {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, Self::note);
    }
}

/// Like `Log`, in capitals and with a given weight.
struct Capital(char, f64);

impl Capital {
    fn note(&self, journal: Local<'_, Journal>) {
        journal.note(self.0.to_ascii_uppercase());
    }
}

impl Callback<Relax> for Capital {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().weight(self.1)
    }

    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, Self::note);
    }
}

/// What one step of the plan notes.
fn step(plan: &mut Plan<Relax>) -> String {
    let journal = Journal::default();
    let mut state = State::new();
    state.insert(journal.clone());
    let outcome = plan.run(&mut state, |run| relax(run, 1)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    journal.take().concat()
}

fn letters(text: &str) -> Plan<Relax> {
    let mut plan = Plan::new();
    for letter in text.chars() {
        plan.add(Letter(letter));
    }
    plan
}

#[test]
fn a_callback_is_found_by_its_type_or_its_name() {
    let mut plan = letters("ab");
    plan.add(Letter('c')).named("third");
    assert_eq!(plan.get::<Letter>().map(|one| one.0), Some('a'));
    assert_eq!(
        plan.get_named::<Letter>("Letter#2").map(|one| one.0),
        Some('b')
    );
    assert_eq!(
        plan.get_named::<Letter>("third").map(|one| one.0),
        Some('c')
    );
    assert!(plan.get_named::<Letter>("Letter#3").is_none());
    assert!(plan.get_named::<Capital>("third").is_none());
    assert!(plan.get::<Capital>().is_none());
}

#[test]
fn names_do_not_shift_while_a_run_is_not_checked_yet() {
    let mut plan = letters("ab");
    assert_eq!(step(&mut plan), "ab");
    plan.add(Letter('c')).named("Letter");
    // Whoever has no name of its own leaves it to who has one.
    assert_eq!(
        plan.get_named::<Letter>("Letter").map(|one| one.0),
        Some('c')
    );
    step(&mut plan);
    assert_eq!(plan.names(), ["Letter#2", "Letter#3", "Letter"]);
    assert_eq!(
        plan.get_named::<Letter>("Letter#2").map(|one| one.0),
        Some('a')
    );
}

#[test]
fn a_callback_that_was_changed_is_asked_anew_what_it_is() {
    let mut plan = letters("a");
    plan.add(Capital('b', 0.0)).named("b");
    assert_eq!(step(&mut plan), "aB");
    plan.get_named_mut::<Capital>("b").unwrap().1 = -1.0;
    assert_eq!(step(&mut plan), "Ba");
    plan.get_mut::<Capital>().unwrap().1 = 1.0;
    assert_eq!(step(&mut plan), "aB");
}

#[test]
fn a_callback_that_is_taken_out_is_given_back_and_runs_no_more() {
    let mut plan = letters("abc");
    assert_eq!(step(&mut plan), "abc");
    assert_eq!(plan.remove::<Letter>().map(|one| one.0), Some('a'));
    assert_eq!(step(&mut plan), "bc");
    assert!(plan.remove_named("Letter#2"));
    assert_eq!(step(&mut plan), "b");
    assert_eq!(plan.remove::<Letter>().map(|one| one.0), Some('b'));
    assert!(plan.remove::<Letter>().is_none());
    assert!(!plan.remove_named("Letter"));
    assert_eq!(step(&mut plan), "");
}

#[test]
fn a_closure_is_taken_out_by_its_name() {
    let mut plan = letters("a");
    let note = |journal: Local<'_, Journal>| journal.note('!');
    plan.on(Relax::ON_FORCE, note);
    plan.on(Relax::ON_FORCE, note);
    assert_eq!(step(&mut plan), "a!!");
    assert!(plan.remove_named("closure#2"));
    assert_eq!(step(&mut plan), "a!");
}

#[test]
fn a_replacement_has_the_place_name_weight_and_order_of_the_replaced() {
    let mut plan = Plan::new();
    plan.add(Letter('z')).weight(1.0);
    plan.add(Letter('a')).named("one").weight(-1.0).after("two");
    plan.add(Letter('b')).named("two");
    plan.add(Letter('c'));
    assert_eq!(step(&mut plan), "bacz");
    let first = plan.get::<Letter>().map(|one| one.0);
    assert_eq!(plan.replace(Letter('y')).map(|one| one.0), first);
    assert!(plan.replace_named("one", Letter('x')));
    assert!(plan.replace_named("Letter#2", Letter('d')));
    assert_eq!(step(&mut plan), "bxdy");
    assert_eq!(plan.names(), ["two", "one", "Letter#2", "Letter"]);
}

#[test]
fn a_replacement_declares_what_was_not_declared_when_it_was_attached() {
    let mut plan = letters("a");
    plan.add(Capital('b', 0.0));
    assert_eq!(step(&mut plan), "aB");
    plan.replace(Capital('b', -1.0));
    assert_eq!(step(&mut plan), "Ba");
}

#[test]
fn a_replacement_of_another_type_keeps_its_name() {
    let mut plan = letters("abc");
    assert!(plan.replace_named("Letter#2", Capital('b', 0.0)));
    assert_eq!(step(&mut plan), "aBc");
    assert_eq!(plan.names(), ["Letter", "Letter#2", "Letter#3"]);
    assert!(!plan.replace_named("Capital", Letter('x')));
    assert_eq!(step(&mut plan), "aBc");
}

#[test]
fn where_there_is_none_to_replace_the_new_one_is_attached() {
    let mut plan = letters("a");
    assert!(plan.replace(Capital('b', -1.0)).is_none());
    assert_eq!(step(&mut plan), "Ba");
}

#[test]
fn what_is_replaced_or_taken_out_is_dropped_once_and_by_its_new_owner() {
    struct Held(Rc<()>);

    impl Callback<Relax> for Held {
        fn handlers(&self, h: &mut Handlers<Relax, Self>) {
            h.on(Relax::ON_FORCE, |held: &mut Self| drop(held.0.clone()));
        }
    }

    let held = Rc::new(());
    let mut plan = Plan::new();
    plan.add_local(Held(held.clone())).named("one");
    plan.add_local(Held(held.clone())).named("two");
    plan.add_local(Held(held.clone())).named("three");
    step(&mut plan);
    let out = plan.remove::<Held>();
    assert_eq!(Rc::strong_count(&held), 4);
    drop(out);
    assert_eq!(Rc::strong_count(&held), 3);
    assert!(plan.replace_named("two", Letter('a')));
    assert_eq!(Rc::strong_count(&held), 2);
    assert!(plan.remove_named("three"));
    assert_eq!(Rc::strong_count(&held), 1);
    assert_eq!(step(&mut plan), "a");
}

mod discovered {
    use super::support::journal::Journal;
    use callbacks::fit::Fit;
    use callbacks::{Local, Plan, State, callback};

    #[derive(Default)]
    struct Found(u32);

    #[callback]
    impl Found {
        fn on_epoch_end(&self, journal: Local<'_, Journal>) {
            journal.note(format!("found {}", self.0));
        }
    }

    fn epoch(plan: &mut Plan<Fit>) -> Vec<String> {
        let journal = Journal::default();
        let mut state = State::new();
        state.insert(journal.clone());
        let outcome = plan.run(&mut state, |run| {
            run.scope(Fit::EPOCH, |_| Ok(())).map(drop)
        });
        outcome.unwrap().ok().unwrap();
        journal.take()
    }

    #[test]
    fn what_was_discovered_can_be_replaced() {
        let mut plan = Plan::new();
        plan.discover();
        assert_eq!(epoch(&mut plan), ["found 0"]);
        plan.replace(Found(7));
        assert_eq!(epoch(&mut plan), ["found 7"]);
        // It was put there by hand, so that another one by hand is a second one.
        plan.add(Found(9));
        assert_eq!(epoch(&mut plan), ["found 7", "found 9"]);
    }

    #[test]
    fn what_was_discovered_and_taken_out_stays_out() {
        let mut plan = Plan::new();
        plan.discover();
        assert_eq!(epoch(&mut plan), ["found 0"]);
        assert!(plan.remove::<Found>().is_some());
        assert!(epoch(&mut plan).is_empty());
    }

    #[test]
    fn the_callback_that_suppressed_a_discovered_one_is_taken_out_with_it() {
        let mut plan = Plan::new();
        plan.discover();
        assert_eq!(epoch(&mut plan), ["found 0"]);
        plan.add(Found(7));
        assert_eq!(plan.remove::<Found>().map(|found| found.0), Some(7));
        assert!(epoch(&mut plan).is_empty());
    }
}
