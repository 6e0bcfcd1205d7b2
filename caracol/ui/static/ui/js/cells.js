// A cell edited where it stands: the pencil, a click on the value, or F2; Escape gives it back.
const kept = new WeakMap();

const close = (cell) => {
  cell.replaceChildren(...kept.get(cell));
  kept.delete(cell);
  const pencil = cell.querySelector("[data-cell-edit]");
  (pencil ?? cell.closest("tr"))?.focus();
};

const open = (link) => {
  const cell = link.closest("td");
  if (!cell || kept.has(cell)) return;
  kept.set(cell, [...cell.childNodes]);
  window.htmx
    .ajax("GET", link.href, { source: cell, target: cell, swap: "innerHTML" })
    .then(() => {
      const input = cell.querySelector("[data-cell-input]");
      if (!input) return close(cell);
      input.focus();
      input.select?.();
    });
};

const send = (form) => {
  const cell = form.closest("td");
  const row = cell.closest("tr");
  const values = Object.fromEntries(new FormData(form));
  window.htmx
    .ajax("POST", form.action, { source: cell, target: cell, swap: "innerHTML", values })
    .then(() => {
      const again = cell.querySelector("[data-cell-form]");
      if (again) return again.querySelector("[data-cell-input]")?.focus();
      kept.delete(cell);
      (cell.querySelector("[data-cell-edit]") ?? row)?.focus();
    });
};

export function startCells() {
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const cancel = event.target.closest("td [data-cell-cancel]");
    if (cancel && kept.has(cancel.closest("td"))) {
      event.preventDefault();
      return close(cancel.closest("td"));
    }
    const frame = event.target.closest("td [data-cell]");
    if (!frame) return;
    const link = event.target.closest("a");
    if (link && !link.matches("[data-cell-edit]")) return;
    if (!link && window.getSelection()?.toString()) return;
    event.preventDefault();
    open(frame.querySelector("[data-cell-edit]"));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("td [data-cell-form]")) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("td");
    if (event.key !== "Escape" || !cell || !kept.has(cell)) return;
    event.preventDefault();
    event.stopPropagation();
    close(cell);
  });
}
