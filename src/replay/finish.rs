//! The end of a replay: the record becomes a run, and what is said of it as a whole is added.

use crate::market::Market;
use crate::replay::caution::Caution;
use crate::replay::findings::{filled_in_wicks, findings};
use crate::replay::run::{NarrativeTrack, Run, Stage, Stop};
use crate::replay::simulation::Simulation;
use crate::signal::{History, StrategySignals};

impl Simulation<'_> {
    /// `stop`: why the run ends where it does, where that is not the end that was asked for.
    pub fn finish(mut self, stop: Option<Stop>) -> Run {
        // Everything is flat after the last bar of the market; a run that ends sooner has income that is not attributed yet.
        self.account.attribute_open_positions(&self.cx);
        let (market, plan, known) = (self.cx.market, self.cx.plan, self.cx.known);
        let attribution = self.account.record.cube.cut(market, plan);
        let window = market.window();
        let bars = stop.map_or(window.bars, |stop| stop.bars);
        let mut cautions = self.account.cautions(&self.cx);
        cautions.splice(0..0, stop.map(|stop| Caution::Stopped { at: window.open(stop.bars), beyond: stop.why }));
        let mut run = self.account.record.into_run(bars);
        run.stopped = stop;
        run.narratives = tracks(market, known, bars);
        run.attribution = attribution;
        run.cautions = cautions;
        run.findings = findings(market, plan, &run);
        run.cautions.extend(filled_in_wicks(market, &run));
        run
    }
}

/// The course of every narrative whose stages a strategy follows, over so many bars.
fn tracks(market: &Market, known: &StrategySignals, bars: usize) -> Vec<NarrativeTrack> {
    let last = History::at_close(market, market.clock.bars - 1);
    let of = |narrative| {
        let index = known.index(&last, narrative)?[market.first..market.first + bars].to_vec();
        let mut steps = known.steps(narrative).peekable();
        let mut now = Stage::default();
        let stage = market.trading().take(bars).map(|t| {
            while let Some((_, to)) = steps.next_if(|(time, _)| *time <= market.clock.close(t)) {
                now = to;
            }
            now
        });
        let stage = stage.collect();
        Some(NarrativeTrack { narrative, index, stage })
    };
    if known.has_stages() { last.directory().narratives().filter_map(of).collect() } else { Vec::new() }
}
