//! The state that a parameter gives access to, as far as the syntax of its type shows.

use super::ungroup_type;
use crate::spelling::format_tokens;
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type, TypePath};

/// The access of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// `&T`
    Read(String),
    /// `&mut T`
    Write(String),
    /// `Ctx`
    Everything,
    /// Another type, such as an alias.
    Unknown,
}

impl Access {
    pub(crate) fn from_type(ty: &Type) -> Self {
        match ungroup_type(ty) {
            Type::Reference(reference) => {
                let state = state_name(&reference.elem);
                if reference.mutability.is_some() {
                    Self::Write(state)
                } else {
                    Self::Read(state)
                }
            }
            Type::Path(path) => Self::from_path(path),
            _ => Self::Unknown,
        }
    }

    fn from_path(path: &TypePath) -> Self {
        let Some(last) = path.path.segments.last() else {
            return Self::Unknown;
        };
        match (last.ident.to_string().as_str(), type_argument(last)) {
            ("Option", Some(parameter)) => Self::from_type(parameter),
            ("Local", Some(state)) => Self::Read(state_name(state)),
            ("LocalMut", Some(state)) => Self::Write(state_name(state)),
            ("Ctx", _) => Self::Everything,
            _ => Self::Unknown,
        }
    }

    pub(crate) fn state(&self) -> Option<&str> {
        match self {
            Self::Read(state) | Self::Write(state) => Some(state),
            Self::Everything | Self::Unknown => None,
        }
    }
}

/// Returns the lifetime for which a parameter borrows the state: `'a` of `&'a T` or `Local<'a, T>`.
pub(crate) fn borrow_lifetime(ty: &Type) -> Option<&Lifetime> {
    match ungroup_type(ty) {
        Type::Reference(reference) => reference.lifetime.as_ref(),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match last.ident.to_string().as_str() {
                "Option" => borrow_lifetime(type_argument(last)?),
                "Local" | "LocalMut" | "Ctx" => lifetime_argument(last),
                _ => None,
            }
        }
        _ => None,
    }
}

fn type_argument(segment: &PathSegment) -> Option<&Type> {
    arguments(segment).find_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    })
}

fn lifetime_argument(segment: &PathSegment) -> Option<&Lifetime> {
    arguments(segment).find_map(|argument| match argument {
        GenericArgument::Lifetime(argument) => Some(argument),
        _ => None,
    })
}

fn arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

fn state_name(ty: &Type) -> String {
    format_tokens(ungroup_type(ty))
}
