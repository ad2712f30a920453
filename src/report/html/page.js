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
      var way = head.hasAttribute('aria-sort') ? (down ? 1 : -1) : first;
      Array.prototype.forEach.call(heads, function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
      Array.prototype.slice.call(body.rows).sort(function (a, b) {
        var x = a.cells[at].textContent, y = b.cells[at].textContent;
        if (head.classList.contains('n')) {
          var p = number(x), q = number(y);
          if (isNaN(p) || isNaN(q)) { return isNaN(p) - isNaN(q); }
          return (p - q) * way;
        }
        return x.localeCompare(y) * way;
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
  if (body.rows.length > 12) {
    var search = document.createElement('input');
    search.type = 'search';
    search.placeholder = 'filter rows';
    search.setAttribute('aria-label', 'Filter the rows of: ' + (table.caption ? table.caption.textContent : 'the table'));
    table.parentNode.parentNode.insertBefore(search, table.parentNode);
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
