//! What the macros accept, and what the compiler says of everything else: one file a slip.

#[test]
fn what_is_right_compiles_and_runs() {
    trybuild::TestCases::new().pass("pass/*.rs");
}

#[test]
fn each_slip_is_one_error_at_its_place() {
    trybuild::TestCases::new().compile_fail("fail/*/*.rs");
}
