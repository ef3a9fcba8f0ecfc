//! Takes the programs out of the pages, so that a test can run them.

mod blocks;

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The README, as a page below `src`.
const README: &str = "../../README.md";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=blocks.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let (mut modules, mut arms) = (String::new(), String::new());
    println!("cargo::rerun-if-changed=../README.md");
    for page in pages(Path::new("src"))?
        .into_iter()
        .chain([README.to_owned()])
    {
        let blocks = blocks::blocks(&fs::read_to_string(Path::new("src").join(&page))?);
        for program in blocks::programs(&page, &blocks) {
            let name = program.name;
            fs::write(out.join(format!("{name}.rs")), program.code)?;
            if name != "discovery" {
                writeln!(modules, "program!({name});")?;
                writeln!(arms, "Some(\"{name}\") => {name}::run(),")?;
            }
        }
    }
    let text = format!(
        "{modules}\nfn run(name: Option<&str>) -> std::process::ExitCode {{\n match name {{\n{arms} _ => std::process::ExitCode::FAILURE,\n}}\n}}\n"
    );
    fs::write(out.join("programs.rs"), text)?;
    Ok(())
}

/// The paths of the pages below `src`, in alphabetical order.
fn pages(source: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut pages = Vec::new();
    let mut folders = vec![source.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path.strip_prefix(source)?.display().to_string());
            }
        }
    }
    pages.sort();
    Ok(pages)
}
