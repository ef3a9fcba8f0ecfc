//! Macros that write a thing once for each signature, or once for each of the 64 handlers.

/// Calls `$contender!` for each signature: its name, what it reads, what it writes, and what it answers.
macro_rules! each_signature {
    ($contender:ident) => {
        $contender!(nothing, reads(), writes(), ());
        $contender!(one, reads(input: Input), writes(), ());
        $contender!(two, reads(input: Input), writes(output: Output), ());
        $contender!(
            six,
            reads(input: Input, second: Second, third: Third),
            writes(fourth: Fourth, fifth: Fifth, output: Output),
            ()
        );
        $contender!(inlined, reads(input: Input), writes(output: Output), ());
        $contender!(flow, reads(input: Input), writes(output: Output), Flow);
        $contender!(
            fallible,
            reads(input: Input),
            writes(output: Output),
            Result<(), BoxError>
        );
        $contender!(judging, reads(input: Input), writes(output: Output), Verdict);
    };
}

/// An array of `$each!(1)` to `$each!(64)`. No number is 0, because to do nothing with 0 is less work.
macro_rules! numbered {
    ($each:ident) => { numbered!(64 $each) };
    (1 $each:ident) => { numbered!(@ $each 1) };
    (8 $each:ident) => { numbered!(@ $each 1 2 3 4 5 6 7 8) };
    (64 $each:ident) => {
        numbered!(@ $each
            1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
            33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64
        )
    };
    (@ $each:ident $($k:literal)*) => { [$($each!($k)),*] };
}

pub(super) use {each_signature, numbered};
