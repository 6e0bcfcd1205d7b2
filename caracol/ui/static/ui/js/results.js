// Filters, sorting and pages replace the results only, and the address follows.
const visit = (address, target) =>
  window.htmx.ajax("GET", address, {
    source: target,
    target,
    swap: "outerHTML",
    select: `#${CSS.escape(target.id)}`,
  }).then(() => history.replaceState(history.state, "", address));

// What an address says beside filters: order, columns, size of page, view.
const KEPT = ["sort", "cols", "per_page", "vue"];

const addressOf = (form) => {
  const data = new URLSearchParams();
  const carried = new Set([...form.querySelectorAll("[data-kept]")].map((input) => input.name));
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() && !carried.has(name)) data.append(name, value);
  }
  const now = new URLSearchParams(location.search);
  for (const name of KEPT) if (now.get(name)) data.append(name, now.get(name));
  return `${form.getAttribute("action") || location.pathname}?${data}`;
};

export function startResults() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap-results]");
    const target = link?.closest("[data-results]");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    visit(link.href, target).then(() => {
      document.getElementById(target.id)?.focus({ preventScroll: true });
    });
  });

  // On a phone the filters fold under the field of words.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter-fold]");
    if (!button) return;
    const open = button.closest("form").classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  });

  let timer = 0;
  const follow = (form) => {
    const target = document.getElementById(form.dataset.filterBar);
    if (target) visit(addressOf(form), target);
    else form.submit();
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-filter-bar]")) return;
    event.preventDefault();
    follow(event.target);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-filter-bar]");
    if (!form) return;
    clearTimeout(timer);
    const text = event.target.matches("input:not([type=checkbox]):not([type=radio])");
    timer = setTimeout(() => follow(form), text ? 350 : 0);
  });
}
