//! The house rules that a test can watch over.

use std::fs;
use std::path::{Path, PathBuf};

/// Longer files are a place to ask whether they have one purpose.
const MOST_LINES: usize = 420;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file of the workspace, but for what trybuild compiles.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let tops = [
        "src",
        "callback-macros",
        "callback-runtime",
        "tests",
        "examples",
        "benches",
        "guide",
    ];
    let mut folders: Vec<PathBuf> = tops.iter().map(|top| root().join(top)).collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() && name != "target" && name != "ui" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 50, "the sources are found");
    found
}

#[test]
fn no_file_has_outgrown_its_purpose() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|path| (read(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{lines} lines: {}", path.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn unsafe_code_is_in_one_place() {
    let word = concat!("unsa", "fe ");
    let code = |line: &str| !line.trim_start().starts_with("//") && line.contains(word);
    let outside: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|path| !path.starts_with(root().join("callback-runtime/src/raw")))
        // An allocator that counts, and the macro's word for what it refuses.
        .filter(|path| {
            !path.ends_with("tests/allocation.rs")
                && !path.starts_with(root().join("callback-macros"))
        })
        .filter(|path| read(path).lines().any(code))
        .collect();
    assert!(outside.is_empty(), "{outside:#?}");
}

#[test]
fn every_check_of_the_macros_is_proven_by_a_folder_of_ui_tests() {
    for of in ["callback", "breakpoints", "derive"] {
        let checks = root().join("callback-macros/src").join(of).join("check");
        for entry in fs::read_dir(&checks)
            .expect("the folder of checks")
            .flatten()
        {
            let path = entry.path();
            let check = path.file_stem().unwrap_or_default().to_owned();
            if check == "mod" {
                continue;
            }
            let proven = root().join("tests/ui/fail").join(&check);
            let count = fs::read_dir(&proven).map_or(0, |files| {
                files
                    .flatten()
                    .filter(|file| file.path().extension().is_some_and(|end| end == "rs"))
                    .count()
            });
            assert!(
                count > 0,
                "{} has no test in {}",
                path.display(),
                proven.display()
            );
        }
    }
}

#[test]
fn the_changelog_has_this_version() {
    let changelog = read(&root().join("CHANGELOG.md"));
    assert!(changelog.contains(concat!("## ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_slip_in_the_readme_is_what_the_compiler_says() {
    let readme = read(&root().join("README.md"));
    let stderr = read(&root().join("tests/ui/fail/breakpoint_names/misspelt.stderr"));
    let stderr: Vec<&str> = stderr
        .lines()
        .filter(|line| !line.contains("-->"))
        .collect();
    let shown: Vec<&str> = readme
        .lines()
        .filter(|line| !line.contains("-->"))
        .collect();
    assert!(
        shown.windows(stderr.len()).any(|lines| lines == stderr),
        "the README shows something else than:\n{}",
        stderr.join("\n")
    );
}

#[test]
fn every_slip_on_its_own_is_answered_by_one_error() {
    let fail = root().join("tests/ui/fail");
    let folders = fs::read_dir(&fail).expect("the folder of slips").flatten();
    // The files of `several` and `matrix` have several faults on purpose.
    let is_single = |name: &str| !["several", "matrix"].contains(&name);
    let single = folders.filter(|folder| folder.file_name().to_str().is_some_and(is_single));
    let files = single.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
    let stderr_files = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "stderr"));
    let mut count = 0;
    for path in stderr_files {
        assert_eq!(count_errors(&path), 1, "{}", path.display());
        count += 1;
    }
    assert!(count >= 45, "{count} slips");
}

#[test]
fn every_function_of_a_matrix_is_answered_by_one_error() {
    let matrix = root().join("tests/ui/fail/matrix");
    let files = fs::read_dir(matrix)
        .expect("the folder of matrices")
        .flatten();
    let is_program = |path: &PathBuf| path.extension().is_some_and(|end| end == "rs");
    for path in files.map(|file| file.path()).filter(is_program) {
        let text = read(&path);
        let functions = text.lines().filter(|line| line.contains("self")).count();
        let errors = count_errors(&path.with_extension("stderr"));
        assert_eq!(errors, functions, "{}", path.display());
    }
}

fn count_errors(stderr: &Path) -> usize {
    let text = read(stderr);
    text.lines()
        .filter(|line| line.starts_with("error"))
        .count()
}

#[test]
fn the_runtime_is_folders_by_feature() {
    let expected = [
        "background",
        "callback",
        "explain",
        "lib.rs",
        "loops",
        "outcome",
        "parallel",
        "period",
        "persist",
        "plan",
        "raw",
        "record",
        "run",
        "state",
    ];
    let source = root().join("callback-runtime/src");
    let entries = fs::read_dir(source).expect("the runtime's source");
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let silent: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|path| !read(path).starts_with("//!"))
        // Included into other files, where such a line does not compile.
        .filter(|path| !path.ends_with("hello/line.rs") && !path.ends_with("drive/well.rs"))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

/// Words that make a reader stop. Each has a plain one: the field's term, or the thing itself.
const WORDS_TO_AVOID: [&str; 15] = [
    "whom",
    "somebody",
    "nobody",
    "everybody",
    "anybody",
    "is told",
    "are told",
    "was told",
    "wish",
    "wishes",
    "wished",
    "thunk",
    "stirs",
    "one's own",
    "so-manieth",
];

#[test]
fn comments_and_texts_use_plain_words() {
    let mut found = Vec::new();
    let texts = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "BENCHMARKS.md",
    ];
    let texts = texts.map(|text| root().join(text));
    let pages = guide_pages();
    assert!(pages.len() > 20, "the pages of the guide are found");
    for path in sources().into_iter().chain(texts).chain(pages) {
        // Its list of words is this one.
        if path.ends_with("tests/tidy.rs") {
            continue;
        }
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        let mut is_fenced = false;
        for (number, line) in read(&path).lines().enumerate() {
            let text = line.trim_start();
            let comment = text.trim_start_matches(['/', '!']).trim_start();
            is_fenced ^= comment.starts_with("```");
            let is_prose = !is_fenced && (!is_code || text.starts_with("//"));
            if let Some(word) = WORDS_TO_AVOID
                .iter()
                .find(|word| has_word(comment, word))
                .filter(|_| is_prose)
            {
                found.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The pages of the guide.
fn guide_pages() -> Vec<PathBuf> {
    let folders = ["", "how-to", "compare"].map(|folder| root().join("guide/src").join(folder));
    let entries = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder of pages").flatten());
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect()
}

/// Whether `text` has `word`, in any case, between two characters that are no letters, outside of code in backticks.
fn has_word(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    let prose = text.split('`').step_by(2);
    let is_letter = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    };
    prose.into_iter().any(|part| {
        part.match_indices(word).any(|(at, _)| {
            let (before, after) = (&part[..at], &part[at + word.len()..]);
            !is_letter(before.chars().next_back()) && !is_letter(after.chars().next())
        })
    })
}

/// The names of the types that implement `Error` in a source.
fn errors(source: &str) -> Vec<&str> {
    let lines: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let implemented = lines.iter().filter(|line| line.starts_with("impl"));
    let implemented =
        implemented.filter_map(|line| line.split_once("Error for ").map(|(_, name)| name));
    let attributes = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains("derive(") && line.contains("Error)"));
    let with_attribute = attributes.filter_map(|(at, _)| {
        lines[at..]
            .iter()
            .find_map(|line| line.strip_prefix("pub struct "))
    });
    let names = implemented.chain(with_attribute);
    names
        .filter_map(|name| name.split(|letter: char| !letter.is_alphanumeric()).next())
        .collect()
}

#[test]
fn every_error_prints_its_text() {
    let libraries = ["src", "callback-runtime/src"].map(|library| root().join(library));
    let of_libraries = |path: &PathBuf| libraries.iter().any(|library| path.starts_with(library));
    let mut found = 0;
    for path in sources().into_iter().filter(of_libraries) {
        let source = read(&path);
        let lists: Vec<&str> = source
            .split("debug_as_display!(")
            .skip(1)
            .filter_map(|list| list.split(')').next())
            .collect();
        for error in errors(&source) {
            found += 1;
            let is_listed = lists
                .iter()
                .any(|list| list.split(',').any(|name| name.trim() == error));
            assert!(
                is_listed,
                "{}: write `debug_as_display!({error})`",
                path.display()
            );
        }
    }
    assert!(found >= 10, "only {found} errors are found");
}

#[test]
fn ids_are_types() {
    let meanings = [
        "at",
        "index",
        "instance",
        "list",
        "turn",
        "place",
        "slot",
        "breakpoint",
        "callback",
        "handler",
        "scope",
        "rank",
        "class",
        "node",
    ];
    let of_runtime = |path: &PathBuf| {
        let folders =
            ["plan", "run", "raw"].map(|folder| root().join("callback-runtime/src").join(folder));
        folders.iter().any(|folder| path.starts_with(folder))
    };
    let mut found = Vec::new();
    for path in sources().into_iter().filter(of_runtime) {
        for (number, line) in read(&path).lines().enumerate() {
            let is_parameter = |name: &&str| {
                line.contains(&format!("({name}: usize"))
                    || line.contains(&format!(" {name}: usize"))
            };
            // The number of an id is made and read in one place.
            let is_id = path.ends_with("raw/slot.rs")
                || line.contains("fn from_index")
                || line.contains("fn new(index");
            if meanings.iter().any(is_parameter) && !is_id {
                found.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
