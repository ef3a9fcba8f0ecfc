//! stub
use super::model::Model;
use super::syntax::{Annotated, Place};
use crate::errors::Errors;
pub(crate) fn check_placement(annotated: &Annotated, errors: &Errors) { }
pub(crate) fn check(block: Model, errors: &Errors) -> Model { block }
