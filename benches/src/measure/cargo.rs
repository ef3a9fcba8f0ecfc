//! Crates that are generated below the target folder, and what cargo makes of them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A generated crate.
pub(super) struct Generated {
    name: String,
    folder: PathBuf,
    target: PathBuf,
}

impl Generated {
    /// Writes a program of one file, which depends on `callbacks`.
    pub(super) fn program(name: &str, text: &str) -> Result<Self, Box<dyn Error>> {
        Self::written(name, text, &manifest(name))
    }

    /// The same where the file is compiled quickly rather than well, and can look at the processor's clock. What it depends on is
    /// optimised.
    pub(super) fn quick_program(name: &str, text: &str) -> Result<Self, Box<dyn Error>> {
        let clock = "[dependencies.rustix]\nversion = \"1.1.6\"\nfeatures = [\"time\"]\n";
        let profile = format!("[profile.release.package.{name}]\nopt-level = 0\n");
        let manifest = [manifest(name).as_str(), clock, &profile].join("\n");
        Self::written(name, text, &manifest)
    }

    fn written(name: &str, text: &str, manifest: &str) -> Result<Self, Box<dyn Error>> {
        let all = folder()?;
        let generated = Self {
            name: name.to_owned(),
            folder: all.join(name),
            target: all.join("target"),
        };
        fs::create_dir_all(generated.folder.join("src"))?;
        fs::write(generated.folder.join("Cargo.toml"), manifest)?;
        // The versions that the workspace has, so that nothing is to be looked up.
        fs::copy(
            workspace().join("Cargo.lock"),
            generated.folder.join("Cargo.lock"),
        )?;
        generated.write(text)?;
        Ok(generated)
    }

    /// Writes the program's one file, which is built again then.
    pub(super) fn write(&self, text: &str) -> Result<(), Box<dyn Error>> {
        Ok(fs::write(self.folder.join("src/main.rs"), text)?)
    }

    pub(super) fn cargo(&self, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
        let run = Command::new(env!("CARGO"))
            .arg("--quiet")
            .args(arguments)
            .env("CARGO_TARGET_DIR", &self.target)
            // From the start each time, and not from what was left of the time before.
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS")
            .current_dir(&self.folder)
            .output()?;
        if run.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&run.stderr).into())
    }

    /// The lines of LLVM IR that rustc makes of the program before any optimisation: what it hands to LLVM for each rebuild. The crates
    /// that the program depends on are compiled already and do not count.
    pub(super) fn ir_lines(&self) -> Result<usize, Box<dyn Error>> {
        let options = [
            "--emit=llvm-ir",
            "-Cno-prepopulate-passes",
            "-Ccodegen-units=1",
        ];
        self.cargo(&[&["rustc", "--release", "--"], &options[..]].concat())?;
        let prefix = format!("{}-", self.name.replace('-', "_"));
        let mut lines = None;
        for entry in fs::read_dir(self.target.join("release/deps"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&prefix) && name.ends_with(".ll") {
                lines = Some(fs::read_to_string(&path)?.lines().count());
                fs::remove_file(&path)?;
            }
        }
        lines.ok_or_else(|| "rustc wrote no LLVM IR".into())
    }

    /// Where the optimised program is.
    pub(super) fn binary(&self) -> PathBuf {
        self.target.join("release").join(&self.name)
    }
}

/// Beside this program, wherever cargo has put it.
fn folder() -> Result<PathBuf, Box<dyn Error>> {
    let program = env::current_exe()?;
    let beside = program.parent().ok_or("this program is in no folder")?;
    Ok(beside.join("generated"))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifest(name: &str) -> String {
    let callbacks = workspace();
    let callbacks = callbacks.display();
    format!(
        r#"[package]
name = "{name}"
version = "0.0.0"
edition = "2024"

[dependencies]
callbacks = {{ path = "{callbacks}" }}

[workspace]
"#
    )
}
