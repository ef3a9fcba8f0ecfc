//! The state that a parameter gives access to, as far as the syntax of its type shows.

use super::ungroup_type;
use crate::spelling::format_tokens;
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type, TypePath};

/// How a handler's parameter accesses the state. The text of the state's type is as the user writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// `&T` or `Local<T>`, also in `Option`: the text of `T`.
    Read(String),
    /// `&mut T` or `LocalMut<T>`, also in `Option`: the text of `T`.
    Write(String),
    /// `Ctx`, which gives access to all state.
    Everything,
    /// Another type, such as an alias.
    Unknown,
}

impl Access {
    pub(crate) fn from_type(ty: &Type) -> Self {
        match ungroup_type(ty) {
            Type::Reference(reference) => {
                let state = type_text(&reference.elem);
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
            ("Option", Some(inner)) => Self::from_type(inner),
            ("Local", Some(state)) => Self::Read(type_text(state)),
            ("LocalMut", Some(state)) => Self::Write(type_text(state)),
            ("Ctx", _) => Self::Everything,
            _ => Self::Unknown,
        }
    }

    /// Returns the text of the type of the state, if the parameter accesses a single one.
    pub(crate) fn type_text(&self) -> Option<&str> {
        match self {
            Self::Read(state) | Self::Write(state) => Some(state),
            Self::Everything | Self::Unknown => None,
        }
    }
}

/// Returns the lifetime for which a parameter borrows the state: `'a` of `&'a T`, `Local<'a, T>`, `LocalMut<'a, T>` or
/// `Ctx<'a>`, also in `Option`.
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

/// Returns `T` of `Option<T>`.
pub(crate) fn option_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last()?;
    (last.ident == "Option").then(|| type_argument(last))?
}

/// Whether the segment of a path has a lifetime: `Loss<'_>`.
pub(crate) fn has_lifetime(segment: &PathSegment) -> bool {
    lifetime_argument(segment).is_some()
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

fn type_text(ty: &Type) -> String {
    format_tokens(ungroup_type(ty))
}
