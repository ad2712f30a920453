document.querySelectorAll('table.sort').forEach(function (table) {
  var body = table.tBodies[0], heads = table.tHead.rows[0].cells;
  function number(text) {
    // An interval counts by its lower bound.
    var plain = text.split(' to ')[0].replace(/−/g, '-').replace(/[$,%+ ]/g, '').replace(/days?$/, '');
    var unit = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 }[plain.slice(-1)];
    return parseFloat(plain) * (unit || 1);
  }
  Array.prototype.forEach.call(heads, function (head, at) {
    var button = document.createElement('button');
    button.type = 'button';
    while (head.firstChild) { button.appendChild(head.firstChild); }
    head.appendChild(button);
    button.addEventListener('click', function () {
      var down = head.getAttribute('aria-sort') === 'descending';
      var first = head.classList.contains('n') ? -1 : 1;
      sort(head, at, head.hasAttribute('aria-sort') ? (down ? 1 : -1) : first);
    });
  });
  function sort(head, at, way) {
    Array.prototype.forEach.call(heads, function (other) { other.removeAttribute('aria-sort'); });
    head.setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
    Array.prototype.map.call(body.rows, function (row) {
      var text = row.cells[at].textContent;
      return { row: row, text: text, value: head.classList.contains('n') ? number(text) : 0 };
    }).sort(function (a, b) {
      if (!head.classList.contains('n')) { return a.text.localeCompare(b.text) * way; }
      if (isNaN(a.value) || isNaN(b.value)) { return isNaN(a.value) - isNaN(b.value); }
      return (a.value - b.value) * way;
    }).forEach(function (one) { body.appendChild(one.row); });
  }
  function above(made) { table.parentNode.parentNode.insertBefore(made, table.parentNode); }
  if (table.classList.contains('ranked') && body.rows.length > 1) { above(choice()); }
  function choice() {
    // Ranks the rows by a column, the best first, and draws its cells as bars.
    var label = document.createElement('label'), select = document.createElement('select'), shown = [];
    label.className = 'choice';
    label.textContent = 'rank by ';
    label.appendChild(select);
    Array.prototype.forEach.call(heads, function (head, at) {
      if (!head.classList.contains('n')) { return; }
      var option = document.createElement('option');
      option.value = at;
      option.textContent = head.textContent;
      select.appendChild(option);
    });
    select.addEventListener('change', function () {
      var at = +select.value, head = heads[at], first = head.textContent === 'rank';
      sort(head, at, first ? 1 : -1);
      // Where less is better the best one, which is bold, came among the last.
      var best = body.querySelector('td:nth-child(' + (at + 1) + ') b');
      if (!first && best && best.parentNode.parentNode.sectionRowIndex * 2 >= body.rows.length) { sort(head, at, 1); }
      shown.forEach(function (cell) { cell.classList.remove('bar', 'less'); cell.style.removeProperty('--share'); });
      shown = first ? [] : Array.prototype.map.call(body.rows, function (row) { return row.cells[at]; });
      var values = shown.map(function (cell) { return number(cell.textContent); });
      var most = values.reduce(function (most, value) { return Math.max(most, Math.abs(value) || 0); }, 0);
      shown.forEach(function (cell, i) {
        if (!most || isNaN(values[i])) { return; }
        cell.classList.add('bar');
        cell.classList.toggle('less', values[i] < 0);
        cell.style.setProperty('--share', (Math.abs(values[i]) / most * 100).toFixed(1) + '%');
      });
    });
    return label;
  }
  if (body.rows.length > 12) {
    var search = document.createElement('input');
    search.type = 'search';
    search.placeholder = 'filter rows';
    search.setAttribute('aria-label', 'Filter the rows of: ' + (table.caption ? table.caption.textContent : 'the table'));
    above(search);
    search.addEventListener('input', function () {
      var words = search.value.toLowerCase();
      Array.prototype.forEach.call(body.rows, function (row) {
        row.hidden = row.textContent.toLowerCase().indexOf(words) < 0;
      });
    });
  }
});
function reveal() {
  // A section that is folded opens where a link leads to it.
  var at = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  for (; at; at = at.parentElement) { if (at.tagName === 'DETAILS') { at.open = true; } }
}
addEventListener('hashchange', reveal);
addEventListener('beforeprint', function () {
  document.querySelectorAll('details.section').forEach(function (section) { section.open = true; });
});
reveal();
