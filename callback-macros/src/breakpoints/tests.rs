//! The promises of `breakpoints!`, on tokens.

use crate::pipeline;
use proc_macro2::TokenStream;
use quote::quote;

fn expand(declaration: &TokenStream) -> String {
    pipeline::breakpoints(declaration).to_string()
}

fn errors(expanded: &str) -> usize {
    expanded.matches("compile_error !").count()
}

fn fit() -> TokenStream {
    quote! {
        /// The fit loop.
        pub loop Fit with Rate {
            scope FIT {
                on_fit_begin;
                phase TRAIN with Epoch {
                    on_train_begin;
                    on_train_batch_end with Loss;
                    on_vote -> Verdict;
                    on_train_end;
                }
                on_fit_end;
            }
            stop => on_stop;
        }
    }
}

#[test]
fn breakpoints_are_numbered_in_the_order_of_one_pass() {
    let expanded = expand(&fit());
    for (index, name) in [
        "on_enter",
        "on_fit_begin",
        "on_train_begin",
        "on_train_batch_end",
    ]
    .iter()
    .enumerate()
    {
        let written = format!(
            "{name} : :: callbacks :: __private :: At < Self > = :: callbacks :: __private :: At :: new ({index})"
        );
        assert!(expanded.contains(&written), "{written}");
    }
    assert!(expanded.contains("new (\"Fit\" , 8 , \"on_exit\" ,"));
}

#[test]
fn scopes_know_their_ends_and_their_phase() {
    let expanded = expand(&fit());
    let none = ":: callbacks :: __private :: core :: option :: Option :: None";
    let some = ":: callbacks :: __private :: core :: option :: Option :: Some";
    assert!(expanded.contains(&format!("(\"FIT\" , {none} , 1 , 6 , {none})")));
    assert!(expanded.contains(&format!(
        "(\"TRAIN\" , {some} (0) , 2 , 5 , {some} (\"train\"))"
    )));
}

#[test]
fn the_macro_beside_it_knows_every_name() {
    let expanded = expand(&fit());
    let facts = "{ Fit sure [on_enter] [on_fit_begin] [on_train_begin train on_phase_begin] \
                 [on_train_batch_end train on_batch_end] [on_vote train] [on_train_end train on_phase_end] \
                 [on_fit_end] [on_stop] [on_exit] }";
    assert!(expanded.contains(facts), "{expanded}");
}

#[test]
fn state_is_declared_where_it_begins_to_exist() {
    let expanded = expand(&fit());
    assert!(expanded.contains("availability . always :: < Rate > ()"));
    assert!(expanded.contains("availability . within :: < Epoch > (Self :: TRAIN)"));
    assert!(expanded.contains("availability . from :: < Loss > (Self :: on_train_batch_end)"));
    assert!(expanded.contains("State that exists here: [`Rate`], [`Epoch`], [`Loss`]."));
}

#[test]
fn what_a_loop_counts_is_declared_beside_the_state() {
    let expanded = expand(&quote! {
        loop Walk with Step as steps, Rate, Clock<f64> as time { scope RUN { on_run_begin; on_run_end; } }
    });
    assert_eq!(errors(&expanded), 0);
    let counts = |state: &str, unit: &str| {
        format!(
            "availability . counts :: < {state} > (:: callbacks :: __private :: Unit :: {unit})"
        )
    };
    assert!(expanded.contains(&counts("Step", "Steps")), "{expanded}");
    assert!(expanded.contains(&counts("Clock < f64 >", "Time")));
    assert_eq!(expanded.matches("availability . counts").count(), 2);
    assert_eq!(expanded.matches("availability . always").count(), 3);
}

#[test]
fn an_unfinished_unit_costs_only_itself() {
    for head in [
        quote!(Step as),
        quote!(Step as, Rate),
        quote!(Step as stpes),
    ] {
        let expanded =
            expand(&quote!(loop Walk with #head { scope RUN { on_run_begin; on_run_end; } }));
        assert_eq!(errors(&expanded), 1, "{expanded}");
        assert!(expanded.contains("availability . always :: < Step > ()"));
        assert!(!expanded.contains("availability . counts"));
    }
}

#[test]
fn only_a_public_loop_exports_its_macro() {
    let private = expand(&quote!(loop Walk { scope RUN { on_run_begin; on_run_end; } }));
    assert!(!private.contains("macro_export"));
    assert!(expand(&fit()).contains("macro_export"));
}

#[test]
fn two_loops_of_one_name_have_two_macros() {
    let name = |declaration: &TokenStream| {
        let expanded = expand(declaration);
        let name = expanded
            .split("macro_rules ! ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        name.map(str::to_owned)
    };
    let one = name(&quote!(loop Walk { scope RUN { on_run_begin; on_run_end; } }));
    let other = name(&quote!(loop Walk { scope RUN { on_run_begin; on_step; on_run_end; } }));
    assert_ne!(one, other);
}

#[test]
fn every_error_is_told_and_the_loop_is_written() {
    let expanded = expand(&quote! {
        loop Walk {
            scope Run { on_run_begin; step; on_run_begin; ? ; on_run_end; }
            halt => on_halt;
        }
    });
    assert_eq!(errors(&expanded), 5);
    assert!(expanded.contains("struct Walk ;"));
    assert!(
        expanded
            .contains("{ Walk unsure [on_enter] [on_run_begin] [step] [on_run_end] [on_exit] }")
    );
}

#[test]
fn an_unfinished_scope_is_written_as_far_as_it_goes() {
    let expanded = expand(&quote!(loop Walk { scope RUN {} scope }));
    assert_eq!(errors(&expanded), 2);
    assert!(expanded.contains("struct Walk ;"));
}
