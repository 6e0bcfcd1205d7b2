// On a phone long blocks show their first lines; a button unfolds the rest, or folds it again.
export function startFolds() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfold]");
    if (!button) return;
    const open = button.closest("[data-foldable]").classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  });
}
