// A word to the web server itself, past the kernel: for passwords, which no kernel may see.

function cookie(name) {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** Post JSON; resolves to {status, said}, with status 0 when nobody answered. */
async function post(url, body = {}) {
  try {
    const reply = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-XSRFToken": cookie("_xsrf") },
      body: JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout?.(15000),
    });
    const status = reply.type === "opaqueredirect" ? 401 : reply.status;
    return { status, said: await reply.json().catch(() => ({})) };
  } catch {
    return { status: 0, said: {} };
  }
}

/** Whether people show who they are at their organisation: then they have no password here. */
function atOrganisation() {
  return document.documentElement.dataset.llticWay === "elsewhere";
}

/** This page, to come back to. */
function here() {
  return location.pathname + location.search;
}

/** Leave for another page of ours; words that are not saved yet wait in the tab. */
function leaveFor(address) {
  emit("lltic:leaving", {});
  location.assign(address);
}

/** Why a password was not taken, as one word. */
function reason({ status, said }) {
  if (said.problem) return said.problem;
  return status === 0 || status >= 500 ? "down" : "failed";
}

/** A password field; its text is read once, when it is posted, and kept nowhere else. */
function passwordField(id, label, { hint = "", describedby = "" } = {}) {
  const input = h("input", { id, type: "password", class: "lltic-input lltic-password", autocomplete: "current-password", "data-key": id });
  const hintId = `${id}-hint`;
  const error = h("p", { class: "lltic-error", id: `${id}-error`, hidden: true });
  const group = h(
    "div",
    { class: "lltic-group" },
    h("label", { for: id, class: "lltic-label", text: label }),
    hint ? h("p", { class: "lltic-hint", id: hintId, text: hint }) : null,
    error,
    input,
  );
  const wrong = (text) => {
    error.replaceChildren(...(text ? [hidden("Error: "), text] : []));
    error.hidden = !text;
    group.classList.toggle("lltic-group--error", Boolean(text));
    const ids = [describedby, hint && hintId, text && error.id].filter(Boolean).join(" ");
    if (ids) input.setAttribute("aria-describedby", ids);
    else input.removeAttribute("aria-describedby");
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  wrong("");
  return { group, input, wrong };
}
