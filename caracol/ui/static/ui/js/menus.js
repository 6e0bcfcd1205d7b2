// Menus of a list (<details data-menu>): one open at a time; Escape and a click elsewhere close.
export function startMenus() {
  const opened = () => [...document.querySelectorAll("[data-menu][open]")];
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

const move = (button) => {
  const item = button.closest("li");
  const up = button.dataset.move === "up";
  const other = up ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (up) other.before(item);
  else other.after(item);
  button.focus();
};

// Boxes are sent as one word of the address, in their order.
export function startColumns(part) {
  for (const form of part.querySelectorAll?.("[data-columns]") ?? []) {
    for (const button of form.querySelectorAll("[data-move]")) button.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const data = new URLSearchParams();
      const columns = [];
      for (const [name, value] of new FormData(form)) {
        if (name === "cols") columns.push(value);
        else data.append(name, value);
      }
      const rest = data.toString();
      location.assign(`${form.getAttribute("action")}?${rest}${rest ? "&" : ""}cols=${columns.join(",")}`);
    });
  }
}
