// Extras on top of pages that can be read without them: sort and filter tables, leave out of the keyboard's way
// what does not scroll.
"use strict";

(function () {
  var MANY = 8; // rows worth a filter

  function live() {
    var said = document.createElement("p");
    said.className = "spoken";
    said.setAttribute("role", "status");
    document.body.appendChild(said);
    return said;
  }

  function valueOf(row, column) {
    var cell = row.cells[column];
    if (!cell) { return null; }
    var order = cell.getAttribute("data-order");
    if (order !== null) {
      return order !== "" && isFinite(Number(order)) ? Number(order) : order;
    }
    var text = cell.textContent.trim();
    var plain = text.replace(/[\s\u00a0]/g, "").replace(",", ".").replace("\u2212", "-");
    if (plain !== "" && isFinite(Number(plain))) { return Number(plain); }
    // A cell of numbers without one holds an absence: it goes after all values, whichever way they are sorted.
    return cell.classList.contains("n") || cell.closest(".heat") && column > 0 ? null : text;
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    if (typeof a === "number") { return -1; }
    if (typeof b === "number") { return 1; }
    return String(a).localeCompare(String(b), "ru", { numeric: true });
  }

  function heads(table) {
    var marked = table.querySelectorAll("thead th[data-sortable]");
    return Array.from(marked.length ? marked : table.querySelectorAll("thead th"));
  }

  function sortable(table, said) {
    var body = table.tBodies[0];
    if (!body || table.classList.contains("ordered") || body.querySelector("tr.group")) { return; }
    var original = Array.from(body.rows);
    var columns = heads(table);
    columns.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      var link = head.querySelector("a");
      var name = head.textContent.trim();
      if (link) {
        button.setAttribute("aria-label", "Сортировать: " + name);
        head.appendChild(button);
      } else {
        while (head.firstChild) { button.appendChild(head.firstChild); }
        head.appendChild(button);
      }
      button.addEventListener("click", function () {
        var now = head.getAttribute("aria-sort");
        var next = now === "ascending" ? "descending" : now === "descending" ? "" : "ascending";
        columns.forEach(function (other) { other.removeAttribute("aria-sort"); });
        var rows = original.slice();
        if (next) {
          head.setAttribute("aria-sort", next);
          var keyed = rows.map(function (row, place) { return [valueOf(row, column), place, row]; });
          keyed.sort(function (a, b) {
            if (a[0] === null || b[0] === null) {
              return a[0] === b[0] ? a[1] - b[1] : a[0] === null ? 1 : -1;
            }
            var by = compare(a[0], b[0]);
            return (next === "ascending" ? by : -by) || a[1] - b[1];
          });
          rows = keyed.map(function (each) { return each[2]; });
        }
        rows.forEach(function (row) { body.appendChild(row); });
        said.textContent = next
          ? "Отсортировано по столбцу «" + name + "»: " + (next === "ascending" ? "по возрастанию" : "по убыванию")
          : "Порядок как в списке района";
      });
    });
  }

  function filterable(table) {
    var body = table.tBodies[0];
    if (!body || body.rows.length < MANY || body.querySelector("tr.group")) { return; }
    var tools = document.createElement("p");
    tools.className = "tools";
    var label = document.createElement("label");
    label.textContent = "Найти в таблице";
    var input = document.createElement("input");
    input.type = "search";
    input.id = table.id + "-filter";
    label.htmlFor = input.id;
    var shown = document.createElement("output");
    shown.htmlFor = input.id;
    shown.setAttribute("aria-live", "polite");
    tools.append(label, input, shown);
    var region = table.closest(".region");
    region.parentNode.insertBefore(tools, region);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLocaleLowerCase("ru");
      var left = 0;
      Array.from(body.rows).forEach(function (row) {
        var fits = row.textContent.toLocaleLowerCase("ru").includes(wanted);
        row.hidden = !fits;
        if (fits) { left += 1; }
      });
      shown.textContent = wanted ? "Показано " + left + " из " + body.rows.length : "";
    });
  }

  function untangle() {
    document.querySelectorAll(".region, .picture").forEach(function (region) {
      var scrolls = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
      if (scrolls) { region.tabIndex = 0; } else { region.removeAttribute("tabindex"); }
    });
  }

  var said = live();
  document.querySelectorAll("table.lively").forEach(function (table) {
    sortable(table, said);
    filterable(table);
  });
  untangle();
  window.addEventListener("resize", untangle);
})();
