//! The item under a derive as the user writes it, with its spans, before any rule is applied.

mod helper;

pub(crate) use helper::{Helper, Word};

use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Fields, Generics, Index, Item, Member, Type};

/// The trait that a derive implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derived {
    Parameters,
    Gradients,
}

impl Derived {
    /// Returns the name of the attribute for fields: `parameters` of `#[parameters(skip)]`.
    pub(crate) fn helper(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Gradients => "gradients",
        }
    }
}

/// `struct Layer { weights: Vec<f32> }`
pub(crate) struct Declaration {
    pub(crate) derived: Derived,
    /// The keyword of an item that is no struct: `enum` or `union`.
    pub(crate) other_keyword: Option<Ident>,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) helpers: Vec<Helper>,
    pub(crate) fields: Vec<Field>,
}

/// `#[parameters(skip)] calls: u64`
pub(crate) struct Field {
    pub(crate) helpers: Vec<Helper>,
    pub(crate) member: Member,
    pub(crate) ty: Type,
}

impl Declaration {
    pub(crate) fn new(derived: Derived, tokens: TokenStream, errors: &Errors) -> Option<Self> {
        let item = match syn::parse2(tokens) {
            Ok(item) => item,
            Err(error) => {
                errors.push(error);
                return None;
            }
        };
        let (other_keyword, name, generics, attributes, fields) = match item {
            Item::Struct(item) => (None, item.ident, item.generics, item.attrs, item.fields),
            Item::Enum(item) => {
                let keyword = Ident::new("enum", item.enum_token.span);
                (
                    Some(keyword),
                    item.ident,
                    item.generics,
                    item.attrs,
                    Fields::Unit,
                )
            }
            Item::Union(item) => {
                let keyword = Ident::new("union", item.union_token.span);
                (
                    Some(keyword),
                    item.ident,
                    item.generics,
                    item.attrs,
                    Fields::Unit,
                )
            }
            // The compiler has refused the derive.
            _ => return None,
        };
        let field = |(index, field)| Field::new(derived, index, field, errors);
        Some(Self {
            derived,
            other_keyword,
            name,
            generics,
            helpers: helpers(derived, &attributes, errors),
            fields: fields
                .into_iter()
                .zip(0..)
                .map(|(f, i)| field((i, f)))
                .collect(),
        })
    }
}

impl Field {
    fn new(derived: Derived, index: u32, field: syn::Field, errors: &Errors) -> Self {
        let member = match field.ident {
            Some(name) => Member::Named(name),
            None => Member::Unnamed(Index::from(index as usize)),
        };
        Self {
            helpers: helpers(derived, &field.attrs, errors),
            member,
            ty: field.ty,
        }
    }
}

/// Returns the attributes that belong to the derive.
fn helpers(derived: Derived, attributes: &[Attribute], errors: &Errors) -> Vec<Helper> {
    let own = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(derived.helper()));
    own.map(|attribute| Helper::new(attribute, errors))
        .collect()
}
