// Tick boxes, "select all", the bar of acts that appears with the first tick, and "all that match".
export function startBulk(part) {
  const bar = document.querySelector("[data-bulk]");
  const header = part.querySelector?.("[data-select-all]");
  if (!bar || (!header && part !== document)) return;
  const boxes = () => [...document.querySelectorAll('input[type=checkbox][form="bulk"][name]')];
  const every = bar.querySelector("[data-bulk-all]");
  const refresh = () => {
    const ticked = boxes().filter((box) => box.checked);
    const count = bar.querySelector("[data-bulk-count]");
    const words = bar.querySelector("[data-bulk-words]");
    bar.classList.toggle("is-active", ticked.length > 0);
    count.textContent = String(ticked.length);
    if (words) words.textContent = ticked.length > 1 ? "choisies sur cette page" : "choisie sur cette page";
    for (const box of boxes()) box.closest("tr")?.classList.toggle("is-selected", box.checked);
    const all = document.querySelector("[data-select-all]");
    const whole = ticked.length > 0 && ticked.length === boxes().length;
    if (all) {
      all.checked = whole;
      all.indeterminate = ticked.length > 0 && !whole;
    }
    if (every) {
      every.closest(".form-check").hidden = !whole;
      if (!whole) every.checked = false;
    }
  };
  const set = (checked) => {
    for (const box of boxes()) box.checked = checked;
    refresh();
  };
  header?.addEventListener("change", () => set(header.checked));
  if (!bar.dataset.started) {
    bar.dataset.started = "true";
    bar.addEventListener("caracol:ticked", refresh);
    bar.querySelector("[data-bulk-clear]")?.addEventListener("click", () => set(false));
  }
  refresh();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches('input[form="bulk"][name]')) return;
  document.querySelector("[data-bulk]")?.dispatchEvent(new CustomEvent("caracol:ticked"));
});
