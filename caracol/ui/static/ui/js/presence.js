// A session left alone locks: the server decides, this only tells in time and keeps the page, with
// what was typed in it, behind the lock. Tabs tell each other that somebody is there.
import { getPasskey, passkeyTrouble } from "./passkeys.js";

const WARNING = 60;
const TOLD_EACH = 60_000;
const LOOKED_EACH = 5_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"];

export function startPresence() {
  const screen = document.getElementById("lock-screen");
  if (!screen) return;
  const warning = document.getElementById("lock-warning");
  const idle = Number(screen.dataset.idle) * 1000;
  const address = screen.dataset.presence;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("caracol.presence") : null;
  let seen = Date.now();
  let told = Date.now();
  let locked = false;

  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const ask = (url, method = "GET", body = undefined) =>
    fetch(url, { method, body, headers: { Accept: "application/json", "X-CSRFToken": token() } });

  const tell = async () => {
    told = Date.now();
    tabs?.postMessage("seen");
    const response = await ask(address, "POST").catch(() => null);
    if (response?.ok && (await response.json()).locks_in === 0) lock();
  };
  const here = () => {
    if (locked || warning.open) return;
    seen = Date.now();
    if (seen - told > TOLD_EACH) tell();
  };
  const stay = () => {
    warning.close();
    seen = Date.now();
    tell();
  };

  const lock = () => {
    if (locked) return;
    locked = true;
    if (warning.open) warning.close();
    document.documentElement.dataset.locked = "true";
    screen.showModal();
    screen.querySelector("input[name=password]").focus();
  };
  const open = (seconds) => {
    locked = false;
    seen = told = Date.now() - idle + seconds * 1000;
    delete document.documentElement.dataset.locked;
    screen.querySelector("form").reset();
    say("");
    screen.close();
    tabs?.postMessage("open");
  };
  const say = (words) => {
    const place = screen.querySelector("[data-lock-error]");
    place.textContent = words;
    place.hidden = !words;
  };

  const unlock = async (fields) => {
    const response = await ask(screen.dataset.lock, "POST", new URLSearchParams(fields)).catch(
      () => null,
    );
    if (!response) return say("Le serveur ne répond pas. Réessayez dans un instant.");
    if (response.redirected || response.status === 401) return location.assign("/");
    const found = await response.json().catch(() => ({}));
    if (response.ok) open(found.locks_in);
    else say(found.error ?? "Cela n'a pas marché. Rechargez la page.");
  };
  screen.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    unlock({ password: event.target.elements.password.value });
  });
  const passkey = screen.querySelector("[data-lock-passkey]");
  passkey.hidden = !window.PublicKeyCredential;
  passkey.addEventListener("click", async () => {
    try {
      const response = await ask(screen.dataset.lock);
      const found = await response.json();
      if (!found.passkey) return say("Votre compte n'a pas de clé d'accès : servez-vous du mot de passe.");
      const credential = await getPasskey(found.request_options);
      await unlock({ credential: JSON.stringify(credential) });
    } catch (error) {
      say(passkeyTrouble(error));
    }
  });
  screen.addEventListener("cancel", (event) => event.preventDefault());
  screen.addEventListener("close", () => locked && screen.showModal());
  warning.addEventListener("close", () => !locked && Date.now() - seen > idle - WARNING * 1000 && stay());
  warning.querySelector("[data-lock-stay]").addEventListener("click", stay);

  const look = async () => {
    if (locked) return;
    const away = Date.now() - seen;
    if (away >= idle) return lock();
    const left = Math.ceil((idle - away) / 1000);
    warning.querySelector("[data-lock-left]").textContent = String(left);
    if (left > WARNING || warning.open) return;
    // The session may live longer than this tab believes: another one is at work.
    const response = await ask(address).catch(() => null);
    const found = response?.ok && !response.redirected ? await response.json() : null;
    if (found && found.locks_in > WARNING) seen = Date.now() - idle + found.locks_in * 1000;
    else if (!locked) warning.showModal();
  };

  for (const sign of SIGNS) document.addEventListener(sign, here, { passive: true });
  tabs?.addEventListener("message", ({ data }) => {
    if (data === "open" && locked) location.reload();
    else if (!locked) {
      seen = told = Date.now();
      if (warning.open) warning.close();
    }
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  // htmx met the lock: the page stays as it is, with what was typed.
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("X-Locked")) {
      event.preventDefault();
      lock();
    }
  });
  setInterval(look, LOOKED_EACH);
}
