"use strict";
// What a page does with a script: sort tables, read the values of marks, copy a citation, filter the gallery.
(function () {
  const each = (what, act) => document.querySelectorAll(what).forEach(act);

  // Tables: the heading of a column sorts its rows, by number where the cells are numbers.
  function sortable(table) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      if (table.dataset.hint) button.title = table.dataset.hint;
      heading.append(button);
      const keys = new Map(rows.map((row) => [row, key(row.cells[column])]));
      const numbers = [...keys.values()].every((text) => text === "" || !Number.isNaN(Number(text)));
      button.addEventListener("click", () => {
        const up = heading.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", up ? "ascending" : "descending");
        const order = numbers ? (one, two) => one - two : (one, two) => one.localeCompare(two, document.documentElement.lang);
        rows.sort((one, two) => {
          const [first, second] = [keys.get(one), keys.get(two)];
          if (first === "" || second === "") return (first === "") - (second === ""); // unknown comes last both ways
          return up ? order(first, second) : order(second, first);
        });
        body.append(...rows);
      });
    });
  }

  function key(cell) {
    if (cell.dataset.key !== undefined) return cell.dataset.key;
    return cell.querySelector(".unseen") ? "" : cell.textContent.trim();
  }

  // Marks: a mark with a title says its value on hover; the arrow keys go from mark to mark.
  function values(drawing) {
    const marks = [...drawing.querySelectorAll("svg title")].map((title) => title.parentNode).filter((mark) => mark.tagName !== "svg");
    const line = drawing.parentNode.querySelector(".values");
    if (!marks.length || !line) return;
    line.hidden = false;
    let said = line.nextElementSibling; // the drawing for narrow screens and the other one speak in the same line
    if (!said || said.getAttribute("role") !== "status") {
      said = document.createElement("strong");
      said.setAttribute("role", "status");
      line.after(said);
    }
    marks.forEach((mark, order) => {
      const text = mark.querySelector("title").textContent;
      mark.querySelector("title").remove(); // the line under the drawing replaces the slow tooltip of the browser
      mark.classList.add("mark");
      if (mark.tagName !== "a") {
        mark.setAttribute("role", "img");
        mark.setAttribute("aria-label", text);
      }
      mark.setAttribute("tabindex", order ? "-1" : "0");
      const say = () => { said.textContent = text; };
      mark.addEventListener("mouseenter", say);
      mark.addEventListener("focus", say);
      mark.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        const next = marks[order + step];
        if (!next) return;
        event.preventDefault();
        mark.setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
      });
    });
  }

  // Copy: a citation, the address of the page, or the frame that shows the figure on another site.
  const copied = {
    citation: () => document.getElementById("citation").textContent,
    address: () => location.href,
    frame: () => {
      const title = document.querySelector("h1").textContent.replace(/"/g, "&quot;");
      return `<iframe src="${document.getElementById("embedded").href}" title="${title}" width="100%" height="600" loading="lazy"></iframe>`;
    },
  };

  function copier(button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = copied[button.dataset.copies]();
      const said = document.getElementById("copied");
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = button.dataset.done;
      } catch { // a page of a disk may not write to the clipboard: the reader copies the text
        said.textContent = text;
        getSelection().selectAllChildren(said);
      }
    });
  }

  // Gallery: show the figures whose title or subject holds the words typed.
  function filter(form) {
    const input = form.querySelector("input");
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const items = [...document.querySelectorAll(".gallery li")].map((item) => ({ item, words: plain(item.dataset.words) }));
    const count = document.getElementById("filter-count");
    const find = () => {
      const typed = plain(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { item, words } of items) {
        item.hidden = !typed.every((word) => words.includes(word));
        shown += !item.hidden;
      }
      each(".group", (group) => { group.hidden = !group.querySelector("li:not([hidden])"); });
      count.textContent = shown === 1 ? form.dataset.one : form.dataset.many.replace("{n}", shown);
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", find);
    form.hidden = false;
    find();
  }

  // An address that names a folded figure unfolds it.
  function unfold() {
    const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = named; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    if (named) named.scrollIntoView();
  }

  each("table.sortable", sortable);
  each(".drawing", values);
  each("button.copy", copier);
  each("form.filter", filter);
  addEventListener("hashchange", unfold);
  unfold();
})();
