// One-key shortcuts: `/` search (of the list, else of everything), `?` help, `g` then a letter. They can be switched off (WCAG 2.1.4).
import { openDialog } from "./dialogs.js";
import { startRows } from "./rows.js";
import { showToast } from "./toasts.js";

const KEY = "caracol.shortcuts";
const read = () => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
};
const typing = (element) =>
  element.closest?.("input, textarea, select, [contenteditable], dialog[open]");

export function startShortcuts() {
  const help = document.querySelector("[data-shortcuts]");
  if (!help) return;
  const box = help.querySelector("[data-shortcuts-on]");
  box.checked = read();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, box.checked ? "on" : "off");
    } catch {
      // Storage refused: lasts as long as the page.
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shortcuts-open]")) openDialog(help);
  });

  startRows(() => box.checked && !help.open);
  let waiting = 0;
  document.addEventListener("keydown", (event) => {
    // Where keys do things, Escape leaves a field so that they do them again.
    if (event.key === "Escape" && typing(event.target) && document.querySelector("[data-key]")) {
      event.target.blur();
      return;
    }
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (modified || !box.checked || typing(event.target)) return;
    if (waiting && Date.now() - waiting < 1500) {
      waiting = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
      if (link) link.click();
    } else if (event.key === "g") {
      waiting = Date.now();
    } else if (event.key === "?") {
      openDialog(help);
    } else if (event.key === "/") {
      event.preventDefault();
      const own = document.querySelector("[data-filter-bar] input[type=search]");
      if (own) own.select();
      else document.dispatchEvent(new CustomEvent("caracol:search"));
    } else {
      // A page's own keys: data-key="a" (or "a h") on what they click, or put the cursor in.
      const own = document.querySelector(`[data-key~="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!own) return;
      event.preventDefault();
      // Nothing to do by this key: data-key-says tells why.
      if (own.dataset.keySays) showToast({ text: own.dataset.keySays, tone: "info" });
      else if (own.matches("input, select, textarea")) own.focus();
      else own.click();
      if (own.matches("summary")) own.parentElement.querySelector("input:not([type=hidden]), select")?.focus();
    }
  });
}
