// Runs before the first paint: the theme kept in this browser, else the machine's.
(() => {
  const root = document.documentElement;
  root.classList.add("has-js");
  let kept = "auto";
  try {
    kept = localStorage.getItem("caracol.theme") || "auto";
  } catch {
    // Storage refused: the machine's choice.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = kept;
  root.dataset.bsTheme = kept === "auto" ? (dark ? "dark" : "light") : kept;
})();
