(function () {
  // The pictures of a run as charts that answer: the same series, read from the page. Without this script the pictures stand as they are drawn.
  var source = document.getElementById('live');
  if (!source || typeof uPlot === 'undefined') { return; }
  var lines = source.textContent.trim().split('\n').map(function (line) { return line.split('\t'); });
  var charts = [], busy = false, styles = getComputedStyle(document.documentElement);
  var colour = function (name) { return styles.getPropertyValue(name).trim(); };
  var steps = function (text, unit) {
    var sum = 0, all = [];
    (text.match(/-?\d+(x\d+)?|n/g) || []).forEach(function (cell) {
      var parts = cell.split('x');
      for (var times = +(parts[1] || 1); times > 0; times -= 1) {
        if (cell !== 'n') { sum += +parts[0]; }
        all.push(cell === 'n' ? null : sum / unit);
      }
    });
    return all;
  };
  var rows = function (kind) { return lines.filter(function (line) { return line[0] === kind; }); };
  var clock = rows('clock')[0], kept = steps(rows('kept')[0][1], 1);
  var times = kept.map(function (at) { return +clock[1] + at * +clock[2]; });
  // A band goes from the open of its first bar to the close of its last.
  var bands = rows('band').map(function (row) {
    return { name: row[1], colour: row[2], opacity: +row[3], ends: steps(row[4], 1).map(function (at) { return +clock[1] + (at - 1) * +clock[2]; }) };
  });
  function regime(seconds) {
    return bands.filter(function (band) {
      return band.ends.some(function (from, i) { return i % 2 === 0 && from < seconds && seconds <= band.ends[i + 1]; });
    }).map(function (band) { return band.name; });
  }
  var trades = rows('trade').map(function (row) { return { at: +row[2], words: 'trade ' + row[1] + ', ' + row[3] }; });
  var money = function (value) { return (value < 0 ? '−$' : '$') + Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }); };
  var whole = function (value) {
    var size = Math.abs(value), unit = size >= 1e9 ? [1e9, 'B'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
    return (value < 0 ? '−$' : '$') + +(size / unit[0]).toPrecision(3) + unit[1];
  };
  var percent = function (value) { return (value * 100).toFixed(2).replace('-', '−') + ' %'; };
  var tick = function (value) { return +(value * 100).toPrecision(4) + ' %'; };
  var date = function (seconds) { return new Date(seconds * 1000).toISOString().slice(0, +clock[2] % 86400 ? 16 : 10).replace('T', ' '); };
  // 1, 2, 5 a decade; where these would touch, the powers of ten.
  function decades(low, high, pixels) {
    var all = [], room = pixels / Math.log10(high / low) * Math.log10(2) >= 15;
    for (var power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      (room ? [1, 2, 5] : [1]).forEach(function (mark) {
        var value = +(mark + 'e' + power);
        if (value >= low && value <= high) { all.push(value); }
      });
    }
    return all;
  }
  function make(name, type, words, inside) {
    var made = document.createElement(name);
    if (type) { made.className = type; }
    if (words) { made.textContent = words; }
    if (inside) { inside.appendChild(made); }
    return made;
  }
  function button(words, inside, act) {
    var made = make('button', '', words, inside);
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }

  function chart(kind, figure, height) {
    var series = rows('series').filter(function (row) { return row[1] === kind; });
    var inUsd = series[0][2] === 'usd', log = series[0][3] === 'log', title = rows('title').filter(function (row) { return row[1] === kind; })[0][2];
    var data = [times].concat(series.map(function (row) { return steps(row[6], inUsd ? 100 : 1e4); }));
    var holder = make('div', 'live', '', figure), head = make('div', 'live-head', '', holder);
    make('b', '', title, head);
    var keys = make('span', 'live-keys', '', head), plotted = make('div', 'live-plot', '', holder);
    var readout = make('p', 'readout', '', holder);
    readout.setAttribute('aria-live', 'polite');
    plotted.tabIndex = 0;
    plotted.setAttribute('role', 'group');
    plotted.setAttribute('aria-label', title + ': arrow keys move, plus and minus zoom, 0 shows all');
    var banded = kind === 'equity' || kind === 'drawdown';
    var own = { kind: kind, at: null, plot: null }, shown = series.map(function () { return true; });
    function read() {
      if (own.at === null) { readout.textContent = 'Point, or use the arrow keys; drag to zoom.'; return; }
      var cells = series.map(function (row, i) {
        var value = data[i + 1][own.at];
        return shown[i] && value !== null ? row[4] + ' ' + (inUsd ? money(value) : percent(value)) : null;
      });
      var near = kind === 'equity' ? trades.filter(function (trade) { return trade.at === own.at; }).slice(0, 3) : [];
      readout.textContent = [date(times[own.at])].concat(cells.filter(Boolean), banded ? regime(times[own.at]) : [], near.map(function (trade) { return trade.words; })).join(' · ');
    }
    function options() {
      var ink = colour('--dim'), mesh = colour('--line');
      return {
        width: Math.max(plotted.clientWidth, 240), height: height, legend: { show: false }, ms: 1e-3, tzDate: function (seconds) { return uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'); },
        cursor: { sync: { key: 'run' }, drag: { x: true, y: false }, points: { size: 6 } },
        scales: { x: { time: true }, y: { distr: log ? 3 : 1, range: log ? function (u, low, high) { return [low * 0.93, high * 1.07]; } : undefined } },
        axes: [
          { stroke: ink, grid: { stroke: mesh, width: 1 }, ticks: { stroke: mesh } },
          { stroke: ink, size: 64, grid: { stroke: mesh, width: 1 }, ticks: { stroke: mesh },
            splits: log ? function (u, axis, low, high) { return decades(low, high, height - 60); } : undefined,
            filter: log ? function (u, all) { return all; } : undefined,
            values: function (u, all) { return all.map(function (v) { return v === null ? '' : inUsd ? whole(v) : tick(v); }); } }
        ],
        series: [{}].concat(series.map(function (row, i) {
          return { label: row[4], stroke: row[5], width: 1.6, show: shown[i], dash: i === 1 && (kind === 'equity' || kind === 'drawdown') ? [4, 3] : undefined,
            fill: kind === 'drawdown' && i === 0 ? row[5] + '33' : undefined, points: { show: false } };
        })),
        hooks: {
          setCursor: [function (u) { own.at = u.cursor.idx === undefined ? null : u.cursor.idx; read(); }],
          setScale: [function (u, key) {
            if (key !== 'x' || busy) { return; }
            busy = true;
            charts.forEach(function (other) { if (other.plot && other.plot !== u) { other.plot.setScale('x', { min: u.scales.x.min, max: u.scales.x.max }); } });
            busy = false;
          }],
          drawClear: banded ? [function (u) {
            var box = u.bbox, inside = function (seconds) { return Math.min(box.left + box.width, Math.max(box.left, u.valToPos(seconds, 'x', true))); };
            u.ctx.save();
            bands.forEach(function (band) {
              u.ctx.fillStyle = band.colour;
              u.ctx.globalAlpha = band.opacity;
              for (var i = 0; i + 1 < band.ends.length; i += 2) {
                var left = inside(band.ends[i]), right = inside(band.ends[i + 1]);
                if (right > left) { u.ctx.fillRect(left, box.top, right - left, box.height); }
              }
            });
            u.ctx.restore();
          }] : [],
          draw: kind === 'equity' ? [function (u) {
            u.ctx.fillStyle = colour('--ink');
            trades.forEach(function (trade) {
              var x = u.valToPos(times[trade.at], 'x', true), y = u.valToPos(data[1][trade.at], 'y', true), size = 2 * devicePixelRatio;
              if (x >= u.bbox.left && x <= u.bbox.left + u.bbox.width) { u.ctx.fillRect(x - size / 2, y - size / 2, size, size); }
            });
          }] : []
        }
      };
    }
    function draw() {
      var was = own.plot && { min: own.plot.scales.x.min, max: own.plot.scales.x.max };
      if (own.plot) { own.plot.destroy(); }
      own.plot = new uPlot(options(), data, plotted);
      if (was) { own.plot.setScale('x', was); }
      own.plot.over.addEventListener('click', function () {
        var near = kind === 'equity' && own.at !== null && trades.filter(function (trade) { return Math.abs(trade.at - own.at) <= 2; })[0];
        if (near) { location.hash = '#trades'; reveal(); }
      });
    }
    series.forEach(function (row, i) {
      var key = button(row[4], keys, function () {
        shown[i] = !shown[i];
        key.setAttribute('aria-pressed', shown[i]);
        own.plot.setSeries(i + 1, { show: shown[i] });
        read();
      });
      key.className = 'key';
      key.style.borderColor = row[5];
      key.setAttribute('aria-pressed', 'true');
    });
    if (banded) {
      bands.forEach(function (band) {
        var key = make('span', 'band', band.name, keys);
        key.style.borderColor = band.colour;
      });
    }
    if (inUsd && kind === 'equity') {
      var scale = button('log', keys, function () { log = !log; scale.setAttribute('aria-pressed', log); draw(); });
      scale.setAttribute('aria-pressed', log);
    }
    plotted.addEventListener('keydown', function (event) {
      var last = times.length - 1, u = own.plot, at = own.at === null ? last : own.at, step = event.shiftKey ? 20 : 1;
      var from = u.scales.x.min, to = u.scales.x.max, wide = to - from;
      var go = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: last }[event.key];
      if (go !== undefined) {
        go = Math.min(last, Math.max(0, go));
        // Home and End are those of what is shown.
        while (event.key !== 'End' && times[go] < from && go < last) { go += 1; }
        while (event.key !== 'Home' && times[go] > to && go > 0) { go -= 1; }
        charts.forEach(function (other) {
          other.plot.setCursor({ left: other.plot.valToPos(times[go], 'x'), top: other.plot.over.clientHeight / 2 });
          other.at = go;
          other.read();
        });
      } else if (event.key === '+' || event.key === '-') {
        var half = wide * (event.key === '+' ? 0.25 : 1);
        u.setScale('x', { min: Math.max(times[0], times[at] - half), max: Math.min(times[last], times[at] + half) });
      } else if (event.key === '0') {
        u.setScale('x', { min: times[0], max: times[last] });
      } else { return; }
      event.preventDefault();
    });
    own.draw = draw;
    own.read = read;
    own.size = function () { if (plotted.clientWidth) { own.plot.setSize({ width: Math.max(plotted.clientWidth, 240), height: height }); } };
    charts.push(own);
    figure.classList.add('is-live');
    draw();
    read();
  }

  var first = null;
  [['equity', 320], ['drawdown', 170], ['buckets', 260], ['exposure', 220]].forEach(function (one) {
    var figure = document.querySelector('figure[data-live~=' + one[0] + ']');
    if (figure && rows('series').some(function (row) { return row[1] === one[0]; })) {
      if (!first) { first = ranges(figure); }
      chart(one[0], figure, one[1]);
    }
  });
  function ranges(figure) {
    var bar = make('div', 'ranges live', '', figure), last = times[times.length - 1];
    [['1M', 30], ['3M', 91], ['1Y', 365], ['All', 1e9]].forEach(function (range) {
      button(range[0], bar, function () { charts[0].plot.setScale('x', { min: Math.max(times[0], last - range[1] * 86400), max: last }); });
    });
    return bar;
  }
  addEventListener('resize', function () { charts.forEach(function (own) { own.size(); }); });
  // A section that was folded had no width.
  document.addEventListener('toggle', function () { charts.forEach(function (own) { own.size(); }); }, true);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () { charts.forEach(function (own) { own.draw(); }); });
})();
