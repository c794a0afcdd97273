"use strict";
// What a document cannot do by itself: choose the theme, sort and filter tables. Without this everything is still there.
(() => {
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tellTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  system.addEventListener("change", tellTheme);
  tellTheme();
  theme.hidden = false;

  const order = new Intl.Collator("en", { numeric: true });

  function makeSortable(table) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const turn = { ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")] ?? "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        const rows = [...original];
        if (turn !== "none") {
          head.setAttribute("aria-sort", turn);
          const sign = turn === "ascending" ? 1 : -1;
          const text = (row) => row.cells[column].textContent;
          rows.sort((one, other) => sign * order.compare(text(one), text(other)));
        }
        body.append(...rows);
      });
    });
  }

  function makeFilterable(box) {
    const table = document.getElementById(box.dataset.filters);
    const rows = [...table.tBodies[0].rows];
    const search = box.querySelector("input");
    const choices = [...box.querySelectorAll("[data-phase]")];
    const status = box.querySelector("[role=status]");
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const phases = choices.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.dataset.phase);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        const fits = words.every((word) => text.includes(word));
        row.hidden = !(fits && (!phases.length || phases.includes(row.cells[4].textContent)));
        shown += row.hidden ? 0 : 1;
      }
      status.textContent = `${shown} of ${rows.length} rules`;
    };
    search.addEventListener("input", apply);
    choices.forEach((one) =>
      one.addEventListener("click", () => {
        one.setAttribute("aria-pressed", String(one.getAttribute("aria-pressed") !== "true"));
        apply();
      }),
    );
    apply();
    box.hidden = false;
  }

  document.querySelectorAll("table[data-sorts]").forEach(makeSortable);
  document.querySelectorAll("[data-filters]").forEach(makeFilterable);
})();
