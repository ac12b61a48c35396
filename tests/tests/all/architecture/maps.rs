use std::fs;
use std::path::{Path, PathBuf};

use super::workspace::Workspace;

/// `lib.rs` and `mod.rs` show where things are and hold none of them.
#[test]
fn lib_rs_and_mod_rs_hold_only_a_map() {
    let folders = Workspace::read().packages.into_iter().map(|package| package.manifest_path.with_file_name(""));
    let maps: Vec<PathBuf> = folders.flat_map(|folder| sources(&folder)).filter(|file| is_map(file)).collect();
    assert!(maps.len() >= 5, "no sources found");
    for file in maps {
        let text = fs::read_to_string(&file).unwrap();
        let strange: Vec<String> = items(&text).into_iter().filter(|item| !is_signpost(item)).collect();
        assert!(strange.is_empty(), "{} holds more than a map: {strange:?}", file.display());
    }
}

#[test]
fn a_function_in_a_map_is_found() {
    let text = "//! Docs; with fn and {braces}.\n#[cfg(test)]\nmod tests;\n/* mod x { */ pub(crate) use a::{b, c};\nfn logic() {}\n";
    let strange: Vec<String> = items(text).into_iter().filter(|item| !is_signpost(item)).collect();
    assert_eq!(strange, ["fn logic() {}"]);
}

fn is_map(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs")
}

/// A module declared elsewhere, or a name taken from elsewhere.
fn is_signpost(item: &str) -> bool {
    let (public, rest) = item.strip_prefix("pub").map_or((false, item), |rest| (true, rest));
    let rest = if public && rest.starts_with('(') { rest.split_once(')').map_or(rest, |(_, rest)| rest) } else { rest };
    let rest = rest.trim_start();
    rest.starts_with("use ") || (rest.starts_with("mod ") && !rest.contains('{'))
}

/// The items of a source text, without comments and attributes.
fn items(text: &str) -> Vec<String> {
    let bare = without_attributes(&without_comments(text));
    bare.split(';')
        .map(|item| item.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|item| !item.is_empty())
        .collect()
}

fn without_comments(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at(start);
        bare.push_str(before);
        let end = if comment.starts_with("//") { comment.find('\n') } else { comment.find("*/").map(|end| end + 2) };
        rest = &comment[end.unwrap_or(comment.len())..];
    }
    bare + rest
}

fn without_attributes(text: &str) -> String {
    let mut bare = String::new();
    let (mut depth, mut characters) = (0_usize, text.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '#' if depth == 0 && characters.next_if_eq(&'!').map_or(characters.peek() == Some(&'['), |_| true) => {}
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            other if depth == 0 => bare.push(other),
            _ => {}
        }
    }
    bare
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let inner = folders.iter().filter(|folder| !folder.ends_with("target") && !folder.ends_with("node_modules"));
    files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|end| end == "rs"))
        .chain(inner.flat_map(|f| sources(f)))
        .collect()
}
