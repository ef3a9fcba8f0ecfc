#![deny(warnings)]
use callbacks::prelude::*;

macro_rules! constant {
    ($name:ident) => {
        const $name: usize = 1;
    };
}

macro_rules! with_visibility {
    ($vis:vis, $name:ident, $answer:ty, $item:item) => {
        #[derive(Default)]
        struct $name;

        #[callback(crate = ::callbacks)]
        impl $name {
            $vis fn on_epoch_end(&self) -> $answer {
                <$answer>::default()
            }
        }

        #[callback]
        $item
    };
}

#[derive(Default)]
struct Other;

pub(crate) struct Size<const N: usize>;

with_visibility!(pub(crate), Log, (), impl Other { fn on_fit_end(&self) {} });

#[derive(Default)]
struct Many;

#[callback]
impl Many {
    #![allow(dead_code)]
    constant!(ONE);
    const CALL: fn(u8) -> u8 = |x| { x };
    const fn on_epoch_end(&self) {}
    pub(crate) const unsafe fn other(_: [u8; 1 + 2]) -> Size<{ 1 + 2 }> { Size }
    fn generic<T: Fn(u8) -> u8>(run: T) -> u8 where T: Clone { run(1) }
}

mod inner {
    pub(super) mod deep {
        use callbacks::prelude::*;

        breakpoints! {
            pub(in crate::inner) loop Deep {
                scope RUN { on_run_begin; on_run_end; }
            }
        }

        #[derive(Default)]
        pub(crate) struct Local;

        #[callback(self::Deep)]
        impl Local {
            fn on_run_end(&self) {}
        }
    }

    use callbacks::prelude::*;

    #[callback(deep::Deep)]
    impl super::Many {
        fn on_run_end(&self) {}
    }
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Many);
    plan.add(Log);
    plan.add(Other);
    let _ = (inner::deep::Local, Many::ONE);
}
