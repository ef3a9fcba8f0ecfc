//! Writes an explanation as a flowchart in the language of Mermaid, which code hosts draw in Markdown.

use super::Explanation;
use super::graph::{Cluster, Edge, EdgeKind, Node, NodeKind, clusters};

/// The looks of the nodes, which follow the clusters of a chart.
const LOOKS: &str = "  classDef state fill:#eee,stroke:#999,color:#000
  classDef absent fill:none,stroke:#999,stroke-dasharray:4,color:#999
";

pub(super) fn text(explanation: &Explanation) -> String {
    let clusters = clusters(explanation);
    let clusters: String = clusters.iter().enumerate().map(cluster_text).collect();
    format!("flowchart LR\n{clusters}{LOOKS}")
}

fn cluster_text((nth, cluster): (usize, &Cluster<'_>)) -> String {
    let title = quoted(cluster.title);
    let nodes: String = cluster.nodes.iter().map(node_text).collect();
    let edges: String = cluster.edges.iter().map(edge_text).collect();
    format!("  subgraph c{nth}[{title}]\n    direction LR\n{nodes}{edges}  end\n")
}

fn node_text(node: &Node) -> String {
    let (id, label) = (node.id, quoted(&node.label));
    match node.kind {
        NodeKind::Handler => format!("    n{id}[{label}]\n"),
        NodeKind::State => format!("    n{id}([{label}]):::state\n"),
        NodeKind::MissingCallback => format!("    n{id}[{label}]:::absent\n"),
        NodeKind::Junction => format!("    n{id}((\" \"))\n"),
    }
}

fn edge_text(edge: &Edge) -> String {
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
    format!("    n{} {line}{label} n{}\n", edge.from, edge.to)
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
