// The error summary takes the focus; its links put the cursor in the field.
export function startErrors(part) {
  const summary = part.querySelector?.("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const control = field.matches("input, select, textarea") ? field : field.querySelector("input");
    (control ?? field).focus();
    field.closest(".field")?.scrollIntoView({ block: "center" });
  });
}
