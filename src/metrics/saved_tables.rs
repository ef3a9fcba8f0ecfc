//! Tables of numbers of metrics in saved runs: as many rows as there are.

use callback_runtime::persist::{Element, Fields, SavedTensor};

/// Saves a table, row after row, or loads one with as many rows as were saved. The number of columns, at least 1, is that of the metric.
pub(super) fn persist_table<T: Element + Default>(
    name: &str,
    values: &mut Vec<T>,
    columns: usize,
    fields: &mut Fields<'_>,
) {
    let shape = |rows: usize| -> Vec<usize> {
        if columns == 1 {
            vec![rows]
        } else {
            vec![rows, columns]
        }
    };
    fields.tensor_with(
        name,
        values,
        |values| SavedTensor::of(values, &shape(values.len() / columns)),
        |values, saved| {
            let shape = shape(saved.shape().first().copied().unwrap_or(0));
            saved.expect(T::TYPE, &shape)?;
            let mut loaded = vec![T::default(); saved.bytes().len() / T::TYPE.size()];
            saved.read(&mut loaded, &shape)?;
            *values = loaded;
            Ok(())
        },
    );
}

/// Reports a table that does not fit the settings of the metric.
pub(super) fn report_misfit(name: &str, problem: &str, fields: &mut Fields<'_>) {
    fields.invalid(
        name,
        format!("{problem}; restore the metric with the settings that it was saved with"),
    );
}
