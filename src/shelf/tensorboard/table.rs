//! Hyperparameters as a text summary: a table in Markdown, which the text plugin of `TensorBoard` shows.

use super::event::{Metadata, PluginData, Shape, ShapeSize, SummaryValue, Text};
use crate::Hyperparameters;
use std::fmt::Write;

/// The number of the type of texts, in TensorFlow's `types.proto`.
const DT_STRING: i32 = 7;
/// The number of the class of tensors, in TensorFlow's `summary.proto`.
const DATA_CLASS_TENSOR: i32 = 2;

/// Returns the value with the tag `hyperparameters`.
pub(super) fn of_hyperparameters(settings: &Hyperparameters) -> SummaryValue {
    let shape = Shape {
        dim: vec![ShapeSize { size: 1 }],
    };
    let plugin = PluginData {
        plugin_name: "text".into(),
    };
    SummaryValue {
        tag: "hyperparameters".into(),
        simple_value: None,
        tensor: Some(Text {
            dtype: DT_STRING,
            shape: Some(shape),
            string_val: vec![markdown(settings).into_bytes()],
        }),
        metadata: Some(Metadata {
            plugin_data: Some(plugin),
            data_class: DATA_CLASS_TENSOR,
        }),
    }
}

/// Returns a table with a row for each hyperparameter.
fn markdown(settings: &Hyperparameters) -> String {
    let mut table = "| name | value |\n|---|---|".to_owned();
    for (name, value) in settings.iter() {
        let (name, value) = (cell(name), cell(&value.to_string()));
        let _ = write!(table, "\n| {name} | {value} |");
    }
    table
}

/// Returns a text that is one cell of a table.
fn cell(text: &str) -> String {
    let in_one_line = text.split(['\r', '\n']).collect::<Vec<_>>().join(" ");
    in_one_line.replace('\\', "\\\\").replace('|', "\\|")
}
