// Toasts last 10 seconds, wait while one looks at them; errors stay. `HX-Trigger: {"toast": {…}}`
// ({text, tone, undo}) shows one after a partial answer.
const LIFE = 10_000;
const TONE_ICONS = {
  success: "circle-check",
  info: "info-circle",
  warning: "alert-triangle",
  danger: "alert-circle",
};

const start = (toast) => {
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => toast.remove());
  if (toast.hasAttribute("data-toast-stays")) return;
  let timer = setTimeout(() => toast.remove(), LIFE);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), LIFE / 2);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
};

export function showToast({ text, tone = "success", undo = "" }) {
  const model = document.getElementById("toast-model");
  const stack = document.getElementById("toasts");
  if (!model || !stack) return;
  const toast = model.content.firstElementChild.cloneNode(true);
  toast.classList.replace("tone-success", `tone-${tone}`);
  toast.querySelector(".toast-text").textContent = text;
  const use = toast.querySelector(".toast-icon use");
  const href = use.getAttribute("href").split("#")[0];
  use.setAttribute("href", `${href}#${TONE_ICONS[tone] || TONE_ICONS.success}`);
  const form = toast.querySelector("form");
  if (undo) {
    form.action = undo;
    form.querySelector("[name=csrfmiddlewaretoken]").value = csrfToken();
  } else form.remove();
  toast.toggleAttribute("data-toast-stays", tone === "danger");
  stack.append(toast);
  start(toast);
}

const csrfToken = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export function startToasts() {
  for (const toast of document.querySelectorAll("#toasts [data-toast]")) start(toast);
  document.body.addEventListener("toast", (event) => showToast(event.detail));
  const fail = (text) => showToast({ text, tone: "danger" });
  document.body.addEventListener("htmx:sendError", () =>
    fail("Le serveur ne répond pas. Vérifiez la connexion, puis recommencez."),
  );
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 403) fail("Vous n'avez pas le droit de faire cela.");
    else if (status === 404) fail("Cet élément n'existe plus, ou n'est pas sur votre territoire.");
    else fail("Une erreur est survenue. Rien n'a été enregistré ; réessayez dans un instant.");
  });
}
