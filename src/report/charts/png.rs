//! SVG to PNG with the same embedded face, smooth and half as large again.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
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
    encoded(&pixels)
}

/// Pixels without transparency, as a PNG. Each row is told by what is new in it against the row above, which in a chart is nearly nothing:
/// so the quickest compression is a good one, and far quicker than to try every way of telling for every row.
fn encoded(pixels: &Pixmap) -> Vec<u8> {
    const UP: u8 = 2;
    let row = pixels.width() as usize * 3;
    let mut rows = Vec::with_capacity((row + 1) * pixels.height() as usize);
    let mut above = vec![0_u8; row];
    for line in pixels.data().chunks_exact(pixels.width() as usize * 4) {
        rows.push(UP);
        for (pixel, old) in line.chunks_exact(4).zip(above.chunks_exact_mut(3)) {
            let new = &pixel[..3];
            rows.extend(new.iter().zip(old.iter()).map(|(new, old)| new.wrapping_sub(*old)));
            old.copy_from_slice(new);
        }
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    let packed = zlib.write_all(&rows).and_then(|()| zlib.finish()).expect("memory takes all");
    let mut head = [pixels.width().to_be_bytes(), pixels.height().to_be_bytes()].concat();
    // Eight bits a channel, three channels; nothing interlaced.
    head.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", &head), (b"IDAT", &packed), (b"IEND", &Vec::new())] {
        let mut sum = Crc::new();
        sum.update(name);
        sum.update(data);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(name);
        out.extend(data);
        out.extend(sum.sum().to_be_bytes());
    }
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
