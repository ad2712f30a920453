// Everything about the page that somebody would miss, as a list of complaints; evaluated in the page.
(function () {
  var wrong = [];
  function say(what, element) { wrong.push(what + ': ' + element.outerHTML.slice(0, 160)); }
  function each(selector, look) { Array.prototype.forEach.call(document.querySelectorAll(selector), look); }
  function words(element) { return element ? element.textContent.trim() : ''; }

  if (!document.documentElement.lang) { wrong.push('the page does not say its language'); }
  if (!document.title.trim()) { wrong.push('the page has no title'); }
  if (document.querySelectorAll('h1').length !== 1) { wrong.push('not one heading of the page'); }

  each('figure', function (figure) {
    var picture = figure.querySelector('svg');
    var told = picture && (picture.getAttribute('aria-label') || words(figure.querySelector('figcaption')));
    if (!picture || picture.getAttribute('role') !== 'img' || !told) { say('a figure without a name', figure); }
  });
  // A table is named by its caption, or, where it is a card, by the heading of its first column.
  each('table', function (table) {
    var heads = Array.prototype.slice.call(table.tHead ? table.tHead.rows[0].cells : []);
    if (!words(table.caption) && !words(heads[0])) { say('a table without caption or heading', table); }
    if (heads.some(function (head) { return !words(head) || head.scope !== 'col'; })) { say('a column without a heading', table); }
    Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
      if (row.cells.length !== heads.length) { say('a row of another width', row); }
    });
  });
  // Whoever has no mouse scrolls what has the focus.
  each('.wide, figure', function (part) {
    if (part.scrollWidth > part.clientWidth && part.tabIndex < 0) { say('hidden from the keyboard', part); }
    if (part.tabIndex >= 0 && !(part.getAttribute('role') && part.getAttribute('aria-label'))) { say('a focus without a name', part); }
  });
  each('table.sort tbody tr', function (row) {
    if (row.offsetHeight > 70) { say('a row ' + row.offsetHeight + ' pixels high', row); }
    if (words(row.cells[0]) === 'total') { say('a total that sorting moves', row); }
  });
  each('button, a, input', function (control) {
    if (!words(control) && !control.getAttribute('aria-label')) { say('a control without a name', control); }
  });
  each('a[href^="#"]', function (link) {
    if (!document.getElementById(link.getAttribute('href').slice(1))) { say('a link to nowhere', link); }
  });
  each('[src], [href]', function (element) {
    var goal = element.getAttribute('src') || element.getAttribute('href');
    if (/^([a-z]+:)?\/\//i.test(goal)) { say('an address outside', element); }
  });
  var seen = {};
  each('[id]', function (element) {
    if (seen[element.id]) { say('an id twice', element); }
    seen[element.id] = true;
  });

  if (document.documentElement.scrollWidth > window.innerWidth) {
    wrong.push('the page is ' + document.documentElement.scrollWidth + ' wide in a window of ' + window.innerWidth);
  }
  if (performance.getEntriesByType('resource').length) { wrong.push('the page asked for something'); }

  // Text against what lies behind it, as the eye sees both (WCAG 2, level AA).
  function colour(text) { return text.match(/[\d.]+/g).map(Number); }
  function over(top, below) {
    var a = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map(function (i) { return a * top[i] + (1 - a) * below[i]; });
  }
  function behind(element) {
    if (!element) { return [255, 255, 255]; }
    var own = colour(getComputedStyle(element).backgroundColor);
    return own.length > 3 && own[3] === 0 ? behind(element.parentElement) : over(own, own.length > 3 ? behind(element.parentElement) : own);
  }
  function light(c) {
    var linear = c.map(function (x) { x /= 255; return x <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4); });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
  var walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), told = {};
  while (walker.nextNode()) {
    var element = walker.currentNode.parentElement;
    if (!walker.currentNode.nodeValue.trim() || element.closest('svg, script, style') || !element.getClientRects().length) { continue; }
    var ground = behind(element), ink = over(colour(getComputedStyle(element).color), ground);
    var a = light(ink), b = light(ground), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    var name = ink.map(Math.round) + ' on ' + ground.map(Math.round);
    if (ratio < 4.5 && !told[name]) {
      told[name] = true;
      say('contrast ' + ratio.toFixed(2) + ' of ' + name, element);
    }
  }
  return wrong;
})()
