//! Files and folders in memory: what they are now, what of it is durable, and what a power failure can leave.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Component, Path};

type Names = BTreeMap<OsString, usize>;

/// A file or a folder.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    File {
        content: Vec<u8>,
        /// Whether the content is durable.
        is_synced: bool,
    },
    Folder {
        names: Names,
        /// The names that are durable.
        synced: Names,
        /// What was done since then.
        changes: Vec<Change>,
    },
}

/// A change of the names of a folder, which a power failure keeps or loses as a whole.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Add(OsString, usize),
    Remove(OsString, usize),
    Rename(OsString, OsString, usize),
}

impl Node {
    pub(crate) fn file() -> Self {
        Self::File {
            content: Vec::new(),
            is_synced: false,
        }
    }

    pub(crate) fn folder() -> Self {
        Self::folder_of(Names::new())
    }

    fn folder_of(names: Names) -> Self {
        Self::Folder {
            synced: names.clone(),
            names,
            changes: Vec::new(),
        }
    }
}

impl Change {
    fn apply(&self, names: &mut Names) {
        let mut forget = |name: &OsStr, node: usize| {
            if names.get(name) == Some(&node) {
                names.remove(name);
            }
        };
        match self {
            Self::Add(name, node) => {
                names.insert(name.clone(), *node);
            }
            Self::Remove(name, node) => forget(name, *node),
            Self::Rename(from, to, node) => {
                forget(from, *node);
                names.insert(to.clone(), *node);
            }
        }
    }
}

/// Files and folders. The first one is the root.
#[derive(Debug, Clone)]
pub(crate) struct Tree(Vec<Node>);

impl Default for Tree {
    fn default() -> Self {
        Self(vec![Node::folder()])
    }
}

impl Tree {
    fn node(&self, path: &Path) -> Option<usize> {
        let mut names = path.components().filter_map(|component| match component {
            Component::Normal(name) => Some(name),
            _ => None,
        });
        names.try_fold(0, |node, name| match &self.0[node] {
            Node::Folder { names, .. } => names.get(name).copied(),
            Node::File { .. } => None,
        })
    }

    pub(crate) fn find(&self, path: &Path) -> Option<&Node> {
        self.node(path).map(|node| &self.0[node])
    }

    pub(crate) fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
        match self.find(path) {
            Some(Node::Folder { names, .. }) => Ok(names.keys().cloned().collect()),
            Some(Node::File { .. }) => Err(ErrorKind::NotADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    pub(crate) fn content(&self, path: &Path) -> io::Result<&[u8]> {
        match self.find(path) {
            Some(Node::File { content, .. }) => Ok(content),
            Some(Node::Folder { .. }) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    pub(crate) fn create(&mut self, path: &Path, node: Node) -> io::Result<usize> {
        if self.node(path).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let new = self.0.len();
        self.change(path, Change::Add(name_of(path), new))?;
        self.0.push(node);
        Ok(new)
    }

    pub(crate) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        assert_eq!(from.parent(), to.parent(), "within a folder");
        let node = self.node(from).ok_or(ErrorKind::NotFound)?;
        match (&self.0[node], self.find(to)) {
            (_, None) | (Node::File { .. }, Some(Node::File { .. })) => {}
            (Node::Folder { .. }, Some(Node::Folder { names, .. })) if names.is_empty() => {}
            _ => return Err(ErrorKind::DirectoryNotEmpty.into()),
        }
        self.change(from, Change::Rename(name_of(from), name_of(to), node))
    }

    pub(crate) fn remove(&mut self, path: &Path, is_folder: bool) -> io::Result<()> {
        let node = self.node(path).ok_or(ErrorKind::NotFound)?;
        match &self.0[node] {
            Node::Folder { names, .. } if is_folder && names.is_empty() => {}
            Node::Folder { .. } if is_folder => return Err(ErrorKind::DirectoryNotEmpty.into()),
            Node::File { .. } if !is_folder => {}
            _ => return Err(ErrorKind::Other.into()),
        }
        self.change(path, Change::Remove(name_of(path), node))
    }

    /// Changes the names of the folder around a path.
    fn change(&mut self, path: &Path, change: Change) -> io::Result<()> {
        let around = path.parent().and_then(|around| self.node(around));
        match around.map(|around| &mut self.0[around]) {
            Some(Node::Folder { names, changes, .. }) => {
                change.apply(names);
                changes.push(change);
                Ok(())
            }
            _ => Err(ErrorKind::NotFound.into()),
        }
    }

    pub(crate) fn append(&mut self, node: usize, bytes: &[u8]) {
        if let Node::File { content, is_synced } = &mut self.0[node] {
            content.extend(bytes);
            *is_synced = false;
        }
    }

    pub(crate) fn sync_file(&mut self, node: usize) {
        if let Node::File { is_synced, .. } = &mut self.0[node] {
            *is_synced = true;
        }
    }

    pub(crate) fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        let node = self.node(path).ok_or(ErrorKind::NotFound)?;
        if let Node::Folder {
            names,
            synced,
            changes,
        } = &mut self.0[node]
        {
            synced.clone_from(names);
            changes.clear();
        }
        Ok(())
    }

    /// Returns what a power failure can leave: of each folder every choice of the changes that are not durable, and of each content that is
    /// not durable nothing, a half, zeros, or all of it.
    pub(crate) fn after_power_failure(&self) -> Vec<Tree> {
        let mut trees = vec![self.clone()];
        for node in self.reached() {
            let left = self.0[node].after_power_failure();
            let with = |tree: &Tree, left: &Node| {
                let mut tree = tree.clone();
                tree.0[node] = left.clone();
                tree
            };
            if let [only] = &left[..] {
                for tree in &mut trees {
                    tree.0[node] = only.clone();
                }
            } else {
                let all = trees.iter();
                let all = all.flat_map(|tree| left.iter().map(move |left| with(tree, left)));
                trees = all.collect();
            }
        }
        trees
    }
}

impl Tree {
    /// Returns the nodes that have a name, or may have one after a power failure.
    fn reached(&self) -> BTreeSet<usize> {
        let (mut reached, mut next) = (BTreeSet::new(), vec![0]);
        while let Some(node) = next.pop() {
            if !reached.insert(node) {
                continue;
            }
            if let Node::Folder {
                names,
                synced,
                changes,
            } = &self.0[node]
            {
                let changed = changes.iter().map(|change| match change {
                    Change::Add(_, node) | Change::Remove(_, node) | Change::Rename(_, _, node) => {
                        node
                    }
                });
                next.extend(names.values().chain(synced.values()).chain(changed));
            }
        }
        reached
    }
}

impl Node {
    fn after_power_failure(&self) -> Vec<Self> {
        match self {
            Self::File {
                content,
                is_synced: false,
            } => {
                let half = content[..content.len() / 2].to_vec();
                let zeros = vec![0; content.len()];
                [Vec::new(), half, zeros, content.clone()]
                    .map(|content| Self::File {
                        content,
                        is_synced: true,
                    })
                    .into()
            }
            Self::File { .. } => vec![self.clone()],
            Self::Folder {
                synced, changes, ..
            } => (0..1_usize << changes.len())
                .map(|choice| {
                    let mut names = synced.clone();
                    let kept = changes.iter().enumerate();
                    let kept = kept.filter(|(nth, _)| choice >> nth & 1 == 1);
                    kept.for_each(|(_, change)| change.apply(&mut names));
                    Self::folder_of(names)
                })
                .collect(),
        }
    }
}

fn name_of(path: &Path) -> OsString {
    path.file_name().unwrap_or_default().to_owned()
}
