//! Derives in places that are unusual, with every lint.

#![deny(warnings, clippy::pedantic)]
#![no_implicit_prelude]

extern crate callbacks as renamed;

mod api {
    #[derive(::renamed::Parameters)]
    #[parameters(crate = ::renamed)]
    pub struct Model {
        layers: [Layer; 2],
        r#type: f32,
        #[parameters(skip)]
        unit: &'static ::std::primitive::str,
    }

    #[derive(::renamed::Parameters, ::renamed::Gradients, Default)]
    #[parameters(crate = ::renamed)]
    #[gradients(crate = ::renamed)]
    struct Layer {
        weights: ::std::vec::Vec<::std::primitive::f64>,
    }

    #[derive(::renamed::Parameters)]
    #[parameters(crate = ::renamed)]
    pub struct Named<'a, T>(pub ::std::vec::Vec<T>, #[parameters(skip)] pub &'a ::std::primitive::str);

    impl Model {
        pub fn new() -> Self {
            Self {
                layers: [<Layer as ::std::default::Default>::default(), <Layer as ::std::default::Default>::default()],
                r#type: 2.0,
                unit: "m",
            }
        }

        pub fn unit(&self) -> &'static ::std::primitive::str {
            self.unit
        }
    }
}

fn main() {
    use ::renamed::Parameters;
    let mut names = ::std::vec::Vec::new();
    let model = api::Model::new();
    let visited = model.visit(&mut |name, _| {
        names.push(::std::string::ToString::to_string(name));
        ::std::result::Result::Ok(())
    });
    ::std::assert!(visited.is_ok());
    ::std::assert_eq!(names, ["layers.0.weights", "layers.1.weights", "type"]);
    ::std::assert_eq!(model.unit(), "m");
    let named = api::Named(::std::vec![1.0_f32], "x");
    ::std::assert!(named.snapshot().is_ok());
    ::std::assert_eq!(named.1, "x");
}
