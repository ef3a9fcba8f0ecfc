//! Writes an explanation as a graph in the DOT language of Graphviz.

use super::Explanation;
use super::graph::{Cluster, Edge, EdgeKind, Node, NodeKind, clusters};
use std::fmt::{self, Write};

pub(super) fn write(explanation: &Explanation, dot: &mut String) -> fmt::Result {
    writeln!(dot, "digraph {} {{", quoted(explanation.loop_name))?;
    writeln!(dot, "  graph [rankdir=LR, fontname=\"sans-serif\"];")?;
    writeln!(
        dot,
        "  node [shape=box, style=rounded, fontname=\"sans-serif\"];"
    )?;
    writeln!(dot, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    // Graphviz draws the last cluster on top.
    for cluster in clusters(explanation).iter().rev() {
        write_cluster(cluster, dot)?;
    }
    writeln!(dot, "}}")
}

fn write_cluster(cluster: &Cluster<'_>, dot: &mut String) -> fmt::Result {
    writeln!(
        dot,
        "  subgraph {} {{",
        quoted(&format!("cluster {}", cluster.title))
    )?;
    writeln!(dot, "    label={};", quoted(cluster.title))?;
    for node in &cluster.nodes {
        write_node(node, dot)?;
    }
    for edge in &cluster.edges {
        write_edge(edge, dot)?;
    }
    writeln!(dot, "  }}")
}

fn write_node(node: &Node, dot: &mut String) -> fmt::Result {
    let label = quoted(&node.lines.join("\n"));
    let look = match node.kind {
        NodeKind::Handler => "",
        NodeKind::State => ", shape=ellipse, style=filled, fillcolor=\"#eeeeee\"",
        NodeKind::MissingCallback => ", style=\"rounded,dashed\", color=gray50, fontcolor=gray50",
        NodeKind::Junction => ", shape=point",
    };
    writeln!(dot, "    n{} [label={label}{look}];", node.id)
}

fn write_edge(edge: &Edge, dot: &mut String) -> fmt::Result {
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
    writeln!(dot, "    n{from} -> n{to} [{label}{look}];")
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}
