//! Writes an explanation as a flowchart in the language of Mermaid, which code hosts draw in Markdown.

use super::Explanation;
use super::graph::{Cluster, Edge, EdgeKind, Node, NodeKind, clusters};
use std::fmt::{self, Write};

pub(super) fn write(explanation: &Explanation, chart: &mut String) -> fmt::Result {
    writeln!(chart, "flowchart LR")?;
    for (nth, cluster) in clusters(explanation).iter().enumerate() {
        write_cluster(nth, cluster, chart)?;
    }
    writeln!(chart, "  classDef state fill:#eee,stroke:#999,color:#000")?;
    writeln!(
        chart,
        "  classDef absent fill:none,stroke:#999,stroke-dasharray:4,color:#999"
    )
}

fn write_cluster(nth: usize, cluster: &Cluster<'_>, chart: &mut String) -> fmt::Result {
    writeln!(chart, "  subgraph c{nth}[{}]", quoted(cluster.title))?;
    writeln!(chart, "    direction LR")?;
    for node in &cluster.nodes {
        write_node(node, chart)?;
    }
    for edge in &cluster.edges {
        write_edge(edge, chart)?;
    }
    writeln!(chart, "  end")
}

fn write_node(node: &Node, chart: &mut String) -> fmt::Result {
    let (id, label) = (node.id, quoted(&node.lines.join("\n")));
    match node.kind {
        NodeKind::Handler => writeln!(chart, "    n{id}[{label}]"),
        NodeKind::State => writeln!(chart, "    n{id}([{label}]):::state"),
        NodeKind::MissingCallback => writeln!(chart, "    n{id}[{label}]:::absent"),
        NodeKind::Junction => writeln!(chart, "    n{id}((\" \"))"),
    }
}

fn write_edge(edge: &Edge, chart: &mut String) -> fmt::Result {
    let line = match edge.kind {
        EdgeKind::Next => "==>",
        EdgeKind::Read => "-.->",
        EdgeKind::Write | EdgeKind::Declared => "-->",
        EdgeKind::Undecided => "-.-",
    };
    let label = match edge.label.as_str() {
        "" => String::new(),
        label => format!("|{}|", quoted(label)),
    };
    writeln!(chart, "    n{} {line}{label} n{}", edge.from, edge.to)
}

/// Quotes a text. Inside quotes, Mermaid interprets HTML and entities, which it writes with `#`.
fn quoted(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '#' => escaped.push_str("#35;"),
            '"' => escaped.push_str("#quot;"),
            '&' => escaped.push_str("#amp;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '`' => escaped.push_str("#96;"),
            '\n' => escaped.push_str("<br/>"),
            other => escaped.push(other),
        }
    }
    format!("\"{escaped}\"")
}
