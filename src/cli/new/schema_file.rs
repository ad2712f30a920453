//! The JSON Schema beside a file that names it in its first line, for editors.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use schemars::Schema;
use serde_json::Value;

use crate::bounded::{self, BY_HAND};
use crate::fault::Fault;
use crate::folder::broken;

/// A schema, and what its file is called.
pub(super) struct SchemaFile {
    pub name: &'static str,
    pub schema: Schema,
}

impl SchemaFile {
    /// The first line of a file that it describes.
    pub fn directive(&self) -> String {
        format!("#:schema {}\n", self.name)
    }

    /// Its text, as `rotate schema` prints it.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(&self.schema).expect("a schema is plain JSON") + "\n"
    }

    /// What stands in a folder under its name must be an older or newer one of it.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn may_stand_in(&self, folder: &Path) -> Result<(), Fault> {
        let path = folder.join(self.name);
        if fs::symlink_metadata(&path).is_err() {
            return Ok(());
        }
        let title = self.schema.get("title");
        let there = bounded::text(&path, BY_HAND).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        if there.is_some_and(|there| there.get("$schema").is_some() && there.get("title") == title) {
            return Ok(());
        }
        let fix = "move it away, or write to another folder with --out";
        Err(Fault::new(path.display().to_string(), "something else than a schema of this program", "nothing, or that schema", fix))
    }

    /// Writes it into a folder, over an older one.
    ///
    /// # Errors
    /// [`Self::may_stand_in`]; the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Fault> {
        self.may_stand_in(folder)?;
        let (path, text) = (folder.join(self.name), self.text());
        if bounded::text(&path, BY_HAND).is_ok_and(|there| there == text) {
            return Ok(());
        }
        // In one step, so that an editor never reads half of it.
        let fresh: PathBuf = folder.join(format!(".{}.new", self.name));
        create(&fresh, &text)?;
        fs::rename(&fresh, &path).map_err(|e| {
            let _ = fs::remove_file(&fresh);
            broken(&path, &e)
        })
    }
}

/// A file that was not there, whole or not at all.
///
/// # Errors
/// Something is there; the place cannot be written.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Fault> {
    let mut file = fs::File::create_new(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let fix = "choose another name, or another --out";
            Fault::new(path.display().to_string(), "something that is there already", "a new file", fix)
        }
        _ => broken(path, &e),
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| {
        let _ = fs::remove_file(path);
        broken(path, &e)
    })
}
