// The phone's drawer, and the account menu that closes when one leaves it.
export function startShell() {
  const tab = document.querySelector(".tab-bar [aria-current]");
  const bar = tab?.closest("ul");
  if (bar) bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;

  const drawer = document.querySelector("[data-drawer]");
  const veil = document.createElement("div");
  veil.className = "drawer-veil";
  let opener = null;

  const close = () => {
    if (!drawer?.classList.contains("is-open")) return;
    drawer.classList.remove("is-open");
    veil.remove();
    opener?.focus();
  };
  const open = (button) => {
    opener = button;
    drawer.classList.add("is-open");
    document.body.append(veil);
    drawer.querySelector("[data-drawer-close]").focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-drawer-open]");
    if (button && drawer) {
      event.preventDefault();
      open(button);
    } else if (event.target === veil || event.target.closest("[data-drawer-close]")) {
      close();
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  drawer?.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !drawer.classList.contains("is-open")) return;
    const stops = [...drawer.querySelectorAll("a, button, summary")].filter((e) => e.offsetParent);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    }
  });
}
