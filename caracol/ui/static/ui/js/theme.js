// Light, dark, or as the machine; kept in this browser.
const KEY = "caracol.theme";
const root = document.documentElement;
const machine = matchMedia("(prefers-color-scheme: dark)");

const apply = (choice) => {
  root.dataset.theme = choice;
  root.dataset.bsTheme = choice === "auto" ? (machine.matches ? "dark" : "light") : choice;
  for (const button of document.querySelectorAll("[data-theme-value]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeValue === choice));
  }
};

// Chromium leaves some inherited colours as they were when the machine changes under an open page:
// taken out and put back before the next frame, every element is painted anew.
const paintAnew = () => {
  root.style.display = "none";
  root.getBoundingClientRect();
  root.style.display = "";
};

export function startTheme() {
  apply(root.dataset.theme || "auto");
  machine.addEventListener("change", () => {
    apply(root.dataset.theme);
    paintAnew();
  });
  for (const group of document.querySelectorAll("[data-theme-switch]")) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("[data-theme-value]");
      if (!button) return;
      apply(button.dataset.themeValue);
      try {
        localStorage.setItem(KEY, button.dataset.themeValue);
      } catch {
        // Storage refused: the choice lasts as long as the page.
      }
    });
  }
}
