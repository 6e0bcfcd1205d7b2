// Rows by the keyboard: j and k (or the arrows, once in the list) go, Enter opens, x ticks, F2 edits.
const rowsOf = () => [...document.querySelectorAll("#contenu .data-table tbody tr[data-row]")];
const current = () => document.activeElement?.closest?.("tr[data-row]");
const busy = (element) => element.closest?.("input:not([type=checkbox]), textarea, select, dialog[open]");

const go = (row) => {
  if (!row) return;
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

const step = (by) => {
  const rows = rowsOf();
  const at = rows.indexOf(current());
  if (at < 0) return go(by > 0 ? rows[0] : rows.at(-1));
  go(rows[Math.max(0, Math.min(rows.length - 1, at + by))]);
};

const acts = {
  open: (row) => row.querySelector("a.row-link, td.lead a")?.click(),
  tick: (row) => row.querySelector("td.select input")?.click(),
  edit: (row) => row.querySelector("[data-cell-edit]")?.click(),
};

// `letters` tells whether one-key shortcuts are on (WCAG 2.1.4).
export function startRows(letters) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    const row = current();
    const onRow = row && document.activeElement === row;
    const letter = letters() ? event.key : "";
    if (letter === "j") step(1);
    else if (letter === "k") step(-1);
    else if (onRow && event.key === "ArrowDown") step(1);
    else if (onRow && event.key === "ArrowUp") step(-1);
    else if (onRow && event.key === "Enter") acts.open(row);
    else if (row && letter === "x") acts.tick(row);
    else if (row && event.key === "F2") acts.edit(row);
    else return;
    event.preventDefault();
  });
}
