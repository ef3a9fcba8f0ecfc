//! What `breakpoints!` expands to.

use crate::pipeline;
use proc_macro2::TokenStream;
use quote::quote;

fn expand(declaration: &TokenStream) -> String {
    pipeline::breakpoints(declaration).to_string()
}

fn error_count(expanded: &str) -> usize {
    expanded.matches("compile_error !").count()
}

fn fit_declaration() -> TokenStream {
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
    let expanded = expand(&fit_declaration());
    for (index, name) in [
        "on_enter",
        "on_fit_begin",
        "on_train_begin",
        "on_train_batch_end",
    ]
    .iter()
    .enumerate()
    {
        let constant = format!(
            "{name} : :: callbacks :: __private :: At < Self > = :: callbacks :: __private :: At :: new ({index})"
        );
        assert!(expanded.contains(&constant), "{constant}");
    }
    assert!(expanded.contains("new (\"Fit\" , 8 , \"on_exit\" ,"));
}

#[test]
fn a_scope_has_the_indices_of_its_begin_and_end_and_its_phase() {
    let expanded = expand(&fit_declaration());
    let none = ":: callbacks :: __private :: core :: option :: Option :: None";
    let some = ":: callbacks :: __private :: core :: option :: Option :: Some";
    assert!(expanded.contains(&format!("(\"FIT\" , {none} , 1 , 6 , {none})")));
    assert!(expanded.contains(&format!(
        "(\"TRAIN\" , {some} (0) , 2 , 5 , {some} (\"train\"))"
    )));
}

#[test]
fn the_macro_beside_a_loop_lists_every_breakpoint() {
    let expanded = expand(&fit_declaration());
    let info = "{ Fit complete [on_enter] [on_fit_begin] [on_train_begin train on_phase_begin] \
                 [on_train_batch_end train on_batch_end] [on_vote train] [on_train_end train on_phase_end] \
                 [on_fit_end] [on_stop] [on_exit] }";
    assert!(expanded.contains(info), "{expanded}");
}

#[test]
fn state_is_declared_where_it_begins_to_exist() {
    let expanded = expand(&fit_declaration());
    assert!(expanded.contains("availability . always :: < Rate > ()"));
    assert!(expanded.contains("availability . within :: < Epoch > (Self :: TRAIN)"));
    assert!(expanded.contains("availability . from :: < Loss > (Self :: on_train_batch_end)"));
    assert!(expanded.contains("State that exists here: [`Rate`], [`Epoch`], [`Loss`]."));
}

#[test]
fn a_counter_is_declared_after_its_state() {
    let expanded = expand(&quote! {
        loop Walk with Step as steps by hand, Rate, Clock<f64> as time by hand { scope RUN { on_run_begin; on_run_end; } }
    });
    assert_eq!(error_count(&expanded), 0);
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
fn an_unfinished_unit_is_one_error_and_keeps_the_state() {
    for states in [
        quote!(Step as),
        quote!(Step as, Rate),
        quote!(Step as stpes),
    ] {
        let expanded =
            expand(&quote!(loop Walk with #states { scope RUN { on_run_begin; on_run_end; } }));
        assert_eq!(error_count(&expanded), 1, "{expanded}");
        assert!(expanded.contains("availability . always :: < Step > ()"));
        assert!(!expanded.contains("availability . counts"));
    }
}

#[test]
fn only_a_public_loop_exports_its_macro() {
    let private = expand(&quote!(loop Walk { scope RUN { on_run_begin; on_run_end; } }));
    assert!(!private.contains("macro_export"));
    assert!(expand(&fit_declaration()).contains("macro_export"));
}

#[test]
fn two_loops_with_the_same_name_have_different_macros() {
    let macro_name = |declaration: &TokenStream| {
        let expanded = expand(declaration);
        let name = expanded
            .split("macro_rules ! ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        name.map(str::to_owned)
    };
    let first = macro_name(&quote!(loop Walk { scope RUN { on_run_begin; on_run_end; } }));
    let second =
        macro_name(&quote!(loop Walk { scope RUN { on_run_begin; on_step; on_run_end; } }));
    assert_ne!(first, second);
}

#[test]
fn every_error_is_reported_and_the_loop_is_written() {
    let expanded = expand(&quote! {
        loop Walk {
            scope Run { on_run_begin; step; on_run_begin; ? ; on_run_end; }
            halt => on_halt;
        }
    });
    assert_eq!(error_count(&expanded), 5);
    assert!(expanded.contains("struct Walk ;"));
    assert!(
        expanded.contains(
            "{ Walk incomplete [on_enter] [on_run_begin] [step] [on_run_end] [on_exit] }"
        )
    );
}

#[test]
fn a_loop_with_an_unfinished_scope_is_written() {
    let expanded = expand(&quote!(loop Walk { scope RUN {} scope }));
    assert_eq!(error_count(&expanded), 2);
    assert!(expanded.contains("struct Walk ;"));
}
