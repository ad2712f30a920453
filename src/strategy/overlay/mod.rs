//! `extends`: a strategy that says only how it differs from another one. What it extends is found, file by file, and laid under it; the result is a
//! strategy like any other.

mod changes;
mod head;
mod layer;
mod merge;
mod shape;

use std::path::{Path, PathBuf};

use crate::bounded::{self, BY_HAND, size};
use crate::fault::Fault;
use crate::names::suggestion;
use crate::strategy::located::{line_of_key, reach};
use crate::strategy::shipped::STRATEGIES;

pub use changes::Change;
pub(super) use changes::changes;
use head::Head;
pub use head::OverlayKeys;
use layer::Base;
pub use layer::Layer;
pub(super) use merge::whole;
pub use shape::{Shape, overlay_schema};

/// Files under a strategy, at most.
const DEEPEST: usize = 8;

/// Gives the file that `extends` names, told the one that names it and how many stand above that.
pub(super) type Find<'f> = dyn Fn(&Base, &Layer, usize) -> Result<Layer, Fault> + 'f;

/// All files that a strategy is made of, its own first; `None` where it extends nothing.
///
/// # Errors
/// A base that is not there, cannot be read or is no TOML; a circle; too many of them.
pub(super) fn layers(own: Layer, find: &Find) -> Result<Option<Vec<Layer>>, Fault> {
    let mut layers = vec![own];
    loop {
        let last = &layers[layers.len() - 1];
        let Some(base) = Head::of(last)?.base else { break };
        let chain = |to: &str| layers.iter().map(|layer| layer.name.as_str()).chain([to]).collect::<Vec<_>>().join(" extends ");
        let place = Fault::at(&last.path, base.line);
        if layers.len() > DEEPEST {
            let found = format!("more than {DEEPEST} files under a strategy: {}", chain(&base.written()));
            return Err(Fault::new(place, found, format!("at most {DEEPEST}"), "join some of them into one file"));
        }
        let layer = find(&base, last, layers.len() - 1)?;
        if layers.iter().any(|above| above.path == layer.path) {
            let found = format!("a circle: {}", chain(&layer.name));
            let fix = "let the last of them extend another file, or nothing; a file of your own has another name than what it extends";
            return Err(Fault::new(place, found, "a file that comes to an end, by extending nothing", fix));
        }
        layers.push(layer);
    }
    Ok((layers.len() > 1).then_some(layers))
}

/// The file of that name beside the one that extends it, else the strategy that the program brings along.
pub(super) fn in_folder(base: &Base, from: &Layer, _: usize) -> Result<Layer, Fault> {
    let path = from.path.with_file_name(base.file());
    let shipped = is_shipped(from);
    if !shipped && std::fs::symlink_metadata(&path).is_ok() {
        let text = bounded::text(&path, BY_HAND).map_err(|why| {
            Fault::new(
                Fault::at(&from.path, base.line),
                format!("`extends` = \"{}\": {} cannot be read: {why}", base.written(), path.display()),
                format!("a strategy file in TOML, of at most {}", size(BY_HAND)),
                "name an existing file, or a strategy that the program brings along",
            )
        })?;
        return Ok(Layer { name: base.file(), path, text });
    }
    brought_along(base, from, 0)
}

/// The strategy of that name that the program brings along.
pub(super) fn brought_along(base: &Base, from: &Layer, _: usize) -> Result<Layer, Fault> {
    let found = STRATEGIES.iter().find(|(name, _)| !base.is_file && *name == base.name);
    let Some((name, text)) = found else {
        let names: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
        let near = suggestion(&base.name, names.iter().copied());
        return Err(Fault::new(
            Fault::at(&from.path, base.line),
            format!("`extends` = \"{}\": no such strategy, and no file {} beside this one", base.written(), base.file()),
            format!("a file in the same folder, or one of {}", names.join(", ")),
            format!("{near}correct the name, or put the file there"),
        ));
    };
    Ok(Layer { name: (*name).to_owned(), path: shipped_path(name), text: (*text).to_owned() })
}

fn shipped_path(name: &str) -> PathBuf {
    Path::new(&format!("{name} (brought along)")).to_owned()
}

fn is_shipped(layer: &Layer) -> bool {
    layer.path == shipped_path(&layer.name)
}

/// Where a key was last said: the uppermost file that has the most of it.
pub(super) fn place_of_key(layers: &[Layer], key: &[String]) -> String {
    let mut best = &layers[0];
    for layer in layers {
        if reach(&layer.text, key) > reach(&best.text, key) {
            best = layer;
        }
    }
    Fault::at(&best.path, line_of_key(&best.text, key))
}
