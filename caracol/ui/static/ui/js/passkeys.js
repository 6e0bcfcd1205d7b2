// Passkeys: a form marked data-passkey="create", "get" or "login" asks the browser for one and
// sends what it answers. The challenge stands in the page (create, get) or is asked for (login).
const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => list?.map((one) => ({ ...one, id: decode(one.id) }));

export async function createPasskey({ publicKey }) {
  const choice = publicKey.authenticatorSelection;
  const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: decode(publicKey.challenge),
      user: { ...publicKey.user, id: decode(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials) ?? [],
      authenticatorSelection: { ...choice, ...wanted },
    },
  });
  return answer(made, {
    attestationObject: encode(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

export async function getPasskey({ publicKey }) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: decode(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials) ?? [],
    },
  });
  const { authenticatorData, signature, userHandle } = found.response;
  return answer(found, {
    authenticatorData: encode(authenticatorData),
    signature: encode(signature),
    userHandle: userHandle ? encode(userHandle) : null,
  });
}

const answer = (credential, response) => ({
  id: credential.id,
  rawId: encode(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: { clientDataJSON: encode(credential.response.clientDataJSON), ...response },
});

export const passkeyTrouble = (error) =>
  error.name === "InvalidStateError"
    ? "Cet appareil a déjà une clé d'accès pour votre compte."
    : "La clé d'accès n'a pas répondu. Réessayez, ou choisissez une autre façon.";

async function challenge(form) {
  const block = form.querySelector("script[type='application/json']");
  if (block) return JSON.parse(block.textContent);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("No challenge");
  return response.json();
}

async function submit(form) {
  const said = form.querySelector("[data-passkey-error]");
  said.hidden = true;
  try {
    const options = await challenge(form);
    const credential =
      form.dataset.passkey === "create"
        ? await createPasskey(options.creation_options)
        : await getPasskey(options.request_options);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    said.textContent = passkeyTrouble(error);
    said.hidden = false;
  }
}

export function startPasskeys() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) {
      form.querySelector("[data-passkey-none]")?.removeAttribute("hidden");
      continue;
    }
    form.querySelector("[data-passkey-some]")?.removeAttribute("hidden");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(form);
    });
  }
}
