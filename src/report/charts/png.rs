//! SVG to PNG with the same embedded face, smooth and half as large again.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

const ZOOM: f32 = 1.5;

/// # Panics
/// When the SVG is none: it comes from [`super::canvas::picture`], so that would be our bug.
#[must_use]
pub fn render(svg: &str) -> Vec<u8> {
    let options = Options { font_family: "DejaVu Sans".to_string(), fontdb: faces(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("an SVG of ours is well formed");
    let size = tree.size();
    let (wide, high) = ((size.width() * ZOOM) as u32, (size.height() * ZOOM) as u32);
    let mut pixels = Pixmap::new(wide, high).expect("a picture has a size");
    resvg::render(&tree, Transform::from_scale(ZOOM, ZOOM), &mut pixels.as_mut());
    pixels.encode_png().expect("pixels fit a PNG")
}

/// Only the embedded faces, whatever the system has.
fn faces() -> Arc<fontdb::Database> {
    static FACES: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    FACES
        .get_or_init(|| {
            let mut database = fontdb::Database::new();
            database.load_font_data(dejavu::sans::regular().to_vec());
            database.load_font_data(dejavu::sans::bold().to_vec());
            database.set_sans_serif_family("DejaVu Sans");
            Arc::new(database)
        })
        .clone()
}
