//! stub
use super::model::Model;
use crate::errors::Errors;
pub(crate) fn check(model: Model, errors: &Errors) -> Model {
    model
}
