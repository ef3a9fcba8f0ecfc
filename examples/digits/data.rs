//! The handwritten digits: reading, splitting, and batches.

use std::error::Error;
use std::fmt;

/// An image has so many pixels, 8 by 8.
pub const PIXELS: usize = 64;
/// There are so many digits.
pub const CLASSES: usize = 10;

const FILE: &str = "examples/data/digits.csv";
const TEXT: &str = include_str!("../data/digits.csv");

/// An image, its pixels scaled to 0..1, and the digit it shows.
#[derive(Clone)]
struct Digit {
    pixels: [f32; PIXELS],
    label: u8,
}

/// Images and the digits they show, side by side.
#[derive(Clone, Default)]
pub struct Batch {
    /// `PIXELS` values for each image.
    pub pixels: Vec<f32>,
    /// One for each image.
    pub labels: Vec<u8>,
}

/// The images in three parts: to learn from, to choose by, and to judge by.
pub struct Digits {
    train: Vec<Digit>,
    valid: Vec<Digit>,
    test: Vec<Digit>,
}

impl Digits {
    /// Reads the file and splits it 4 : 1 : 1 by a seeded shuffle: its lines stand in the order of who wrote them.
    pub fn load(seed: u64) -> Result<Self, Malformed> {
        let lines = TEXT.lines().enumerate();
        let mut all: Vec<Digit> = lines
            .map(|(at, line)| parse(at + 1, line))
            .collect::<Result<_, _>>()?;
        fastrand::Rng::with_seed(seed).shuffle(&mut all);
        let test = all.split_off(all.len() * 5 / 6);
        let valid = all.split_off(all.len() * 4 / 5);
        Ok(Self {
            train: all,
            valid,
            test,
        })
    }

    /// The training images, shuffled anew in each epoch, the same for the same seed.
    pub fn train(&self, size: usize, seed: u64) -> impl FnMut(u64) -> Vec<Batch> + use<> {
        let mut digits = self.train.clone();
        move |epoch| {
            fastrand::Rng::with_seed(seed ^ epoch).shuffle(&mut digits);
            batches(&digits, size)
        }
    }

    /// The validation images.
    pub fn valid(&self, size: usize) -> Vec<Batch> {
        batches(&self.valid, size)
    }

    /// The images that nothing was chosen by.
    pub fn test(&self, size: usize) -> Vec<Batch> {
        batches(&self.test, size)
    }
}

fn batches(digits: &[Digit], size: usize) -> Vec<Batch> {
    let batch = |chunk: &[Digit]| Batch {
        pixels: chunk.iter().flat_map(|digit| digit.pixels).collect(),
        labels: chunk.iter().map(|digit| digit.label).collect(),
    };
    digits.chunks(size).map(batch).collect()
}

fn parse(line: usize, text: &str) -> Result<Digit, Malformed> {
    let mut values = [0; PIXELS + 1];
    let mut cells = text.split(',');
    for (at, value) in values.iter_mut().enumerate() {
        let most = if at < PIXELS { 16 } else { 9 };
        let cell = cells.next().unwrap_or("nothing");
        let number: Option<u8> = cell.parse().ok().filter(|number| *number <= most);
        *value = number.ok_or_else(|| Malformed {
            line,
            column: at + 1,
            most,
            found: cell.to_owned(),
        })?;
    }
    let mut pixels = [0.0; PIXELS];
    for (pixel, value) in pixels.iter_mut().zip(values) {
        *pixel = f32::from(value) / 16.0;
    }
    Ok(Digit {
        pixels,
        label: values[PIXELS],
    })
}

/// A cell of the file that is no number in its range.
#[derive(Debug)]
pub struct Malformed {
    line: usize,
    column: usize,
    most: u8,
    found: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            most,
            found,
        } = self;
        write!(
            f,
            "{FILE}:{line}: column {column} is `{found}`, and should be a number from 0 to {most}"
        )
    }
}

impl Error for Malformed {}
