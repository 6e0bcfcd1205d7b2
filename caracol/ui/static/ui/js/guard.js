// A form marked data-guard warns before its unsaved changes are lost.
let dirty = false;
let listening = false;

export function startGuard(part) {
  for (const form of part.querySelectorAll?.("form[data-guard]") ?? []) {
    form.addEventListener("input", () => (dirty = true));
    form.addEventListener("submit", () => (dirty = false));
  }
  if (listening) return;
  listening = true;
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
