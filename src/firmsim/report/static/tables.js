"use strict";
// Sorting by a click on a heading, and filtering by a search box.

report.headings = (headings, sort) => {
  for (const heading of headings) {
    heading.tabIndex = 0;
    const go = () => {
      const down = heading.getAttribute("aria-sort") !== "descending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(heading, down ? -1 : 1);
    };
    heading.addEventListener("click", go);
    heading.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      go();
    });
  }
};

report.compare = new Intl.Collator("en", { numeric: true }).compare;

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const headings = [...table.querySelectorAll("[data-sort]")];
  report.headings(headings, (heading, sign) => {
    // The methods' first heading spans both rows of the head, so columns are counted from the right.
    const row = [...heading.parentElement.children];
    const fromRight = row.length - row.indexOf(heading);
    const key = (tr) => {
      const cell = tr.children[tr.children.length - fromRight];
      const value = cell.dataset.value ?? cell.textContent.trim().replaceAll(",", "");
      return ["", "\u2013", "nan"].includes(value) ? null : value;
    };
    const order = (a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      const numeric = Number(x) - Number(y);
      return sign * (Number.isNaN(numeric) ? report.compare(x, y) : numeric);
    };
    body.append(...[...body.rows].toSorted(order));
  });
}

for (const box of document.querySelectorAll("[data-filter]")) {
  const rows = [...document.getElementById(box.dataset.filter).tBodies[0].rows];
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
