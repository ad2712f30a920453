//! A browser without a window, spoken to over two pipes in its own debugging protocol: each message is JSON and ends with a zero byte.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use resvg::tiny_skia::Pixmap;
use serde_json::{Value, json};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// Nothing of the browser's own goes out: what is asked for, the page has asked for.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// A browser with one empty page open. Dropped, it is gone.
pub struct Chromium {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    asked: u64,
    session: Option<String>,
    heard: Vec<Value>,
}

impl Chromium {
    /// `None` where no browser is installed; says so where a person sees it, past the test harness.
    pub fn start(home: &Path) -> Option<Self> {
        let there = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
        let Some(name) = NAMES.into_iter().find(there) else {
            _ = writeln!(std::io::stderr(), "\nskipped: NO BROWSER is installed, the pages were not opened\n");
            return None;
        };
        // The protocol is read from descriptor 3 and written to descriptor 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh", name])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", home.join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (send, from) = channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            while out.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
                bytes.pop();
                if send.send(serde_json::from_slice(&bytes).unwrap()).is_err() {
                    break;
                }
                bytes.clear();
            }
        });
        let mut browser = Self { child, to, from, asked: 0, session: None, heard: Vec::new() };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attached = browser.ask("Target.attachToTarget", &json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Sends one command and waits for its answer; what happens meanwhile is kept.
    pub fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        self.to.flush().unwrap();
        loop {
            let mut said = self.listen();
            if said["id"] == self.asked {
                assert!(said.get("error").is_none(), "{method}: {said}");
                return said["result"].take();
            }
            self.heard.push(said);
        }
    }

    fn listen(&self) -> Value {
        self.from.recv_timeout(Duration::from_mins(2)).expect("the browser has fallen silent")
    }

    /// Opens a file in a window of this width, with or without a wish for dark pages.
    pub fn open(&mut self, page: &Path, width: u32, dark: bool) {
        let mobile = width < 600;
        self.ask("Emulation.setDeviceMetricsOverride", &json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": mobile }));
        self.medium("screen", dark);
        self.heard.clear();
        let moved = self.ask("Page.navigate", &json!({ "url": format!("file://{}", page.display()) }));
        assert!(moved.get("errorText").is_none(), "{}: {moved}", page.display());
        while !self.heard.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let said = self.listen();
            self.heard.push(said);
        }
    }

    /// `screen` or `print`.
    pub fn medium(&mut self, medium: &str, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask("Emulation.setEmulatedMedia", &json!({ "media": medium, "features": features }));
    }

    /// What an expression of the page's own language comes to.
    pub fn value(&mut self, expression: &str) -> Value {
        let mut told = self.ask("Runtime.evaluate", &json!({ "expression": expression, "returnByValue": true }));
        assert!(told.get("exceptionDetails").is_none(), "{expression}: {told}");
        told["result"]["value"].take()
    }

    /// Presses the mouse in the middle of what a selector names, as the eye would find it.
    pub fn click(&mut self, element: &str) {
        let place = self.value(&format!(
            "(function () {{ var e = {element}; e.scrollIntoView({{ block: 'center', inline: 'center' }}); var b = e.getBoundingClientRect();
             return [b.left + b.width / 2, b.top + b.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", &event);
        }
    }

    pub fn key(&mut self, key: &str, code: u32) {
        for kind in ["rawKeyDown", "char", "keyUp"] {
            let text = if kind == "char" && key == "Enter" { "\r" } else { "" };
            if kind != "char" || !text.is_empty() {
                let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
                self.ask("Input.dispatchKeyEvent", &event);
            }
        }
    }

    /// Whatever the page, since it was opened, logged, threw or asked for beside itself.
    pub fn complaints(&self) -> Vec<String> {
        let told = self.heard.iter().filter(|event| match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => true,
            "Network.requestWillBeSent" => {
                let request = &event["params"];
                request["type"] != "Document" && !request["request"]["url"].as_str().unwrap_or_default().starts_with("data:")
            }
            _ => false,
        });
        told.map(ToString::to_string).collect()
    }

    /// What is seen now, or with `whole` the page to its end, as the bytes of a PNG.
    pub fn screenshot(&mut self, whole: bool) -> Vec<u8> {
        let mut told = json!({ "format": "png" });
        if whole {
            told["captureBeyondViewport"] = true.into();
            let size = self.ask("Page.getLayoutMetrics", &json!({}))["cssContentSize"].take();
            told["clip"] = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        }
        let picture = self.ask("Page.captureScreenshot", &told);
        plain(picture["data"].as_str().unwrap())
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Base64 undone.
fn plain(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => u32::from(c - b'A'),
        b'a'..=b'z' => u32::from(c - b'a') + 26,
        b'0'..=b'9' => u32::from(c - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|c| *c != b'=').collect();
    let whole = digits.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, c| bits << 6 | digit(*c)) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    });
    whole.collect()
}

/// Size, number of colours and mean brightness (0 black, 255 white) of a PNG.
pub fn looked_at(png: &[u8]) -> ((u32, u32), usize, f64) {
    let picture = Pixmap::decode_png(png).unwrap();
    let colours: std::collections::BTreeSet<[u8; 3]> = picture.pixels().iter().map(|p| [p.red(), p.green(), p.blue()]).collect();
    let sum: f64 = picture.pixels().iter().map(|p| f64::from(p.red()) * 0.3 + f64::from(p.green()) * 0.6 + f64::from(p.blue()) * 0.1).sum();
    ((picture.width(), picture.height()), colours.len(), sum / picture.pixels().len() as f64)
}
