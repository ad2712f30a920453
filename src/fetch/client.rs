//! One question to a server and its whole answer: within bounds of bytes and time, asked again a few times where the server is busy.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::DateTime;

use crate::bounded::size;
use crate::fetch::address::redirected;

/// Times that one thing is asked for.
pub(super) const TRIES: u32 = 5;
/// Seconds of the first wait; each further one is twice as long.
const FIRST_WAIT: f64 = 0.5;
/// Seconds that a server may ask us to wait.
const LONGEST_WAIT: u64 = 120;
/// Times that one answer may lead elsewhere.
const REDIRECTS: usize = 3;
/// How often the seconds of `--timeout` go into the time of a whole answer.
const WHOLE: u32 = 20;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server says that it has no such thing.
    Absent,
    /// Asking again would not help, or did not.
    Failed(String),
}

/// The outcome of asking once.
enum Once {
    Failure(Failure),
    /// It may pass; the seconds that the server asks us to wait.
    Busy(String, Option<u64>),
}

/// What asks, for all connections.
pub struct Client {
    agent: ureq::Agent,
    /// Whoever was asked to wait holds it meanwhile, and nobody begins to ask without it: a server that is busy is busy for all.
    quiet: Mutex<()>,
}

impl Client {
    /// One that gives up on a server which is silent for so many seconds.
    #[must_use]
    pub fn new(timeout: u32) -> Self {
        let seconds = |count: u32| Some(Duration::from_secs(u64::from(count)));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("rotate/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(seconds(timeout))
            .timeout_connect(seconds(timeout))
            .timeout_recv_response(seconds(timeout))
            .timeout_per_read(seconds(timeout))
            .timeout_recv_body(seconds(timeout.saturating_mul(WHOLE)))
            .build();
        Self { agent: config.new_agent(), quiet: Mutex::new(()) }
    }

    /// The whole answer, of at most so many bytes.
    pub(super) fn get(&self, address: &str, most: u64) -> Result<Vec<u8>, Failure> {
        for attempt in 1..=TRIES {
            drop(self.quiet.lock().unwrap_or_else(PoisonError::into_inner));
            let (why, wait) = match self.once(address, most) {
                Ok(bytes) => return Ok(bytes),
                Err(Once::Failure(failure)) => return Err(failure),
                Err(Once::Busy(why, wait)) => (why, wait),
            };
            if attempt == TRIES {
                return Err(Failure::Failed(format!("{why}, {TRIES} times")));
            }
            match wait {
                Some(wait) if wait > LONGEST_WAIT => {
                    return Err(Failure::Failed(format!("{why}: the server asks us to wait {wait} seconds, try again later")));
                }
                Some(wait) => {
                    let _quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
                    std::thread::sleep(Duration::from_secs(wait));
                }
                None => back_off(attempt),
            }
        }
        unreachable!("the last attempt returns")
    }

    fn once(&self, address: &str, most: u64) -> Result<Vec<u8>, Once> {
        let failed = |why: String| Once::Failure(Failure::Failed(why));
        let mut address = address.to_owned();
        for _ in 0..=REDIRECTS {
            let mut response = self.agent.get(&address).call().map_err(|error| Once::Busy(error.to_string(), None))?;
            let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
            match response.status().as_u16() {
                200 => {
                    let length = response.body().content_length();
                    if length.is_some_and(|length| length > most) {
                        return Err(failed(format!("an answer of {} bytes, of at most {}", length.unwrap_or(0), size(most))));
                    }
                    return match response.body_mut().with_config().limit(most).read_to_vec() {
                        Ok(bytes) => Ok(bytes),
                        Err(ureq::Error::BodyExceedsLimit(_)) => Err(failed(format!("an answer of more than {}", size(most)))),
                        Err(error) => Err(Once::Busy(format!("an answer that breaks off: {error}"), None)),
                    };
                }
                301 | 302 | 303 | 307 | 308 => {
                    let location = header("location").ok_or_else(|| failed("a redirect to nowhere".to_owned()))?;
                    address = redirected(&address, location).map_err(failed)?;
                }
                404 | 410 => return Err(Once::Failure(Failure::Absent)),
                status @ (408 | 429 | 500 | 502 | 503 | 504) => {
                    let wait = header("retry-after").and_then(|text| asked_wait(text, header("date")));
                    return Err(Once::Busy(format!("the server answers {status}"), wait));
                }
                status => return Err(failed(format!("the server answers {status}"))),
            }
        }
        Err(failed(format!("more than {REDIRECTS} redirects")))
    }
}

/// Waits longer after each attempt.
pub(super) fn back_off(attempt: u32) {
    let doubled = f64::from(1_u32 << attempt.saturating_sub(1).min(8));
    std::thread::sleep(Duration::from_secs_f64(FIRST_WAIT * doubled));
}

/// The seconds of a `Retry-After`, which may be a date: then they count from the date that the server has on its answer.
fn asked_wait(text: &str, date: Option<&str>) -> Option<u64> {
    let instant = |text: &str| DateTime::parse_from_rfc2822(text.trim()).ok().map(|time| time.timestamp());
    text.trim().parse().ok().or_else(|| Some(instant(text)?.saturating_sub(instant(date?)?).max(0).unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_how_long_to_wait_in_seconds_or_by_a_date() {
        let date = Some("Wed, 01 May 2024 10:00:00 GMT");
        assert_eq!(asked_wait(" 7 ", None), Some(7));
        assert_eq!(asked_wait("Wed, 01 May 2024 10:01:30 GMT", date), Some(90));
        assert_eq!(asked_wait("Wed, 01 May 2024 09:00:00 GMT", date), Some(0));
        assert_eq!(asked_wait("Wed, 01 May 2024 10:01:30 GMT", None), None);
        assert_eq!(asked_wait("soon", date), None);
    }
}
