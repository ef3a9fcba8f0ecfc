//! What a parameter touches, as far as its written type says.

use super::bare;
use crate::spelling::written;
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type, TypePath};

/// What a handler may do with the state it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// `&T`
    Read(String),
    /// `&mut T`
    Write(String),
    /// `Ctx`
    Everything,
    /// Something that only its type knows.
    Unknown,
}

impl Access {
    pub(crate) fn of(written: &Type) -> Self {
        match bare(written) {
            Type::Reference(reference) => {
                let state = text(&reference.elem);
                if reference.mutability.is_some() {
                    Self::Write(state)
                } else {
                    Self::Read(state)
                }
            }
            Type::Path(path) => Self::of_path(path),
            _ => Self::Unknown,
        }
    }

    fn of_path(path: &TypePath) -> Self {
        let Some(last) = path.path.segments.last() else {
            return Self::Unknown;
        };
        let inside = type_argument(last);
        match (last.ident.to_string().as_str(), inside) {
            ("Option", Some(inside)) => Self::of(inside),
            ("Local", Some(inside)) => Self::Read(text(inside)),
            ("LocalMut", Some(inside)) => Self::Write(text(inside)),
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

/// The lifetime for which a parameter is borrowed.
pub(crate) fn borrowed_for(written: &Type) -> Option<&Lifetime> {
    match bare(written) {
        Type::Reference(reference) => reference.lifetime.as_ref(),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match last.ident.to_string().as_str() {
                "Option" => borrowed_for(type_argument(last)?),
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

fn text(state: &Type) -> String {
    written(bare(state))
}
