// Filters, sorting and pages replace the results only, and the address follows.
const visit = (address, target) =>
  window.htmx.ajax("GET", address, {
    source: target,
    target,
    swap: "outerHTML",
    select: `#${CSS.escape(target.id)}`,
  }).then(() => history.replaceState(history.state, "", address));

const addressOf = (form) => {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim()) data.append(name, value);
  }
  const sort = new URLSearchParams(location.search).get("sort");
  if (sort && !data.has("sort")) data.append("sort", sort);
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
