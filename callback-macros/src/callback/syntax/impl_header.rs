//! The part of an `impl` block before its braces.

use syn::parse::{Parse, ParseStream};
use syn::{Generics, Token, Type};

/// `impl<T> PrintLoss<T> where …`
pub(crate) struct ImplHeader {
    /// The generic parameters and the `where` clause.
    pub(crate) generics: Generics,
    /// The trait of `impl Trait for PrintLoss`, which a rule refuses.
    pub(crate) of_trait: Option<Type>,
    pub(crate) self_type: Type,
}

impl Parse for ImplHeader {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Option<Token![default]>>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Token![impl]>()?;
        let mut generics: Generics = input.parse()?;
        input.parse::<Option<Token![const]>>()?;
        input.parse::<Option<Token![!]>>()?;
        let first: Type = input.parse()?;
        let is_of_trait = input.parse::<Option<Token![for]>>()?.is_some();
        let (of_trait, self_type) = if is_of_trait {
            (Some(first), input.parse()?)
        } else {
            (None, first)
        };
        generics.where_clause = input.parse()?;
        Ok(Self {
            generics,
            of_trait,
            self_type,
        })
    }
}
