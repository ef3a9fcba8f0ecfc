//! What both stages of `#[callback]` expand to.

use crate::pipeline;
use proc_macro2::TokenStream;
use quote::quote;

/// Returns the output of the second stage for a block of a small loop `Fit`.
fn expand(arguments: &TokenStream, block: &TokenStream) -> String {
    let input = quote! {
        {::callbacks}
        [{Fit complete
            [on_enter] [on_epoch_end]
            [on_train_batch_end train on_batch_end]
            [on_valid_batch_end valid on_batch_end]
            [on_exit]
        }]
        {#arguments}
        {#block}
    };
    pipeline::expand_callback(input).to_string()
}

/// Returns the names of the breakpoints that `handler` is bound to.
fn bindings_of(handler: &str, expanded: &str) -> Vec<String> {
    let calls = expanded.split("handlers . bind").skip(1);
    let calls = calls.filter(|call| call.contains(&format!("Self :: {handler} (")));
    let name = |call: &str| {
        call.split("> :: ")
            .nth(1)?
            .split(' ')
            .next()
            .map(str::to_owned)
    };
    calls.filter_map(name).collect()
}

/// Returns the first line of each error.
fn errors(expanded: &str) -> Vec<&str> {
    let texts = expanded.split("compile_error ! {").skip(1);
    texts
        .map(|text| text.trim().trim_start_matches('"'))
        .map(|text| {
            text.split(['}', '\\'])
                .next()
                .unwrap_or_default()
                .trim_end_matches(['"', ' '])
        })
        .collect()
}

#[test]
fn a_name_without_its_phase_binds_in_every_phase() {
    let block = quote!(impl Log { fn on_batch_end(&self); });
    let expanded = expand(&TokenStream::new(), &block);
    let breakpoints = ["on_train_batch_end", "on_valid_batch_end"];
    assert_eq!(bindings_of("on_batch_end", &expanded), breakpoints);
}

#[test]
fn a_full_name_replaces_a_name_without_phase() {
    let block = quote!(impl Log { fn on_batch_end(&self); fn on_train_batch_end(&self); });
    let expanded = expand(&TokenStream::new(), &block);
    assert_eq!(
        bindings_of("on_batch_end", &expanded),
        ["on_valid_batch_end"]
    );
    assert_eq!(
        bindings_of("on_train_batch_end", &expanded),
        ["on_train_batch_end"]
    );
}

#[test]
fn a_full_name_replaces_another_only_where_it_is_compiled() {
    let block = quote!(impl Log {
        fn on_batch_end(&self);
        #[cfg(unix)] fn on_train_batch_end(&self);
    });
    let expanded = expand(&TokenStream::new(), &block);
    assert_eq!(bindings_of("on_batch_end", &expanded).len(), 2);
    assert!(expanded.contains("cfg (not (all (unix)))"));
}

#[test]
fn a_name_beside_a_phase_is_as_specific_as_a_full_name() {
    let block = quote!(impl Log {
        fn on_batch_end(&self);
        #[on(batch_end, phase = valid)] fn print(&self);
    });
    let expanded = expand(&TokenStream::new(), &block);
    assert_eq!(bindings_of("print", &expanded), ["on_valid_batch_end"]);
    assert_eq!(
        bindings_of("on_batch_end", &expanded),
        ["on_train_batch_end"]
    );
}

#[test]
fn the_on_attribute_replaces_the_name_of_the_function() {
    let block = quote!(impl Log { #[on(enter, exit)] fn on_epoch_end(&self); });
    let expanded = expand(&TokenStream::new(), &block);
    assert_eq!(
        bindings_of("on_epoch_end", &expanded),
        ["on_enter", "on_exit"]
    );
}

#[test]
fn a_misspelt_name_gets_the_nearest_breakpoint() {
    let block = quote!(impl Log { fn on_epoch_ned(&self); });
    let expanded = expand(&TokenStream::new(), &block);
    let message = "the loop `Fit` has no breakpoint `on_epoch_ned`: did you mean `on_epoch_end`?";
    assert_eq!(errors(&expanded), [message]);
}

#[test]
fn every_error_is_reported_and_the_other_handlers_are_written() {
    let block = quote!(impl Log {
        fn on_epoch_ned(&self);
        async fn on_exit(self);
        fn on_enter(&self, epoch: &Epoch);
    });
    let expanded = expand(&quote!(wieght = 1), &block);
    assert_eq!(errors(&expanded).len(), 4);
    assert_eq!(bindings_of("on_enter", &expanded), ["on_enter"]);
}

#[test]
fn an_unfinished_function_does_not_hide_the_others() {
    let block = quote!(impl Log { fn on_ep fn on_epoch_end(&self); fn on_exit(&self, epoch:); });
    let expanded = expand(&TokenStream::new(), &block);
    assert!(errors(&expanded).is_empty());
    assert_eq!(bindings_of("on_epoch_end", &expanded), ["on_epoch_end"]);
}

#[test]
fn the_first_stage_writes_unfinished_bodies_unchanged() {
    let block = quote!(impl Log { fn print(&self) { let x = self. ; } #[on(exit)] fn leave(&self) {} const A: u8 = 3; });
    let written = pipeline::callback(quote!(weight = 3), block).to_string();
    let body = "impl Log { fn print (& self) { let x = self . ; } fn leave (& self) { } const A : u8 = 3 ; }";
    assert!(written.contains(body), "{written}");
    assert!(written.contains(":: callbacks :: Fit ! { { :: callbacks } [] [] { weight = 3 }"));
    let copy = "impl Log { fn print (& self) ; # [on (exit)] fn leave (& self) ; } } }";
    assert!(written.ends_with(copy), "{written}");
}

#[test]
fn the_second_stage_gets_methods_that_the_block_does_not_mention() {
    let block = quote!(impl Log {
        fn called(&self) {}
        fn named_in_an_attribute(&self) {}
        pub fn stop(&self) {}
        fn new() -> Self { Self }
        fn epoch_end(&self) {}
        #[every(when = Self::named_in_an_attribute)]
        fn on_exit(&self) { self.called() }
    });
    let written = pipeline::callback(TokenStream::new(), block).to_string();
    let copy = "impl Log { fn epoch_end (& self) ; # [every (when = Self :: named_in_an_attribute)] fn on_exit (& self) ; } }";
    assert!(written.contains(copy), "{written}");
}

/// Returns the output of the second stage for a loop with names of other frameworks.
fn expand_with_aliases(aliases: &TokenStream, block: &TokenStream) -> String {
    let input = quote! {
        {::callbacks}
        [{Fit complete #aliases [on_enter] [on_epoch_end] [on_train_batch_end train on_batch_end] [on_exit]}]
        {}
        {#block}
    };
    pipeline::expand_callback(input).to_string()
}

#[test]
fn only_a_block_with_a_foreign_name_asks_for_the_table() {
    let names = quote!(names "on_train_epoch_end training_step");
    let asks = |block: &TokenStream| expand_with_aliases(&names, block).contains("@ aliases");
    assert!(!asks(&quote!(impl Log { fn on_epoch_end(&self); })));
    assert!(!asks(
        &quote!(impl Log { fn on_epoch_end(&self); fn print(&self); })
    ));
    assert!(asks(&quote!(impl Log { fn on_train_epoch_end(&self); })));
    assert!(asks(&quote!(impl Log { fn training_step(&self); })));
    assert!(asks(
        &quote!(impl Log { #[on(TRAIN_EPOCH_END)] fn print(&self); })
    ));
}

#[test]
fn a_foreign_name_is_answered_by_its_meaning_and_not_by_its_letters() {
    let table =
        "Lightning\ton_train_epoch_end\ton_epoch_end\t\nHF\ton_train_epoch_end\ton_exit\tlater\n";
    let table = quote!(table #table);
    let answer = "of Lightning is `on_epoch_end` here, that of HF is `on_exit` here\\nlater\\n";
    for (name, begin) in [
        (quote!(on_train_epoch_end), ": this hook "),
        (
            quote!(on_train_epoch_ends),
            ": did you mean `on_epoch_end`?\\n`on_train_epoch_end` ",
        ),
    ] {
        let block = quote!(impl Log { fn #name(&self); });
        let expanded = expand_with_aliases(&table, &block);
        assert!(
            expanded.contains(&format!("`{name}`{begin}{answer}")),
            "{expanded}"
        );
        assert_eq!(errors(&expanded).len(), 1);
    }
}

#[test]
fn the_list_of_breakpoints_is_in_the_first_error_of_a_block() {
    let block = quote!(impl Log { fn on_x(&self); fn on_epoch_ned(&self); fn on_y(&self); });
    let expanded = expand(&TokenStream::new(), &block);
    assert_eq!(errors(&expanded).len(), 3);
    assert_eq!(expanded.matches("breakpoints of `Fit`").count(), 1);
}

#[test]
fn a_method_with_the_name_of_a_breakpoint_is_pointed_out() {
    for name in [quote!(epoch_end), quote!(batch_end), quote!(onEpochEnd)] {
        let block = quote!(impl Log { fn #name(&self); });
        let expanded = expand(&TokenStream::new(), &block);
        let message = format!("`{name}` is no handler: write `on_");
        assert!(errors(&expanded)[0].starts_with(&message), "{expanded}");
        assert_eq!(errors(&expanded).len(), 1);
    }
}

#[test]
fn an_item_that_is_no_block_is_written_unchanged() {
    let written = pipeline::callback(
        quote!(wieght = 3),
        quote!(
            struct Log;
        ),
    )
    .to_string();
    assert_eq!(errors(&written).len(), 2);
    assert!(written.ends_with("struct Log ;"));
}

#[test]
fn the_lifetimes_of_a_handler_are_anonymous_in_generated_code() {
    let block = quote!(impl Log { fn on_exit<'a>(&'a self, f: &'a for<'b> fn(&'b u8)); });
    let expanded = expand(&TokenStream::new(), &block);
    assert!(expanded.contains("ask :: < & '_ for < 'b > fn (& 'b u8) , _ >"));
}

#[test]
fn a_whole_number_is_a_weight() {
    let block = quote!(impl Log { fn on_exit(&self); });
    assert!(expand(&quote!(weight = -10), &block).contains("f64 = - 10.0 ;"));
    assert!(expand(&quote!(weight = Self::W), &block).contains("f64 = < Log > :: W ;"));
}

#[test]
fn relations_are_written_in_the_order_of_the_source() {
    let block = quote!(impl Log { fn on_exit(&self); });
    let arguments = quote!(group(dyn A), after(b::B<u8, C>, "d"), weight = 1, requires(E));
    let expanded = expand(&arguments, &block);
    let callback_ref =
        |ty: &str| format!(":: callbacks :: __private :: CallbackRef :: of :: < {ty} > ()");
    let relations = format!(
        ". group :: < dyn A > () . after ({}) . after (\"d\") . requires ({})",
        callback_ref("b :: B < u8 , C >"),
        callback_ref("E")
    );
    assert!(expanded.contains(&relations), "{expanded}");
}

#[test]
fn an_entry_with_an_error_is_not_written() {
    let block = quote!(impl Log { fn on_exit(&self); });
    let arguments = quote!(
        after(3, A, &B),
        group("C"),
        provides(&D, E = 3, F = Self::f)
    );
    let expanded = expand(&arguments, &block);
    assert_eq!(errors(&expanded).len(), 5);
    assert_eq!(expanded.matches("CallbackRef :: of").count(), 1);
    assert_eq!(expanded.matches("handlers . provide").count(), 1);
    assert!(!expanded.contains(". group"));
}

#[test]
fn self_is_the_callback_type_in_a_registration() {
    let block = quote!(impl Log { fn on_exit(&self); });
    let expanded = expand(&quote!(provides(Option<Self>, Vec<Self::T>)), &block);
    assert!(expanded.contains("Provision :: of :: < Option < Log > > ()"));
    assert!(expanded.contains("Provision :: of :: < Vec < < Log > :: T > > ()"));
    let generic = quote!(
        impl<T> Log<T> {
            fn on_exit(&self);
        }
    );
    let expanded = expand(&quote!(provides(T), register = false), &generic);
    assert!(!expanded.contains("Provision"));
}

#[test]
fn names_are_not_checked_against_a_loop_with_errors() {
    let block = quote!(impl Log { fn on_run_end(&self); });
    let input = quote!({::callbacks} [{Drive incomplete [on_enter] [on_exit]}] {Drive} {#block});
    let expanded = pipeline::expand_callback(input).to_string();
    assert!(errors(&expanded).is_empty());
}

/// Returns the period of the handler in `block`, without the paths.
fn period(block: &TokenStream) -> Option<String> {
    let expanded = expand(&TokenStream::new(), block);
    assert_eq!(errors(&expanded), [""; 0], "{expanded}");
    let period = expanded.split(") . every (").nth(1)?;
    let period = period.split(") ;").next()?;
    Some(period.replace(":: callbacks :: __private :: ", ""))
}

#[test]
fn a_period_unites_all_clauses() {
    let block = quote!(impl Log {
        #[every(steps = 10, epochs = Self::N, last)]
        #[every(time = 1, offset = 2, until = E, once(samples = 7), only_when = f, first)]
        fn on_epoch_end(&self);
    });
    let first = "Period :: steps (10u64) . or (Period :: epochs (Self :: N)) . last ()";
    let second = "Period :: time (1.0) . offset (2.0) . until (E) . or (Period :: samples (7u64) . once ()) \
                  . only_when (f) . first ()";
    assert_eq!(period(&block), Some(format!("{first} . or ({second})")));
}

#[test]
fn last_alone_is_a_period() {
    let block = quote!(impl Log { #[every(last)] fn on_epoch_end(&self); });
    assert_eq!(
        period(&block).as_deref(),
        Some("Period :: never () . last ()")
    );
    let block = quote!(impl Log { fn on_epoch_end(&self); });
    assert_eq!(period(&block), None);
}

#[test]
fn a_handler_has_its_period_at_every_breakpoint() {
    let block = quote!(impl Log {
        #[every(steps = 3)] fn on_batch_end(&self);
        fn on_epoch_end(&self);
    });
    let expanded = expand(&TokenStream::new(), &block);
    assert_eq!(expanded.matches("Period :: steps (3u64)").count(), 2);
    assert_eq!(bindings_of("on_epoch_end", &expanded), ["on_epoch_end"]);
}

#[test]
fn an_unfinished_period_does_not_hide_other_handlers() {
    let unfinished = [
        quote!(every),
        quote!(every()),
        quote!(every =),
        quote!(every(s)),
        quote!(every(steps =)),
        quote!(every(steps = , first)),
        quote!(every(steps = Self::)),
        quote!(every(once(steps =))),
    ];
    for every in unfinished {
        let block = quote!(impl Log { #[#every] fn on_epoch_end(&self); fn on_enter(&self); });
        let expanded = expand(&TokenStream::new(), &block);
        assert_eq!(errors(&expanded).len(), 1, "{every}: {expanded}");
        assert_eq!(bindings_of("on_epoch_end", &expanded), [""; 0]);
        assert_eq!(bindings_of("on_enter", &expanded), ["on_enter"]);
        let written = pipeline::callback(TokenStream::new(), block).to_string();
        assert!(written.contains("impl Log { fn on_epoch_end (& self) ; fn on_enter (& self) ; }"));
    }
}
