//! The macro that implements a trait for functions of up to twelve parameters.

/// Calls a macro with each list of up to twelve parameters. A parameter is four tokens: two type names, a variable and its index.
macro_rules! for_each_arity {
    ($macro:ident) => {
        $macro!();
        $macro!(P0 K0 p0 0);
        $macro!(P0 K0 p0 0, P1 K1 p1 1);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5, P6 K6 p6 6);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5, P6 K6 p6 6, P7 K7 p7 7);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5, P6 K6 p6 6, P7 K7 p7 7, P8 K8 p8 8);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5, P6 K6 p6 6, P7 K7 p7 7, P8 K8 p8 8, P9 K9 p9 9);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5, P6 K6 p6 6, P7 K7 p7 7, P8 K8 p8 8, P9 K9 p9 9, P10 K10 p10 10);
        $macro!(P0 K0 p0 0, P1 K1 p1 1, P2 K2 p2 2, P3 K3 p3 3, P4 K4 p4 4, P5 K5 p5 5, P6 K6 p6 6, P7 K7 p7 7, P8 K8 p8 8, P9 K9 p9 9, P10 K10 p10 10, P11 K11 p11 11);
    };
}
pub(crate) use for_each_arity;
