// Ctrl-K: the server finds, the arrows choose, Enter opens, Escape gives the focus back.
import { openDialog } from "./dialogs.js";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function startPalette() {
  const palette = document.querySelector("[data-palette]");
  if (!palette) return;
  const input = palette.querySelector("input[type=search]");
  const found = palette.querySelector("#palette-found");
  const pages = palette.querySelector("#palette-pages");
  let chosen = null;

  const items = () =>
    [...palette.querySelectorAll("[data-palette-item]")].filter((item) => !item.closest("[hidden]"));
  const choose = (item) => {
    chosen?.setAttribute("aria-selected", "false");
    chosen = item || null;
    if (!chosen) return input.removeAttribute("aria-activedescendant");
    chosen.id ||= `palette-item-${items().indexOf(chosen)}-${Date.now()}`;
    chosen.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  };
  const sift = () => {
    const words = plain(input.value.trim());
    for (const item of pages.querySelectorAll("[data-palette-item]")) {
      item.hidden = !plain(item.querySelector(".palette-label").textContent).includes(words);
    }
    pages.hidden = !pages.querySelector("[data-palette-item]:not([hidden])");
    choose(items()[0]);
  };
  const open = () => {
    input.value = "";
    sift();
    openDialog(palette);
    input.focus();
    input.dispatchEvent(new CustomEvent("caracol:starters"));
  };
  // The first answer of the next group, or of the one before.
  const jump = (by) => {
    const groups = [...palette.querySelectorAll(".palette-group")].filter((g) => !g.hidden);
    const at = groups.indexOf(chosen?.closest(".palette-group"));
    const next = groups[(at + by + groups.length) % groups.length];
    choose(next?.querySelector("[data-palette-item]:not([hidden])"));
  };

  input.addEventListener("input", sift);
  found.addEventListener("htmx:afterSwap", () => choose(items()[0]));
  palette.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(chosen);
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Tab" && event.target === input) jump(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") palette.close();
    else if (event.key === "Enter" && event.target === input && chosen) chosen.click();
    else return;
    event.preventDefault();
  });
  palette.addEventListener("submit", (event) => {
    if (chosen) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (palette.open) palette.close();
      else open();
    }
  });
  document.addEventListener("caracol:search", open);
}
