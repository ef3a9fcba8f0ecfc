//! The contenders: the same handlers fired by `callbacks`, by code written inline, and by its peers.
//!
//! A handler reads one value and changes another one and its own sum, so that its work cannot be left out; there are 64
//! types of them, so that it cannot be folded into one.

#![forbid(unsafe_code)]

pub mod argmin;
pub mod bevy;
pub mod direct;
pub mod dynamic;
pub mod inline;
pub mod ours;

/// What handlers read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, bevy_ecs::prelude::Resource)]
pub struct Input(pub u64);

/// What handlers change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, bevy_ecs::prelude::Resource)]
pub struct Output(pub u64);

/// The work of the handler number `K`; never inlined, so that all contenders make the same call.
#[inline(never)]
pub fn work<const K: u64>(own: &mut u64, input: &Input, output: &mut Output) {
    *own = own.wrapping_add(input.0 ^ K);
    output.0 = output.0.wrapping_add(*own);
}

/// Calls `$each!(0)` to `$each!(63)`, of which the first `$count` are taken.
#[macro_export]
macro_rules! numbered {
    ($each:ident) => {
        [
            $each!(0),
            $each!(1),
            $each!(2),
            $each!(3),
            $each!(4),
            $each!(5),
            $each!(6),
            $each!(7),
            $each!(8),
            $each!(9),
            $each!(10),
            $each!(11),
            $each!(12),
            $each!(13),
            $each!(14),
            $each!(15),
            $each!(16),
            $each!(17),
            $each!(18),
            $each!(19),
            $each!(20),
            $each!(21),
            $each!(22),
            $each!(23),
            $each!(24),
            $each!(25),
            $each!(26),
            $each!(27),
            $each!(28),
            $each!(29),
            $each!(30),
            $each!(31),
            $each!(32),
            $each!(33),
            $each!(34),
            $each!(35),
            $each!(36),
            $each!(37),
            $each!(38),
            $each!(39),
            $each!(40),
            $each!(41),
            $each!(42),
            $each!(43),
            $each!(44),
            $each!(45),
            $each!(46),
            $each!(47),
            $each!(48),
            $each!(49),
            $each!(50),
            $each!(51),
            $each!(52),
            $each!(53),
            $each!(54),
            $each!(55),
            $each!(56),
            $each!(57),
            $each!(58),
            $each!(59),
            $each!(60),
            $each!(61),
            $each!(62),
            $each!(63),
        ]
    };
}
