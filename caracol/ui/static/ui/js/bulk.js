// Tick boxes, "select all", and the bar of acts that appears with the first tick.
export function startBulk(part) {
  const bar = document.querySelector("[data-bulk]");
  const header = part.querySelector?.("[data-select-all]");
  if (!bar || (!header && part !== document)) return;
  const boxes = () => [...document.querySelectorAll('input[type=checkbox][form="bulk"][name]')];
  const refresh = () => {
    const ticked = boxes().filter((box) => box.checked);
    bar.classList.toggle("is-active", ticked.length > 0);
    bar.querySelector("[data-bulk-count]").textContent = String(ticked.length);
    for (const box of boxes()) box.closest("tr")?.classList.toggle("is-selected", box.checked);
    const all = document.querySelector("[data-select-all]");
    if (all) {
      all.checked = ticked.length > 0 && ticked.length === boxes().length;
      all.indeterminate = ticked.length > 0 && !all.checked;
    }
  };
  const set = (checked) => {
    for (const box of boxes()) box.checked = checked;
    refresh();
  };
  header?.addEventListener("change", () => set(header.checked));
  if (!bar.dataset.started) {
    bar.dataset.started = "true";
    document.addEventListener("change", (event) => {
      if (event.target.matches('input[form="bulk"][name]')) refresh();
    });
    bar.querySelector("[data-bulk-clear]")?.addEventListener("click", () => set(false));
  }
  refresh();
}
