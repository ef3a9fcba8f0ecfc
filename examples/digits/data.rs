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
    /// Reads the file and splits it 4 : 1 : 1 by a seeded shuffle.
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
    pub fn train(&self, size: usize, seed: u64) -> impl Fn(u64) -> Vec<Batch> + use<> {
        let digits = self.train.clone();
        move |epoch| {
            // From the same order each time: an epoch's batches depend on the epoch alone, also where a fit is taken up again.
            let mut shuffled = digits.clone();
            fastrand::Rng::with_seed(seed ^ epoch).shuffle(&mut shuffled);
            batches(&shuffled, size)
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
    let malformed = |column, wrong| Malformed {
        line,
        column,
        wrong,
    };
    let cells: Vec<&str> = text.split(',').collect();
    if cells.len() != PIXELS + 1 {
        let first = cells.len().min(PIXELS + 1) + 1;
        return Err(malformed(first, Wrong::Count(cells.len())));
    }
    let value = |at: usize, most: u8| {
        let number = cells[at].parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| malformed(at + 1, Wrong::Value(cells[at].to_owned(), most)))
    };
    let mut pixels = [0.0; PIXELS];
    for (at, pixel) in pixels.iter_mut().enumerate() {
        *pixel = f32::from(value(at, 16)?) / 16.0;
    }
    Ok(Digit {
        pixels,
        label: value(PIXELS, 9)?,
    })
}

/// What is wrong in the file, and where: at the first value that should be another, should be there, or should not.
#[derive(Debug)]
pub struct Malformed {
    line: usize,
    column: usize,
    wrong: Wrong,
}

#[derive(Debug)]
enum Wrong {
    /// The line has so many values.
    Count(usize),
    /// What stands there, and the largest number that could.
    Value(String, u8),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FILE}:{}: column {}: ", self.line, self.column)?;
        match &self.wrong {
            Wrong::Count(count) => {
                write!(f, "the line has {count} values instead of {}", PIXELS + 1)
            }
            Wrong::Value(found, most) => write!(f, "`{found}` is no number from 0 to {most}"),
        }
    }
}

impl Error for Malformed {}
