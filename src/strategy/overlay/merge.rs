//! Files laid over one another: tables key by key, anything else as a whole.

use toml::{Table, Value};

use crate::fault::Fault;
use crate::names::suggestion;
use crate::strategy::located::syntax_fault;
use crate::strategy::overlay::head::{Head, OWN};
use crate::strategy::overlay::layer::Layer;
use crate::strategy::overlay::shape::{Shape, whole_schema};
use crate::strategy::overrides::parts;

/// The table that all files come to, the uppermost first in the list; and what the uppermost was laid over.
///
/// # Errors
/// A value that is none; a key to remove that is not there.
pub(in crate::strategy) fn whole(layers: &[Layer]) -> Result<(Table, Table), Fault> {
    let schema = whole_schema();
    let mut under = Table::new();
    let mut over = Table::new();
    for (at, layer) in layers.iter().enumerate().rev() {
        under = over.clone();
        let head = Head::of(layer)?;
        for (key, line) in head.remove {
            remove(&mut over, &key).map_err(|near| {
                let found = format!("`remove`: no key `{key}` in what it extends");
                let fix = format!("{near}correct the key, or take it out of the list");
                Fault::new(Fault::at(&layer.path, line), found, "a key that the base has", fix)
            })?;
        }
        let mut own: Table = toml::from_str(&layer.text).map_err(|error| syntax_fault(&layer.path, &layer.text, &error))?;
        // What a file says of itself is no part of what others make of it.
        let heads = OWN.iter().filter(|key| at > 0 || matches!(**key, "extends" | "remove"));
        heads.for_each(|key| drop(own.remove(*key)));
        merge(&mut over, own, Shape::of(&schema));
    }
    Ok((over, under))
}

/// Takes a key out, else says which one may have been meant.
fn remove(table: &mut Table, key: &str) -> Result<(), String> {
    let parts = parts(key);
    let (last, above) = parts.split_last().expect("a key has a part");
    let mut place = table;
    for part in above {
        let near = suggestion(part, place.keys().map(String::as_str));
        match place.get_mut(part) {
            Some(Value::Table(inner)) => place = inner,
            Some(_) => return Err(String::new()),
            None => return Err(near),
        }
    }
    match place.remove(last) {
        Some(_) => Ok(()),
        None => Err(suggestion(last, place.keys().map(String::as_str))),
    }
}

/// Of a choice, as `hold` or `score`, only what is chosen alike is laid over; another choice stands in its place.
fn merge(under: &mut Table, over: Table, shape: Shape) {
    for (key, value) in over {
        let below = shape.below(&key);
        match (under.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) if !below.is_choice() || new.keys().eq(old.keys()) => merge(old, new, below),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}
