"use strict";
// Compare two territories: the address names them (compare.html?a=R75&b=FR), and two lists choose others.
(function () {
  const held = window.tlCompared;
  const form = document.querySelector("form.compare");
  const words = form.dataset;
  const asked = new URLSearchParams(location.search);
  const sides = { a: form.querySelector("#first"), b: form.querySelector("#second") };

  for (const [side, list] of Object.entries(sides)) {
    for (const level of ["france", "region", "departement"]) {
      const group = document.createElement("optgroup");
      group.label = words[level];
      for (const [code, one] of Object.entries(held)) if (one.level === level) group.append(new Option(one.name, code));
      list.append(group);
    }
    const code = asked.get(side);
    list.value = held[code] ? code : words[side];
    list.addEventListener("change", () => { show(); remember(); });
  }

  function show() {
    const names = {};
    const links = document.querySelectorAll("#portraits a");
    Object.entries(sides).forEach(([side, list], order) => {
      const one = held[list.value];
      names[side] = one.name;
      document.querySelector(`[data-name=${side}]`).textContent = one.name;
      document.querySelectorAll(`td[data-side=${side}]`).forEach((cell, row) => fill(cell, one.cells[row]));
      links[order].textContent = words.portrait.replace("{name}", one.name);
      links[order].href = `territory/${list.value}.html`;
    });
    const pair = words.pair.replace("{first}", names.a).replace("{second}", names.b);
    document.getElementById("pair").textContent = pair;
    document.title = `${pair} · ${document.title.split(" · ").pop()}`;
  }

  function fill(cell, [value, interval, rank]) {
    cell.replaceChildren(value);
    if (interval) cell.append(" ", small(`(${interval})`));
    if (rank) cell.append(document.createElement("br"), small(words.rank + rank));
  }

  function small(text) {
    const part = document.createElement("span");
    part.className = "small";
    part.textContent = text;
    return part;
  }

  function remember() {
    const address = `?a=${sides.a.value}&b=${sides.b.value}`;
    try { history.replaceState(null, "", address); } catch { /* a page of a disk keeps its address */ }
    for (const link of document.querySelectorAll("a.language")) link.search = address;
  }

  form.hidden = false;
  document.getElementById("fixed").hidden = true;
  show();
  for (const link of document.querySelectorAll("a.language")) link.search = location.search;
})();
