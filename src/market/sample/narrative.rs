//! The lives of narratives: dormant, rising, at their peak (funding high, price stalls), fading; and false starts.

use super::calendar::{BARS, BARS_PER_DAY, BARS_PER_YEAR, bar_of, date};
use super::rng::{Chance, Clustering, Purpose};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LifeStage {
    Dormant,
    Rise,
    Peak,
    Fade,
}

impl LifeStage {
    fn volatility(self) -> f64 {
        match self {
            Self::Dormant => 0.46,
            Self::Rise | Self::Fade => 0.68,
            Self::Peak => 0.80,
        }
    }
}

/// One life as planned: begin, days of rise, peak and fade, log gain of the rise, part of the gain the fade gives back.
struct Plan(usize, &'static str, usize, usize, usize, f64, f64);

/// Staggered, so that at most times one narrative leads; short small ones are false starts.
const PLANS: [Plan; 17] = [
    Plan(5, "2021-07-25", 62, 24, 130, 0.80, 1.0),
    Plan(4, "2021-10-08", 80, 30, 170, 1.05, 0.9),
    Plan(0, "2021-11-20", 16, 5, 30, 0.32, 1.1),
    Plan(3, "2022-01-20", 55, 22, 110, 0.65, 1.0),
    Plan(1, "2022-03-10", 18, 6, 40, 0.34, 1.2),
    Plan(2, "2022-06-25", 50, 20, 95, 0.60, 0.9),
    Plan(5, "2022-08-15", 15, 5, 30, 0.30, 1.1),
    Plan(3, "2022-10-05", 17, 6, 35, 0.32, 1.0),
    Plan(0, "2022-12-20", 62, 28, 140, 1.10, 0.8),
    Plan(4, "2023-02-25", 16, 5, 40, 0.36, 1.2),
    Plan(1, "2023-05-15", 70, 26, 120, 0.75, 0.8),
    Plan(2, "2023-09-10", 72, 28, 130, 1.00, 0.8),
    Plan(3, "2023-11-25", 48, 20, 110, 0.60, 1.0),
    Plan(5, "2024-01-10", 17, 6, 35, 0.33, 1.1),
    Plan(0, "2024-02-05", 65, 30, 150, 0.95, 0.8),
    Plan(4, "2024-04-20", 20, 7, 40, 0.38, 1.1),
    Plan(1, "2024-05-20", 60, 25, 100, 0.70, 0.7),
];

/// A life as it came about: the plan with its dates moved by the seed. All in bars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub(super) narrative: usize,
    pub(super) rise: usize,
    pub(super) peak: usize,
    pub(super) fade: usize,
    pub(super) end: usize,
    pub(super) gain: f64,
    pub(super) give_back: f64,
}

impl Life {
    pub(super) fn false_start(&self) -> bool {
        self.gain < 0.5
    }

    fn stage(&self, bar: usize) -> LifeStage {
        match bar {
            b if b < self.rise || b >= self.end => LifeStage::Dormant,
            b if b < self.peak => LifeStage::Rise,
            b if b < self.fade => LifeStage::Peak,
            _ => LifeStage::Fade,
        }
    }

    /// Log return that the life adds in this bar. The rise has a setback in its middle; the fade is steep first and tired later.
    fn drift(&self, bar: usize) -> f64 {
        match self.stage(bar) {
            LifeStage::Dormant | LifeStage::Peak => 0.0,
            LifeStage::Rise => {
                let (done, length) = ((bar - self.rise) as f64, (self.peak - self.rise) as f64);
                let shape = if (0.45..0.60).contains(&(done / length)) { -0.9 } else { 1.335 };
                self.gain * shape / length
            }
            LifeStage::Fade => {
                let (done, length) = ((bar - self.fade) as f64, (self.end - self.fade) as f64);
                -self.gain * self.give_back * 2.0 * (1.0 - done / length) / length
            }
        }
    }

    /// How crowded the long side is: 0 nobody, 1 everybody; below 0 in the late fade, when the crowd is short.
    fn crowding(&self, bar: usize) -> f64 {
        let part = |from: usize, to: usize| (bar - from) as f64 / (to - from) as f64;
        let scale = (self.gain / 0.9).clamp(0.5, 1.2);
        scale
            * match self.stage(bar) {
                LifeStage::Dormant => 0.0,
                LifeStage::Rise => 0.7 * part(self.rise, self.peak) * part(self.rise, self.peak).sqrt(),
                LifeStage::Peak => 0.8 + 0.4 * part(self.peak, self.fade),
                LifeStage::Fade => (1.0 - 5.0 * part(self.fade, self.end)).max(-0.35 * (1.0 - part(self.fade, self.end))),
            }
    }
}

pub(super) fn lives(seed: u64) -> Vec<Life> {
    PLANS
        .iter()
        .enumerate()
        .map(|(k, &Plan(narrative, begin, rise, peak, fade, gain, give_back))| {
            let mut chance = Chance::new(seed, Purpose::Calendar, k);
            let mut stretch = |days: usize| (days as f64 * BARS_PER_DAY as f64 * chance.between(0.85, 1.15)) as usize;
            let (rise, peak, fade) = (stretch(rise), stretch(peak), stretch(fade));
            let begin = bar_of(begin) + chance.between(0.0, 30.0) as usize;
            let gain = gain * chance.between(0.85, 1.15);
            Life { narrative, rise: begin, peak: begin + rise, fade: begin + rise + peak, end: begin + rise + peak + fade, gain, give_back }
        })
        .collect()
}

/// What a narrative does to its members, bar by bar.
pub(super) struct Course {
    pub(super) stage: Vec<LifeStage>,
    /// Log return the life adds; members receive it with their lag.
    pub(super) drift: Vec<f64>,
    /// Shared noise: log return without drift.
    pub(super) noise: Vec<f64>,
    pub(super) crowding: Vec<f64>,
    /// Running sum of drift and noise: the narrative against the rest of the market.
    pub(super) level: Vec<f64>,
}

pub(super) fn course(seed: u64, narrative: usize, lives: &[Life]) -> Course {
    let mine: Vec<&Life> = lives.iter().filter(|life| life.narrative == narrative).collect();
    let mut chance = Chance::new(seed, Purpose::Narrative, narrative);
    let mut clustering = Clustering::new();
    let mut course = Course { stage: vec![], drift: vec![], noise: vec![], crowding: vec![], level: vec![] };
    let mut level = 0.0;
    for bar in 0..BARS {
        let stage = mine.iter().map(|life| life.stage(bar)).find(|&stage| stage != LifeStage::Dormant).unwrap_or(LifeStage::Dormant);
        let drift: f64 = mine.iter().map(|life| life.drift(bar)).sum();
        let deviation = stage.volatility() / BARS_PER_YEAR.sqrt();
        let (shock, _) = clustering.next(&mut chance);
        // Half the variance off, so that the noise itself earns nothing.
        let noise = deviation * shock - deviation * deviation / 2.0;
        level += drift + noise;
        course.stage.push(stage);
        course.drift.push(drift);
        course.noise.push(noise);
        course.crowding.push(mine.iter().map(|life| life.crowding(bar)).sum());
        course.level.push(level);
    }
    course
}

/// One line of the README: when a life began, peaked, faded and ended.
pub(super) fn describe(life: &Life, name: &str) -> String {
    let kind = if life.false_start() { "false start" } else { "life" };
    let last = BARS - 1;
    format!(
        "| {name} | {kind} | {} | {} | {} | {} |\n",
        date(life.rise),
        date(life.peak.min(last)),
        date(life.fade.min(last)),
        if life.end > last { "after the end".to_string() } else { date(life.end) }
    )
}
