"use strict";
// Find a territory by name, code or postal code, or by the name of one of its communes.
// The lists are scripts: a page opened from a disk may not fetch a file. That of a letter comes when it is typed.
(function () {
  const form = document.querySelector("form.search[role=search]");
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  const count = form.querySelector("[role=status]");
  const words = form.dataset;
  const MOST = 40; // communes shown
  const links = () => [...list.querySelectorAll("a")];

  const plain = (text) => text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFD").replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, " ").trim();
  const territories = window.tlTerritories.map((territory) => ({ ...territory, plain: plain(territory.name) }));
  const departements = new Map(territories.filter((one) => one.level === "departement").map((one) => [one.insee, one]));
  const communes = {};

  window.tlCommunes = (letter, lines) => {
    communes[letter] = lines.split("\n").map((line) => {
      const [name, code] = line.split("|");
      return { name, plain: plain(name), departement: departements.get(code) };
    });
    find();
  };

  function load(letter) {
    if (letter in communes || !/[a-z]/.test(letter)) return;
    communes[letter] = [];
    const script = document.createElement("script");
    script.src = `${words.communes}${letter}.js`;
    document.body.append(script);
  }

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
    const letter = typed[0] || "";
    if (typed.length > 2) load(letter);
    const places = typed.length > 2 ? (communes[letter] || []).filter((one) => one.plain.startsWith(typed)) : [];
    places.sort((one, two) => one.plain.length - two.plain.length);
    const focused = links().indexOf(document.activeElement); // communes that arrive late follow: a link keeps its rank
    list.replaceChildren(...found.map(item), ...places.slice(0, MOST).map(commune));
    if (focused >= 0) links()[focused].focus({ preventScroll: true });
    const all = found.length + places.length;
    count.textContent = !typed ? "" : all === 0 ? words.none
      : (all === 1 ? words.one : words.many.replace("{n}", all)) + (places.length > MOST ? words.more.replace("{n}", MOST) : "");
  }

  function item(territory) {
    return line(territory.name, territory.code, [words[territory.level], territory.insee, territory.region]);
  }

  function commune(one) {
    return line(one.name, one.departement.code, [words.commune, one.departement.name]);
  }

  function line(name, code, facts) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.textContent = name;
    link.href = `${words.base}territory/${code}.html`;
    const about = document.createElement("span");
    about.className = "small";
    about.textContent = ` ${facts.filter(Boolean).join(" · ")}`;
    entry.append(link, about);
    return entry;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = list.querySelector("a");
    if (first) first.click();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; find(); input.focus(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...links()];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (next >= 0 && next < stops.length) { event.preventDefault(); stops[next].focus(); }
  });
  input.addEventListener("input", find);
  form.hidden = false;
  find();
})();

// The map of the home page says on hover and focus what its shapes say.
for (const shape of document.querySelectorAll(".map a")) {
  const text = shape.querySelector("title").textContent;
  const say = () => { document.getElementById("said").textContent = text; };
  shape.addEventListener("mouseenter", say);
  shape.addEventListener("focus", say);
}
