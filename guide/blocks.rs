//! The code blocks of a page: the build script takes the programs out of them, and the test compares what they print.

/// One fenced block of a page.
#[allow(dead_code, reason = "the test uses the line")]
pub(crate) struct Block {
    /// What follows the fence: `rust`, `text output`.
    pub(crate) info: String,
    /// The line of the fence, from 1.
    pub(crate) line: usize,
    /// The lines of the block, without the `# ` of hidden ones.
    pub(crate) code: String,
}

impl Block {
    fn is_program(&self) -> bool {
        self.info.starts_with("rust") && self.code.contains("fn main()")
    }

    /// Whether the block is what the program above it prints.
    pub(crate) fn is_output(&self) -> bool {
        self.info == "text output"
    }
}

/// A program, and what its page says that it prints.
#[allow(
    dead_code,
    reason = "the build script uses the code, and the test the output"
)]
pub(crate) struct Program<'b> {
    /// The name of the page, and from its second program on a number: `start`, `start_2`.
    pub(crate) name: String,
    pub(crate) code: &'b str,
    pub(crate) output: &'b Block,
}

pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => {
                open = Some(Block {
                    info: info.to_owned(),
                    line: index + 1,
                    code: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                let is_hidden = block.info.starts_with("rust") && line.starts_with("# ");
                block.code += if is_hidden { &line[2..] } else { line };
                block.code += "\n";
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The programs whose output the page shows: the last block with a `main` above each output.
pub(crate) fn programs<'b>(page: &str, blocks: &'b [Block]) -> Vec<Program<'b>> {
    let page = page.trim_start_matches("../").trim_end_matches(".md");
    let stem = page.replace(['-', '/'], "_").to_lowercase();
    let mut program = None;
    let mut found = Vec::new();
    for block in blocks {
        if block.is_program() {
            program = Some(block);
        }
        if let (true, Some(program)) = (block.is_output(), program) {
            let name = match found.len() {
                0 => stem.clone(),
                before => format!("{stem}_{}", before + 1),
            };
            found.push(Program {
                name,
                code: &program.code,
                output: block,
            });
        }
    }
    found
}
