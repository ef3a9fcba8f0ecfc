//! Writes an explanation as a graph in the DOT language of Graphviz.

use super::Explanation;
use super::graph::{Cluster, Edge, EdgeKind, Node, NodeKind, clusters};

/// What precedes the clusters of a graph.
const SETTINGS: &str = r#"  graph [rankdir=LR, fontname="sans-serif"];
  node [shape=box, style=rounded, fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
"#;

pub(super) fn text(explanation: &Explanation) -> String {
    let clusters = clusters(explanation);
    // Graphviz draws the last cluster on top.
    let clusters: String = clusters.iter().rev().map(cluster_text).collect();
    let name = quoted(explanation.loop_name);
    format!("digraph {name} {{\n{SETTINGS}{clusters}}}\n")
}

fn cluster_text(cluster: &Cluster<'_>) -> String {
    let id = quoted(&format!("cluster {}", cluster.title));
    let title = quoted(cluster.title);
    let nodes: String = cluster.nodes.iter().map(node_text).collect();
    let edges: String = cluster.edges.iter().map(edge_text).collect();
    format!("  subgraph {id} {{\n    label={title};\n{nodes}{edges}  }}\n")
}

fn node_text(node: &Node) -> String {
    let label = quoted(&node.label);
    let look = match node.kind {
        NodeKind::Handler => "",
        NodeKind::State => ", shape=ellipse, style=filled, fillcolor=\"#eeeeee\"",
        NodeKind::MissingCallback => ", style=\"rounded,dashed\", color=gray50, fontcolor=gray50",
        NodeKind::Junction => ", shape=point",
    };
    format!("    n{} [label={label}{look}];\n", node.id)
}

fn edge_text(edge: &Edge) -> String {
    let look = match edge.kind {
        EdgeKind::Next => "weight=10, penwidth=2",
        EdgeKind::Read => "style=dashed",
        EdgeKind::Write => "color=firebrick, fontcolor=firebrick, dir=back",
        EdgeKind::Declared => "color=royalblue, fontcolor=royalblue",
        EdgeKind::Undecided => "color=darkorange, fontcolor=darkorange, style=dotted, dir=none",
    };
    // All edges lead from state to handlers, also those of writes, so that Graphviz keeps the handlers in their order.
    let (from, to) = match edge.kind {
        EdgeKind::Write => (edge.to, edge.from),
        _ => (edge.from, edge.to),
    };
    let label = match edge.label.as_str() {
        "" => String::new(),
        label => format!("label={}, ", quoted(label)),
    };
    format!("    n{from} -> n{to} [{label}{look}];\n")
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}
