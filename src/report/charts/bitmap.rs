//! SVG to PNG with the same embedded face, smooth, in the picture's own size.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// # Panics
/// When the SVG is none: it comes from [`super::canvas::picture`], so that would be our bug.
#[must_use]
pub fn render(svg: &str) -> Vec<u8> {
    let options = Options { font_family: "DejaVu Sans".to_string(), fontdb: faces(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("an SVG of ours is well formed");
    let size = tree.size();
    let mut pixels = Pixmap::new(size.width() as u32, size.height() as u32).expect("a picture has a size");
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    encoded(&pixels)
}

/// Pixels without transparency, as a PNG. Each row is told by what is new in it against the row above, which in a chart is nearly nothing: so a quick
/// compression is a good one.
fn encoded(pixels: &Pixmap) -> Vec<u8> {
    let opaque: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&opaque));
    written.expect("memory takes all");
    out
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_back_to_the_pixel() {
        let mut pixels = Pixmap::new(37, 11).unwrap();
        for (i, channel) in pixels.data_mut().iter_mut().enumerate() {
            *channel = if i % 4 == 3 { 255 } else { (i * i / 7) as u8 };
        }
        let again = Pixmap::decode_png(&encoded(&pixels)).unwrap();
        assert!(again == pixels);
    }
}
