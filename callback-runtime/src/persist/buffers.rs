//! The memory of saved tensors, which later saves use again.
//!
//! Fresh memory costs more than the copy: the system gives it page by page.

use super::{SavedRun, SavedTensor, SavedValue, SinkSync};
use std::collections::HashMap;
use std::mem;

/// What a save collects beside values: memory for its tensors, and what makes its sinks durable.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// Memory by its size.
    memory: HashMap<usize, Vec<Vec<u8>>>,
    pub(super) syncs: Vec<SinkSync>,
}

impl Buffers {
    /// Returns memory for so many bytes. What it holds is of an earlier tensor.
    pub(super) fn take(&mut self, size: usize) -> Vec<u8> {
        let buffer = self.memory.get_mut(&size).and_then(Vec::pop);
        buffer.unwrap_or_else(|| vec![0; size])
    }

    fn keep(&mut self, buffer: Vec<u8>) {
        self.memory.entry(buffer.len()).or_default().push(buffer);
    }
}

/// The last saved runs, whose memory later saves use again: the one that was saved last, and the one before, which a thread may still write.
#[derive(Debug, Default)]
pub(super) struct SpareRuns(Vec<SavedRun>);

impl SpareRuns {
    const MOST: usize = 2;

    /// Keeps a saved run for its memory.
    pub(super) fn keep(&mut self, mut saved: SavedRun) {
        // They hold files.
        saved.syncs = Vec::new();
        self.0.push(saved);
        if self.0.len() > Self::MOST {
            self.0.remove(0);
        }
    }

    /// Takes the memory that nothing else uses.
    pub(super) fn take(&mut self) -> Buffers {
        let mut buffers = Buffers::default();
        for saved in &mut self.0 {
            saved.for_each_value(|value| take_buffer(value, &mut buffers));
        }
        buffers
    }
}

fn take_buffer(value: &mut SavedValue, buffers: &mut Buffers) {
    // Sequences of numbers are not written into memory of an earlier save.
    if let SavedValue::Tensor(_) = value
        && let SavedValue::Tensor(tensor) = mem::take(value)
    {
        match SavedTensor::try_into_bytes(tensor) {
            Ok(buffer) => buffers.keep(buffer),
            // A clone uses it.
            Err(tensor) => *value = SavedValue::Tensor(tensor),
        }
    }
}
