//! The pages show what their programs print and what the compiler says, and their links lead somewhere.

#[path = "../blocks.rs"]
mod blocks;

use blocks::{Block, Program, blocks, programs};
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

/// Longer pages are a place to ask whether they have one idea.
const MOST_LINES: usize = 200;

fn guide() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A page: its path below `src`, its text and its code blocks.
struct Page {
    path: String,
    text: String,
    blocks: Vec<Block>,
}

/// The pages that the summary lists, in its order.
fn pages() -> Vec<Page> {
    let summary = read(&guide().join("src/SUMMARY.md"));
    let paths = links(&summary);
    assert!(paths.len() >= 20, "{paths:?}");
    let page = |path: String| {
        let text = read(&guide().join("src").join(&path));
        let blocks = blocks(&text);
        Page { path, text, blocks }
    };
    paths.into_iter().map(page).collect()
}

/// The files below a folder whose names have this end, as paths below it.
fn files(top: &Path, end: &str) -> Vec<String> {
    let mut folders = vec![top.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                let below = path.strip_prefix(top).expect("a path below the folder");
                found.push(below.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The targets of the links of a text, outside of its code.
fn links(text: &str) -> Vec<String> {
    let mut is_fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        is_fenced ^= line.starts_with("```");
        let prose: String = line.split('`').step_by(2).collect();
        let targets = prose.split("](").skip(1);
        let targets = targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
        found.extend(targets.filter(|_| !is_fenced).map(ToOwned::to_owned));
    }
    found
}

/// The names by which a link can refer to the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.replace(' ', "-");
        kept.chars()
            .filter(|letter| letter.is_alphanumeric() || ['-', '_'].contains(letter))
            .collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn the_summary_and_the_doc_tests_have_every_page() {
    let library = read(&guide().join("lib.rs"));
    let summary = read(&guide().join("src/SUMMARY.md"));
    for page in files(&guide().join("src"), ".md") {
        if page != "SUMMARY.md" {
            assert!(
                summary.contains(&format!("]({page})")),
                "SUMMARY.md lacks {page}"
            );
            assert!(
                library.contains(&format!("\"src/{page}\"")),
                "lib.rs lacks {page}"
            );
        }
    }
}

#[test]
fn every_page_is_short() {
    for page in pages() {
        let lines = page.text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", page.path);
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    for page in pages() {
        let folder = guide().join("src").join(&page.path);
        let folder = folder.parent().expect("the folder of a page");
        for link in links(&page.text) {
            if link.starts_with("https://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => guide().join("src").join(&page.path),
                _ => folder.join(path),
            };
            assert!(target.exists(), "{}: {link} leads nowhere", page.path);
            let is_there = anchor.is_empty() || anchors(&read(&target)).iter().any(|a| a == anchor);
            assert!(is_there, "{}: {link} has no such heading", page.path);
            count += 1;
        }
    }
    assert!(count >= 40, "only {count} links are found");
}

#[test]
fn every_block_of_text_is_tested() {
    for page in pages() {
        for block in &page.blocks {
            let known = ["rust", "sh", "toml", "julia", "python", "r"];
            let is_known = known.contains(&block.info.split([',', ' ']).next().unwrap_or_default());
            let is_tested = block.is_output() || block.info.starts_with("text error ");
            assert!(
                is_known || is_tested,
                "{}:{}: `{}` is no kind of block that is tested",
                page.path,
                block.line,
                block.info
            );
        }
    }
}

#[test]
fn the_errors_are_what_the_compiler_says() {
    let mut count = 0;
    for page in pages() {
        for block in &page.blocks {
            let Some(name) = block.info.strip_prefix("text error ") else {
                continue;
            };
            let stderr = guide().join(format!("../tests/ui/fail/{name}.stderr"));
            let (shown, said) = (without_place(&block.code), without_place(&read(&stderr)));
            // A page may end a long message with `…`.
            let is_said = match shown.strip_suffix("…\n") {
                Some(begin) => said.starts_with(begin),
                None => said == shown,
            };
            assert!(
                is_said,
                "{}:{} shows:\n{shown}\nand the compiler says:\n{said}",
                page.path, block.line
            );
            count += 1;
        }
    }
    assert!(count >= 3, "only {count} errors are shown");
}

/// A message of the compiler without the line that names the file.
fn without_place(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.contains("-->"));
    lines
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[test]
fn the_programs_print_what_the_pages_show() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let shown = page.blocks.iter().filter(|block| block.is_output()).count();
        let programs = programs(&page.path, &page.blocks);
        assert_eq!(
            programs.len(),
            shown,
            "{}: an output without a program",
            page.path
        );
        for program in &programs {
            let printed = run(program).stdout;
            if printed.trim_end() != program.output.code.trim_end() {
                wrong.push(format!(
                    "{}:{} shows:\n{}\nand {} prints:\n{printed}",
                    page.path, program.output.line, program.output.code, program.name
                ));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 15, "only {count} programs are found");
}

/// The README shows what its first program prints in place of a bar, too, and no times that differ.
#[test]
fn the_first_program_of_the_readme_prints_what_it_shows() {
    let blocks = blocks(&read(&guide().join("../README.md")));
    let programs = programs("../README.md", &blocks);
    let [program] = &programs[..] else {
        panic!("the README shows the output of {} programs", programs.len());
    };
    let Printed { stdout, stderr } = run(program);
    let printed: String = (stderr + &stdout).lines().map(without_time).collect();
    assert!(
        printed == program.output.code,
        "the README shows:\n{}\nand its program prints:\n{printed}",
        program.output.code
    );
}

/// A line whose time is 0ms.
fn without_time(line: &str) -> String {
    let text = match line.rsplit_once(" (") {
        Some((text, time)) if time.ends_with("s)") => format!("{text} (0ms)"),
        _ => line.to_owned(),
    };
    text + "\n"
}

/// What a program prints.
struct Printed {
    stdout: String,
    stderr: String,
}

/// What a program prints, with the names that files have in a program of one file.
fn run(program: &Program<'_>) -> Printed {
    let folder = env::temp_dir().join(format!(
        "callbacks-guide-{}-{}",
        std::process::id(),
        program.name
    ));
    fs::create_dir_all(&folder).expect("a folder for the files of the program");
    let Output {
        status,
        stdout,
        stderr,
    } = command(program)
        .current_dir(&folder)
        .output()
        .expect("a process");
    fs::remove_dir_all(&folder).ok();
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines = text
            .lines()
            .map(|line| with_short_places(line, &program.name).trim_end().to_owned() + "\n");
        lines.collect::<String>()
    };
    let (stdout, stderr) = (text(&stdout), text(&stderr));
    assert!(status.success(), "{}: {status}: {stderr}", program.name);
    Printed { stdout, stderr }
}

fn command(program: &Program<'_>) -> Command {
    let mut command = match program.name.as_str() {
        "discovery" => Command::new(env!("CARGO_BIN_EXE_guide-discovery")),
        _ => Command::new(env!("CARGO_BIN_EXE_guide-programs")),
    };
    command.arg(&program.name);
    command
}

/// A line in which the file that the build script wrote is `src/main.rs`, and its module the crate.
fn with_short_places(line: &str, name: &str) -> String {
    let file = format!("/{name}.rs");
    let mut text = line.to_owned();
    while let Some(end) = text.find(&file) {
        let begin = text[..end].rfind([' ', '(', '\'']).map_or(0, |at| at + 1);
        let end = end + file.len();
        text.replace_range(begin..end, "src/main.rs");
    }
    text
}

#[test]
fn a_place_is_shortened() {
    let line = with_short_places(
        "at /tmp/out/start.rs:3 (attached at /tmp/out/start.rs:7)",
        "start",
    );
    assert_eq!(line, "at src/main.rs:3 (attached at src/main.rs:7)");
}
