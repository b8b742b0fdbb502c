"use strict";
// Find a territory by name, code or postal code. The list is in territories.js: a page opened from a disk may not fetch a file.
(function () {
  const form = document.querySelector("form.search");
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  const count = form.querySelector("[role=status]");
  const words = form.dataset;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  const territories = window.tlTerritories.map((territory) => ({ ...territory, plain: plain(territory.name) }));

  function rank(territory, typed) {
    if (/^\d{2,5}$/.test(typed)) {
      if (territory.insee === typed) return 0;
      return territory.postal.some((start) => typed.startsWith(start) || start.startsWith(typed)) ? 1 : -1;
    }
    const code = typed.replace(" ", "");
    if (territory.code.toLowerCase() === code || (territory.insee && territory.insee.toLowerCase() === code)) return 0;
    if (territory.plain.startsWith(typed)) return 1;
    return ` ${territory.plain}`.includes(` ${typed}`) ? 2 : -1;
  }

  function find() {
    const typed = plain(input.value);
    const found = !typed ? [] : territories
      .map((territory, order) => ({ territory, order, rank: rank(territory, typed) }))
      .filter((hit) => hit.rank >= 0)
      .sort((one, two) => one.rank - two.rank || one.order - two.order)
      .map((hit) => hit.territory);
    list.replaceChildren(...found.map(item));
    count.textContent = !typed ? "" : found.length === 0 ? words.none
      : found.length === 1 ? words.one : words.many.replace("{n}", found.length);
  }

  function item(territory) {
    const line = document.createElement("li");
    const named = document.createElement(territory.page ? "a" : "span");
    named.textContent = territory.name;
    if (territory.page) named.href = `${words.base}territory/${territory.code}.html`;
    const about = document.createElement("span");
    about.className = "small";
    about.textContent = " " + [words[territory.level], territory.insee, territory.region, territory.page ? "" : words.away]
      .filter(Boolean).join(" · ");
    line.append(named, about);
    return line;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = list.querySelector("a");
    if (first) first.click();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; find(); input.focus(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...list.querySelectorAll("a")];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (next >= 0 && next < stops.length) { event.preventDefault(); stops[next].focus(); }
  });
  input.addEventListener("input", find);
  form.hidden = false;
  find();
})();
