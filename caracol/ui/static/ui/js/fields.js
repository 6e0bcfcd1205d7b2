// Passwords to show, files to drop, texts to copy, demonstration accounts to take.
const each = (part, selector, start) => {
  for (const element of part.querySelectorAll?.(selector) ?? []) start(element);
};

const startPassword = (frame) => {
  const input = frame.querySelector("input");
  const button = frame.querySelector("[data-password-toggle]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.setAttribute("aria-label", shown ? "Afficher le mot de passe" : "Masquer le mot de passe");
  });
};

const size = (bytes) =>
  bytes < 1e6
    ? `${Math.max(1, Math.round(bytes / 1e3))}\u00a0ko`
    : `${(bytes / 1e6).toLocaleString("fr", { maximumFractionDigits: 1 })}\u00a0Mo`;

const startDrop = (zone) => {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-file-name]");
  const show = () => {
    name.textContent = [...input.files].map((file) => `${file.name} (${size(file.size)})`).join(", ");
  };
  input.addEventListener("change", show);
  for (const type of ["dragenter", "dragover"]) {
    zone.addEventListener(type, () => zone.classList.add("is-over"));
  }
  for (const type of ["dragleave", "drop"]) {
    zone.addEventListener(type, () => zone.classList.remove("is-over"));
  }
};

const startCopy = (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: "Copié." } }));
  });
};

const startDemoLogin = (button) => {
  button.addEventListener("click", () => {
    const form = document.querySelector("[data-login-form]");
    form.querySelector("[name=login]").value = button.dataset.demoLogin;
    form.querySelector("[name=password]").value = button.dataset.demoPassword;
    form.requestSubmit();
  });
};

const startPrint = (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
};

// A table that fits lets its headers stick to the window; one too wide scrolls in its frame.
const startTable = (frame) => {
  const fit = () => {
    frame.classList.remove("is-whole");
    frame.classList.toggle("is-whole", frame.scrollWidth <= frame.clientWidth);
  };
  new ResizeObserver(fit).observe(frame.parentElement);
};

export function startFields(part) {
  each(part, "[data-password]", startPassword);
  each(part, "[data-file-drop]", startDrop);
  each(part, "[data-copy]", startCopy);
  each(part, "[data-demo-login]", startDemoLogin);
  each(part, "[data-print]", startPrint);
  each(part, ".table-frame", startTable);
}
