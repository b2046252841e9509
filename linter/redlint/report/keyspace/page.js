"use strict";
const form = document.querySelector("form");
const body = document.querySelector("tbody");
const rows = Array.from(body.rows);
const headers = Array.from(document.querySelectorAll("thead th"));
const shown = document.querySelector("output");

function filter() {
  const text = form.elements.text.value.trim().toLowerCase();
  const type = form.elements.type.value;
  const ttl = form.elements.ttl.value;
  let count = 0;
  for (const row of rows) {
    const fits = (!text || row.dataset.search.includes(text))
      && (!type || row.dataset.types.split(" ").includes(type))
      && (!ttl || row.dataset.ttl === ttl);
    row.hidden = !fits;
    count += fits ? 1 : 0;
  }
  shown.value = count + " of " + rows.length + " shown";
}

function sort(header) {
  const column = headers.indexOf(header);
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of headers) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const value = row => row.cells[column].dataset.sort;
  const numeric = header.dataset.kind === "number";
  const compare = (a, b) => numeric ? value(a) - value(b) : value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0;
  rows.sort((a, b) => descending ? compare(b, a) : compare(a, b));
  body.append(...rows);
}

form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
for (const header of headers) header.querySelector("button").addEventListener("click", () => sort(header));
filter();
