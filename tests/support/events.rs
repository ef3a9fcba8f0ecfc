//! A reader of event files, written after the format's description: it shares nothing with who writes them.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fs;
use std::path::{Path, PathBuf};

/// A number of an event file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    pub(crate) step: i64,
    pub(crate) tag: String,
    pub(crate) value: f32,
}

pub(crate) fn point(step: i64, tag: &str, value: f32) -> Point {
    let tag = tag.to_owned();
    Point { step, tag, value }
}

/// A folder for one test, which is not there yet, and is gone with the test.
#[derive(Clone)]
pub(crate) struct Folder(std::rc::Rc<Gone>);

struct Gone(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("callbacks-events-{}-{name}", std::process::id());
        Self(Gone(std::env::temp_dir().join(name)).into())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0.0
    }

    /// The files, in the order of their names.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// The texts of the only file: the tag and the text of each.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let files = self.files();
        assert_eq!(files.len(), 1, "{files:?}");
        let bytes = fs::read(&files[0]).unwrap();
        events(&bytes).iter().flat_map(texts).collect()
    }

    pub(crate) fn only_file(&self) -> Vec<Point> {
        let files = self.files();
        assert_eq!(files.len(), 1, "{files:?}");
        read(&files[0])
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The numbers of a file whose checksums are right, behind its version.
pub(crate) fn read(file: &Path) -> Vec<Point> {
    let bytes = fs::read(file).unwrap();
    events(&bytes).iter().flat_map(points).collect()
}

/// The events of a file behind its version.
pub(crate) fn events(bytes: &[u8]) -> Vec<Fields<'_>> {
    let mut rest = bytes;
    let mut events = Vec::new();
    while !rest.is_empty() {
        events.push(Fields::of(record(&mut rest)));
    }
    assert_eq!(events.remove(0).bytes(3), [b"brain.Event:2"]);
    events
}

/// The values of an event.
fn values<'b>(event: &Fields<'b>) -> Vec<Fields<'b>> {
    let summaries = event.bytes(5).into_iter().map(Fields::of);
    let values = summaries.flat_map(|summary| summary.bytes(1));
    values.map(Fields::of).collect()
}

fn tag(value: &Fields<'_>) -> String {
    String::from_utf8(value.bytes(1)[0].to_vec()).unwrap()
}

/// The texts of an event, each a tensor of one text for the plugin of that name.
fn texts(event: &Fields<'_>) -> Vec<(String, String)> {
    let mut values = values(event);
    values.retain(|value| !value.bytes(8).is_empty());
    let of = |value: &Fields<'_>| {
        let tensor = Fields::of(value.bytes(8)[0]);
        let size = Fields::of(Fields::of(tensor.bytes(2)[0]).bytes(2)[0]);
        assert_eq!((tensor.number(1), size.number(1)), (7, 1));
        let metadata = Fields::of(value.bytes(9)[0]);
        let plugin = Fields::of(metadata.bytes(1)[0]);
        assert_eq!((plugin.bytes(1)[0], metadata.number(4)), (&b"text"[..], 2));
        let text = tensor.bytes(8)[0].to_vec();
        (tag(value), String::from_utf8(text).unwrap())
    };
    values.iter().map(of).collect()
}

fn record<'b>(rest: &mut &'b [u8]) -> &'b [u8] {
    let length = checked(rest, 8);
    let length = u64::from_le_bytes(length.try_into().unwrap());
    checked(rest, length.try_into().unwrap())
}

fn checked<'b>(rest: &mut &'b [u8], length: usize) -> &'b [u8] {
    let (data, behind) = rest.split_at(length);
    let (text, behind) = behind.split_at(4);
    *rest = behind;
    let crc = castagnoli(data);
    let masked = crc.rotate_left(17).wrapping_add(0xa282_ead8);
    assert_eq!(u32::from_le_bytes(text.try_into().unwrap()), masked);
    data
}

/// Bit by bit.
fn castagnoli(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 }
        })
    })
}

fn points(event: &Fields<'_>) -> Vec<Point> {
    let wall_time = f64::from_le_bytes(event.bytes(1)[0].try_into().unwrap());
    assert!(wall_time > 1.7e9, "{wall_time} is no time of ours");
    let step = event.number(2);
    let mut values = values(event);
    values.retain(|value| !value.bytes(2).is_empty());
    let of = |value: &Fields<'_>| Point {
        step,
        tag: tag(value),
        value: f32::from_le_bytes(value.bytes(2)[0].try_into().unwrap()),
    };
    values.iter().map(of).collect()
}

/// The fields of a message, by their numbers: what is in them, or the number that they are.
pub(crate) struct Fields<'b>(Vec<(u64, Field<'b>)>);

pub(crate) enum Field<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

impl<'b> Fields<'b> {
    fn of(mut rest: &'b [u8]) -> Self {
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let key = varint(&mut rest);
            let length = match key & 7 {
                0 => {
                    fields.push((key >> 3, Field::Number(varint(&mut rest))));
                    continue;
                }
                1 => 8,
                2 => varint(&mut rest),
                5 => 4,
                other => panic!("a field of kind {other}"),
            };
            let (bytes, behind) = rest.split_at(length.try_into().unwrap());
            fields.push((key >> 3, Field::Bytes(bytes)));
            rest = behind;
        }
        Self(fields)
    }

    fn bytes(&self, number: u64) -> Vec<&'b [u8]> {
        let with_bytes = self.0.iter().filter_map(|(of, field)| match field {
            Field::Bytes(bytes) if *of == number => Some(*bytes),
            _ => None,
        });
        with_bytes.collect()
    }

    /// 0, if it is not there.
    fn number(&self, number: u64) -> i64 {
        let found = self.0.iter().find_map(|(of, field)| match field {
            Field::Number(value) if *of == number => Some(*value),
            _ => None,
        });
        found.unwrap_or_default().try_into().unwrap()
    }
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for place in 0.. {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            break;
        }
    }
    value
}
