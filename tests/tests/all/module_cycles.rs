//! No cycle of imports between modules: within each folder of a crate's sources, the files and folders in it can be put
//! in an order in which each imports only from those before it. What a folder's own `mod.rs` and its parts import from
//! each other does not count; an item that a `mod.rs` re-exports counts as imported from where it is defined.

use crate::source_files;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// A module, as the names of the path below the crate: `["call", "event"]`.
type Module = Vec<String>;

/// The paths in the code of each module, as their segments.
type Sources = BTreeMap<Module, Vec<Vec<String>>>;

/// The imports between the modules of a crate.
#[derive(Default)]
struct Imports(BTreeMap<Module, BTreeSet<Module>>);

impl Imports {
    /// Reads them from the sources: `use` declarations, and paths that begin with `crate` or `super`. Tests within a
    /// file do not count.
    fn of_crate(src: &Path) -> Self {
        Self::of_sources(source_files::below(src).into_iter().map(|file| {
            let source = std::fs::read_to_string(&file).unwrap();
            (module_of(file.strip_prefix(src).unwrap()), source)
        }))
    }

    fn of_sources(sources: impl Iterator<Item = (Module, String)>) -> Self {
        let sources: Sources = sources
            .map(|(module, source)| (module, paths_in(&code_of(&source))))
            .collect();
        let mut imports = Self::default();
        for (module, paths) in &sources {
            let targets = paths
                .iter()
                .filter_map(|path| resolve(path, module, &sources, 0))
                .filter(|target| target != module);
            imports.0.insert(module.clone(), targets.collect());
        }
        imports
    }

    /// The cycles in each folder, as text.
    fn cycles(&self) -> Vec<String> {
        let folders: BTreeSet<&[String]> = self.0.keys().flat_map(|it| (0..it.len()).map(|n| &it[..n])).collect();
        folders.into_iter().filter_map(|folder| self.cycle_in(folder)).collect()
    }

    /// The parts of a folder that import each other in a cycle, with one import of each pair.
    fn cycle_in(&self, folder: &[String]) -> Option<String> {
        let depth = folder.len();
        let mut edges: BTreeMap<(&String, &String), String> = BTreeMap::new();
        for (module, targets) in &self.0 {
            for target in targets {
                let is_inside = module.starts_with(folder) && target.starts_with(folder);
                if let (true, Some(from), Some(to)) = (is_inside, module.get(depth), target.get(depth))
                    && from != to
                {
                    edges
                        .entry((from, to))
                        .or_insert_with(|| format!("{} imports {}", module.join("::"), target.join("::")));
                }
            }
        }
        // An import lies on a cycle if its target leads back to its source.
        let graph = edges
            .keys()
            .fold(BTreeMap::<_, Vec<_>>::new(), |mut graph, (from, to)| {
                graph.entry(*from).or_default().push(*to);
                graph
            });
        let leads_back = |(from, to): &(&String, &String)| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![*to]);
            while let Some(part) = open.pop() {
                if seen.insert(part) {
                    open.extend(graph.get(part).into_iter().flatten().copied());
                }
            }
            seen.contains(from)
        };
        edges.retain(|edge, _| leads_back(edge));
        let mut text = String::new();
        for import in edges.values() {
            let _ = write!(text, "\n  {import}");
        }
        (!text.is_empty()).then(|| format!("{}:{text}", folder.join("::")))
    }
}

/// The module of a file, relative to the crate's `src`.
fn module_of(file: &Path) -> Module {
    let mut module: Module = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        module.pop();
    }
    module
}

/// The source without its tests, comments and texts.
fn code_of(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut code = String::with_capacity(source.len());
    for line in source.lines() {
        let line = line.split("//").next().unwrap_or_default();
        for (n, part) in line.split('"').enumerate() {
            code.push_str(if n % 2 == 0 { part } else { "" });
        }
        code.push('\n');
    }
    code
}

/// Every path that the code imports or begins with `crate` or `super`, as its segments.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut rest = String::with_capacity(code.len());
    for statement in code.split_inclusive(';') {
        match declaration_in(statement) {
            Some((before, tree)) => {
                rest.push_str(before);
                expand("", tree, &mut paths);
            }
            None => rest.push_str(statement),
        }
    }
    for word in rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        if word.starts_with("crate::") || word.starts_with("super::") {
            paths.push(word.to_owned());
        }
    }
    paths.iter().map(|path| segments(path)).collect()
}

/// The `use` declaration at the end of a statement: what is before it, and its tree.
fn declaration_in(statement: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in statement.split_inclusive('\n') {
        if let Some(first) = after_use(line) {
            let tree = &statement[at + line.len() - first.len()..];
            return Some((&statement[..at], tree.trim_end().trim_end_matches(';')));
        }
        at += line.len();
    }
    None
}

/// The rest of a line that begins a `use` declaration, of any visibility.
fn after_use(line: &str) -> Option<&str> {
    let code = line.trim_start();
    let code = match code.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => code,
    };
    code.trim_start().strip_prefix("use ")
}

/// The segments of a path, without its new name.
fn segments(path: &str) -> Vec<String> {
    let segments = path
        .split("::")
        .map(|segment| segment.split(" as ").next().unwrap_or_default().trim());
    segments
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let Some(open) = tree.find('{') else {
        paths.push(format!("{prefix}{}", tree.trim()));
        return;
    };
    let prefix = format!("{prefix}{}", tree[..open].trim());
    let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&prefix, &inner[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        expand(&prefix, &inner[start..], paths);
    }
}

/// The module that a path in `from` leads to: where its item is defined. `None` for a path into another crate.
fn resolve(path: &[String], from: &[String], sources: &Sources, depth: usize) -> Option<Module> {
    let mut rest = path;
    let mut target = match rest.first()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => from.to_vec(),
        child => {
            let mut module = from.to_vec();
            module.push(child.to_owned());
            sources.contains_key(&module).then(|| from.to_vec())?
        }
    };
    while let Some(first) = rest
        .first()
        .filter(|it| ["crate", "self", "super"].contains(&it.as_str()))
    {
        if first == "super" {
            target.pop();
        }
        rest = &rest[1..];
    }
    while let Some(child) = rest.first() {
        target.push(child.clone());
        if !sources.contains_key(&target) {
            target.pop();
            break;
        }
        rest = &rest[1..];
    }
    // What is left is an item. If the module only re-exports it, it is defined elsewhere.
    let (Some(item), Some(paths), true) = (rest.first(), sources.get(&target), depth < 4) else {
        return Some(target);
    };
    let re_exported = paths.iter().find(|it| it.len() > 1 && it.last() == Some(item));
    let defined = re_exported.and_then(|path| resolve(path, &target, sources, depth + 1));
    Some(defined.unwrap_or(target))
}

#[test]
fn modules_have_no_import_cycle() {
    let mut findings = Vec::new();
    for (name, least) in [
        ("domain", 20),
        ("infra", 20),
        ("projections", 20),
        ("engine", 20),
        ("api", 20),
        ("sandbox", 20),
        ("sandbox/audio", 10),
        ("tests", 20),
    ] {
        let imports = Imports::of_crate(&source_files::root().join(name).join("src"));
        let count: usize = imports.0.values().map(BTreeSet::len).sum();
        assert!(count > least, "only {count} imports were found in {name}");
        findings.extend(imports.cycles().into_iter().map(|cycle| format!("{name}, in {cycle}")));
    }
    assert!(
        findings.is_empty(),
        "{} cycles:\n{}",
        findings.len(),
        findings.join("\n")
    );
}

fn cycles(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files
        .iter()
        .map(|(file, source)| (module_of(Path::new(file)), (*source).to_owned()));
    Imports::of_sources(sources).cycles()
}

#[test]
fn cycle_is_found_in_each_form_of_import() {
    let imports = [
        "\nuse crate::b::Item;",
        "\npub use super::{b::{Item, Other}, c::Third};",
        "\nfn f() { crate::b::g() }",
        "\nstruct S(super::b::Item);",
        "\nmod inner {\n    use crate::b::Item;\n}",
        "\npub(in crate::a) use crate::b::Item;",
        "\nuse super::Again;",
        "\nuse crate::{Again as Other, c::Third};",
    ];
    for import in imports {
        let found = cycles(&[
            ("lib.rs", "\nmod a;\npub use b::inner::Again;"),
            ("a.rs", import),
            ("b/mod.rs", "\nmod inner;"),
            ("b/inner.rs", "\nuse crate::a::Back;"),
            ("c.rs", ""),
        ]);
        assert_eq!(found.len(), 1, "{import}: {found:?}");
        assert!(
            found[0].contains("a imports b") && found[0].contains("b::inner imports a"),
            "{found:?}"
        );
    }
}

#[test]
fn imports_in_one_direction_comments_texts_and_tests_are_no_cycle() {
    let found = cycles(&[
        ("lib.rs", "\npub use a::Item;"),
        (
            "a.rs",
            "\n// use crate::b;\nconst T: &str = \"crate::b::g\";\n#[cfg(test)]\nmod tests {\n use crate::b::g;\n}",
        ),
        ("b/mod.rs", "\nmod inner;\nuse inner::Part;\nuse crate::a::Item;"),
        ("b/inner.rs", "\nuse super::Whole;\nuse std::fmt;"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}
