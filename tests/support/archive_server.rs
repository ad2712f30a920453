//! A venue's archive on this machine: files, their checksums and S3's listing over HTTP/1.1, and the faults that servers have.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

/// What happens in the place of one answer.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// Another status, with such headers.
    Status(u16, Vec<(&'static str, String)>),
    /// The answer ends in its middle, its length announced or in chunks.
    Cut { chunked: bool },
    /// Nothing for a while, then the answer.
    Silent(Duration),
    /// Other bytes.
    Body(Vec<u8>),
    /// Bytes without an end and without a length.
    Endless,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    /// By path, or by `?` and the prefix of a listing: the next answers. The last one stays where it is `forever`.
    troubles: BTreeMap<String, (VecDeque<Trouble>, bool)>,
    asked: Vec<String>,
    page: usize,
    /// What every answer takes.
    pace: Duration,
}

/// Serves until the test ends.
pub struct Server {
    pub base: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { page: 1_000, ..State::default() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || drop(answer(&stream, &state)));
            }
        });
        Self { base, state }
    }

    /// A file without a checksum.
    pub fn plain(&self, path: &str, bytes: &[u8]) {
        self.state.lock().unwrap().files.insert(path.to_owned(), bytes.to_vec());
    }

    /// A file and its checksum.
    pub fn add(&self, path: &str, bytes: &[u8]) {
        let name = path.rsplit('/').next().unwrap();
        self.plain(path, bytes);
        self.plain(&format!("{path}.CHECKSUM"), format!("{}  {name}\n", sha256(bytes)).as_bytes());
    }

    pub fn remove(&self, path: &str) {
        self.state.lock().unwrap().files.remove(path);
    }

    pub fn file(&self, path: &str) -> Vec<u8> {
        self.state.lock().unwrap().files[path].clone()
    }

    /// The next answers to a question.
    pub fn once(&self, path: &str, troubles: &[Trouble]) {
        self.state.lock().unwrap().troubles.insert(path.to_owned(), (troubles.to_vec().into(), false));
    }

    /// Every answer to it.
    pub fn always(&self, path: &str, trouble: Trouble) {
        self.state.lock().unwrap().troubles.insert(path.to_owned(), (VecDeque::from([trouble]), true));
    }

    pub fn page(&self, files: usize) {
        self.state.lock().unwrap().page = files;
    }

    pub fn pace(&self, pace: Duration) {
        self.state.lock().unwrap().pace = pace;
    }

    /// Paths and listings asked for since this was last called.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// How many files, without checksums, were asked for since then.
    pub fn loaded(&self) -> usize {
        self.asked().iter().filter(|path| !path.starts_with('?') && !path.ends_with(".CHECKSUM")).count()
    }

    pub fn count(&self) -> usize {
        self.state.lock().unwrap().asked.len()
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A zip archive with one table in it.
pub fn zipped(name: &str, table: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(table.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

/// A gzip file with a table in it.
pub fn gzipped(table: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(table.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// One question and its answer; the connection ends with it.
fn answer(mut stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while reader.read_line(&mut line)? > 2 {}
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(decoded);
    let path = decoded(path.trim_start_matches('/'));
    let key = value("prefix").map_or(path.clone(), |prefix| format!("?{prefix}"));
    let (trouble, body, pace) = {
        let mut state = state.lock().unwrap();
        state.asked.push(key.clone());
        let trouble =
            state.troubles.get_mut(&key).and_then(|(next, forever)| if *forever { next.front().cloned() } else { next.pop_front() });
        let body = match value("prefix") {
            Some(prefix) => Some(listing(&state, &prefix, &value("marker").unwrap_or_default()).into_bytes()),
            None => state.files.get(&path).cloned(),
        };
        (trouble, body, state.pace)
    };
    thread::sleep(pace);
    match trouble {
        Some(Trouble::Status(status, headers)) => {
            let headers = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\r\n");
            let headers = if headers.is_empty() { headers } else { headers + "\r\n" };
            write!(stream, "HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Some(Trouble::Cut { chunked }) => {
            let body = body.unwrap_or_default();
            let length = if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {}", body.len()) };
            write!(stream, "HTTP/1.1 200 OK\r\n{length}\r\nConnection: close\r\n\r\n")?;
            if chunked {
                write!(stream, "{:x}\r\n", body.len())?;
            }
            stream.write_all(&body[..body.len() / 2])
        }
        Some(Trouble::Endless) => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 4_096])?;
            }
        }
        Some(Trouble::Body(body)) => whole(stream, Some(&body)),
        Some(Trouble::Silent(time)) => {
            thread::sleep(time);
            whole(stream, body.as_deref())
        }
        None => whole(stream, body.as_deref()),
    }
}

fn whole(mut stream: &TcpStream, body: Option<&[u8]>) -> std::io::Result<()> {
    let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
    let body = body.unwrap_or(b"no such file");
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

/// As S3 lists what is right below a prefix, by pages.
fn listing(state: &State, prefix: &str, marker: &str) -> String {
    let mut entries: BTreeSet<(String, Option<usize>)> = BTreeSet::new();
    for (path, bytes) in &state.files {
        let Some(rest) = path.strip_prefix(prefix) else { continue };
        entries.insert(match rest.split_once('/') {
            Some((folder, _)) => (format!("{prefix}{folder}/"), None),
            None => (path.clone(), Some(bytes.len())),
        });
    }
    let after: Vec<_> = entries.into_iter().filter(|(name, _)| name.as_str() > marker).collect();
    let page = &after[..after.len().min(state.page)];
    let is_truncated = page.len() < after.len();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>archive</Name>\
        <Prefix>{prefix}</Prefix><Marker>{marker}</Marker><MaxKeys>{}</MaxKeys><Delimiter>/</Delimiter><IsTruncated>{is_truncated}</IsTruncated>",
        state.page
    );
    if let Some((last, _)) = page.last().filter(|_| is_truncated) {
        let _ = write!(xml, "<NextMarker>{last}</NextMarker>");
    }
    for (name, bytes) in page {
        let _ = match bytes {
            Some(bytes) => write!(
                xml,
                "<Contents><Key>{name}</Key><LastModified>2024-06-03T00:00:00.000Z</LastModified><ETag>&quot;x&quot;</ETag><Size>{bytes}</Size>\
                <StorageClass>STANDARD</StorageClass></Contents>"
            ),
            None => write!(xml, "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"),
        };
    }
    xml + "</ListBucketResult>"
}
