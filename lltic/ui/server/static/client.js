/**
 * The page's own widget client: one connection to the kernel that was started for this page,
 * the widget models that live in it, and their views.
 *
 * It carries anywidget components and ipywidgets boxes, and nothing else. On `document` it
 * fires `lltic:link` with `{state}`: "up", "down" (tries again by itself) or "gone" (the kernel
 * this page was made with is no more: only loading the page again helps).
 */

const PROTOCOL = "5.3";
const CONTROL = "jupyter.widget.control";
const REFERENCE = "IPY_MODEL_";
const SHARED = ["_esm", "_css"]; // what the kernel says once and then by number (said_once.py)
const BEAT = 2000; // milliseconds between two heartbeats, and the longest wait for an answer
const RETRIES = [250, 500, 1000, 2000, 4000];
const HANDSHAKE = 10000; // milliseconds until a connection that does not come is given up
const ENDED = 4001; // the server closes a line with this when its kernel has ended
const LEAVING = "lltic-leaving"; // the cookie that names the kernel of a page that is being left
const WAITING_ROOM = 500; // messages kept while the link is down

/** 128 random bits as text; works on plain http too, where crypto.randomUUID does not. */
function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function cookie(name) {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

// ---- the link ---------------------------------------------------------------------------

/** The connection to one kernel: speaks Jupyter's JSON protocol, reconnects, keeps a heartbeat. */
class Link {
  /**
   * @param {string} baseUrl ends with a slash
   * @param {string} kernelId
   * @param {{opened: () => void, message: (msg: object) => void}} listener
   */
  constructor(baseUrl, kernelId, listener) {
    this.baseUrl = baseUrl;
    this.kernelId = kernelId;
    this.kernelUrl = `${baseUrl}api/kernels/${kernelId}`;
    this.leaveUrl = `${baseUrl}voila/api/shutdown/${kernelId}`;
    this.listener = listener;
    this.session = randomId();
    this.state = "";
    this.kernelSession = ""; // differs when a kernel was restarted behind the same socket
    this.socket = null;
    this.tries = 0;
    this.missed = 0;
    this.beat = null; // {id, at} of the heartbeat that is not answered yet
    this.waiting = [];
    this.callbacks = new Map();
  }

  start() {
    this.connect();
    setInterval(() => this.heartbeat(), BEAT);
    addEventListener("online", () => this.hurry());
    addEventListener("pageshow", (event) => event.persisted && this.hurry());
    addEventListener("beforeunload", () => this.announce(5));
    addEventListener("pagehide", (event) => {
      this.announce(0);
      if (!event.persisted) this.leave();
    });
  }

  connect() {
    if (this.state === "gone") return;
    const url = new URL(`${this.kernelUrl}/channels?session_id=${this.session}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.beat = null;
    this.missed = 0;
    const slow = setTimeout(() => socket.close(), HANDSHAKE);
    socket.onopen = () => {
      clearTimeout(slow);
      for (const frame of this.waiting.splice(0)) socket.send(frame);
      this.listener.opened();
      this.heartbeat();
    };
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code }) => {
      clearTimeout(slow);
      if (code === ENDED) this.say("gone");
      else if (this.socket === socket) this.lost();
    };
  }

  lost() {
    this.socket = null;
    this.say("down");
    const delay = RETRIES[Math.min(this.tries, RETRIES.length - 1)];
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), delay * (0.75 + Math.random() / 2));
  }

  hurry() {
    if (this.socket || this.state !== "down") return;
    clearTimeout(this.timer);
    this.again();
  }

  /** Connect again when the kernel is still there. A browser does not say why a socket was refused, fetch does. */
  async again() {
    const asked = { credentials: "same-origin", redirect: "manual", cache: "no-store" };
    const reply = await fetch(this.kernelUrl, asked).catch(() => null);
    if (this.socket || this.state === "gone") return;
    if (reply?.ok) this.connect();
    else if (reply && (reply.type === "opaqueredirect" || [401, 403, 404].includes(reply.status))) this.say("gone");
    else this.lost();
  }

  /** Name this page's kernel in the next request, for so many seconds: a page loaded again replaces itself. */
  announce(seconds) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${LEAVING}=${this.kernelId}; path=${this.baseUrl}; max-age=${seconds}; samesite=lax${secure}`;
  }

  /** The page is being left: its kernel may end. Repeats the token that shows it was us who asked. */
  leave() {
    navigator.sendBeacon(this.leaveUrl, new URLSearchParams({ _xsrf: cookie("_xsrf") }));
  }

  heartbeat() {
    if (!this.isOpen()) return;
    if (this.beat) {
      if (Date.now() - this.beat.at < BEAT * 0.9) return;
      this.say("down");
      this.missed += 1;
      if (this.missed >= 3) return this.socket.close(); // half-open: a new one finds out
    }
    const header = this.send("kernel_info_request", {}, { channel: "control" });
    this.beat = { id: header.msg_id, at: Date.now() };
  }

  isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  say(state) {
    if (state === this.state || this.state === "gone") return;
    this.state = state;
    if (state === "up") this.tries = 0;
    if (state === "gone") this.socket?.close();
    document.documentElement.dataset.llticLink = state;
    document.dispatchEvent(new CustomEvent("lltic:link", { detail: { state } }));
  }

  /**
   * Send a message, now or when the link is up again.
   * @returns the message's header
   */
  send(type, content, { channel = "shell", metadata = {}, buffers = [], callbacks = null } = {}) {
    const date = new Date().toISOString();
    const header = { msg_id: randomId(), msg_type: type, session: this.session, username: "", date, version: PROTOCOL };
    const frame = encode({ channel, header, parent_header: {}, metadata, content }, buffers);
    if (callbacks) this.callbacks.set(header.msg_id, callbacks);
    if (this.isOpen()) this.socket.send(frame);
    else if (this.state !== "gone" && this.waiting.length < WAITING_ROOM) this.waiting.push(frame);
    return header;
  }

  receive(data) {
    const message = decode(data);
    const { header, parent_header: parent, content } = message;
    if (header.msg_type === "status" && ["dead", "restarting"].includes(content.execution_state)) return this.say("gone");
    if (header.msg_type === "kernel_info_reply") {
      this.kernelSession ||= header.session;
      if (header.session !== this.kernelSession) return this.say("gone");
      if (parent?.msg_id === this.beat?.id) {
        this.beat = null;
        this.missed = 0;
        this.say("up");
      }
      return undefined;
    }
    this.callBack(message);
    return this.listener.message(message);
  }

  callBack(message) {
    const id = message.parent_header?.msg_id;
    const callbacks = this.callbacks.get(id);
    if (!callbacks) return;
    const type = message.header.msg_type;
    const idle = type === "status" && message.content.execution_state === "idle";
    if (type === "status") callbacks.iopub?.status?.(message);
    else if (type.startsWith("comm_")) callbacks.iopub?.custom?.(message);
    else callbacks.iopub?.output?.(message);
    if (idle) this.callbacks.delete(id);
  }
}

/** Text, or, with buffers: the number of parts and their offsets as big-endian 32 bits, then the parts. */
function encode(message, buffers) {
  const text = JSON.stringify(message);
  if (!buffers.length) return text;
  const parts = [new TextEncoder().encode(text), ...buffers.map(bytes)];
  const head = 4 * (parts.length + 1);
  const whole = new Uint8Array(head + parts.reduce((sum, part) => sum + part.byteLength, 0));
  const numbers = new DataView(whole.buffer);
  numbers.setUint32(0, parts.length);
  let offset = head;
  parts.forEach((part, i) => {
    numbers.setUint32(4 * (i + 1), offset);
    whole.set(part, offset);
    offset += part.byteLength;
  });
  return whole.buffer;
}

function decode(data) {
  if (typeof data === "string") return { buffers: [], ...JSON.parse(data) };
  const numbers = new DataView(data);
  const count = numbers.getUint32(0);
  const starts = Array.from({ length: count }, (_, i) => numbers.getUint32(4 * (i + 1)));
  const parts = starts.map((start, i) => new DataView(data, start, (starts[i + 1] ?? data.byteLength) - start));
  return { ...JSON.parse(new TextDecoder().decode(parts[0])), buffers: parts.slice(1) };
}

function bytes(one) {
  return ArrayBuffer.isView(one) ? new Uint8Array(one.buffer, one.byteOffset, one.byteLength) : new Uint8Array(one);
}

function isBinary(value) {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** Take the binary values out of a state: what is left, where they were, and they themselves. */
function takeBuffers(state) {
  const paths = [];
  const buffers = [];
  const walk = (value, path) => {
    if (isBinary(value)) {
      paths.push(path);
      buffers.push(value);
      return null;
    }
    if (Array.isArray(value)) return value.map((one, i) => walk(one, [...path, i]));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one, [...path, key])]));
    }
    return value;
  };
  return { state: walk(state, []), buffer_paths: paths, buffers };
}

/** Put binary values back where they belong. */
function putBuffers(state, paths = [], buffers = []) {
  paths.forEach((path, i) => {
    const home = path.slice(0, -1).reduce((value, key) => value[key], state);
    home[path.at(-1)] = buffers[i];
  });
}

// ---- models -----------------------------------------------------------------------------

/** Listeners by event name, in Backbone's manner: "change:a change:b" names two. */
class Emitter {
  constructor() {
    this.listeners = new Map();
  }

  on(names, listener) {
    for (const name of names.split(" ")) {
      if (!this.listeners.has(name)) this.listeners.set(name, new Set());
      this.listeners.get(name).add(listener);
    }
  }

  /** Without a listener all of a name go, without a name all there are. */
  off(names, listener) {
    for (const name of names ? names.split(" ") : [...this.listeners.keys()]) {
      if (listener) this.listeners.get(name)?.delete(listener);
      else this.listeners.delete(name);
    }
  }

  emit(name, ...details) {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        listener(...details);
      } catch (error) {
        console.error(error); // one listener's trouble is not the others'
      }
    }
  }
}

/** One widget's state, the same as in the kernel, and the way to change it. */
class Model extends Emitter {
  constructor(models, id, { model_name: name, model_module: module, state }) {
    super();
    this.widget_manager = models;
    this.model_id = id;
    this.name = name ?? state._model_name;
    this.module = module ?? state._model_module;
    this.state = state;
    this.changed = new Set();
    this.ready = Promise.resolve(); // when its component has been initialised
    this.closed = false;
  }

  get(key) {
    return this.state[key];
  }

  set(key, value) {
    const changes = typeof key === "object" ? key : { [key]: value };
    for (const name of Object.keys(changes)) this.changed.add(name);
    this.apply(changes);
  }

  save_changes(callbacks) {
    if (!this.changed.size) return;
    const changes = Object.fromEntries([...this.changed].map((name) => [name, this.state[name]]));
    this.changed.clear();
    const { buffers, ...update } = takeBuffers(changes);
    this.tell({ method: "update", ...update }, buffers, callbacks);
  }

  send(content, callbacks, buffers = []) {
    this.tell({ method: "custom", content }, buffers, callbacks);
  }

  tell(data, buffers, callbacks) {
    if (this.closed) return;
    this.widget_manager.link.send("comm_msg", { comm_id: this.model_id, data }, { buffers, callbacks });
  }

  /** Take over values, then say what has changed. */
  apply(values) {
    const names = Object.keys(values).filter((name) => !same(this.state[name], values[name]));
    Object.assign(this.state, values);
    for (const name of names) this.emit(`change:${name}`, this, this.state[name], {});
    if (names.length) this.emit("change", this, {});
  }

  /** A message from the kernel. */
  hear({ content: { data }, parent_header: parent, buffers }) {
    if (data.method === "custom") {
      this.ready.then(() => this.emit("msg:custom", data.content, buffers));
    } else if (data.method === "update" || data.method === "echo_update") {
      // An echo of our own words may be older than what was set since.
      if (data.method === "echo_update" && parent?.session === this.widget_manager.link.session) return;
      putBuffers(data.state, data.buffer_paths, buffers);
      this.apply(data.state);
    }
  }

  close() {
    this.closed = true;
    this.emit("destroy", this);
    this.off();
  }
}

function same(one, other) {
  if (one === other) return true;
  if (isBinary(one) || isBinary(other)) return false;
  return typeof one === "object" && typeof other === "object" && JSON.stringify(one) === JSON.stringify(other);
}

/** All models of the page; what ipywidgets calls the widget manager. */
class Models {
  constructor() {
    this.models = new Map();
    this.expected = new Map(); // id -> what to call when that model arrives
    this.texts = new Map(); // number -> what many widgets share, said once
    this.loaded = new Promise((resolve) => (this.resolveLoaded = resolve));
  }

  /** @returns a promise of a model, which may arrive later */
  get_model(id) {
    const model = this.models.get(id);
    if (model) return Promise.resolve(model);
    return new Promise((resolve) => {
      this.expected.set(id, [...(this.expected.get(id) ?? []), resolve]);
    });
  }

  /** Ask the kernel for everything it has; also after every reconnection. */
  ask() {
    this.control = randomId();
    const metadata = { version: "1.0.0" };
    this.link.send("comm_open", { comm_id: this.control, target_name: CONTROL, data: {} }, { metadata });
    this.link.send("comm_msg", { comm_id: this.control, data: { method: "request_states" } });
  }

  message(message) {
    const { header, content } = message;
    if (header.msg_type === "comm_open" && content.target_name === "jupyter.widget") this.born(message);
    else if (header.msg_type === "comm_close") this.remove(content.comm_id);
    else if (header.msg_type === "comm_msg" && content.comm_id === this.control) this.states(message);
    else if (header.msg_type === "comm_msg") this.models.get(content.comm_id)?.hear(message);
  }

  born({ content: { comm_id: id, data }, buffers }) {
    this.learn(data.texts);
    if (!this.spellOut(data.state)) return; // from before we came: the states of all will have it
    putBuffers(data.state, data.buffer_paths, buffers);
    this.add(id, data);
  }

  learn(texts = {}) {
    for (const [number, text] of Object.entries(texts)) this.texts.set(Number(number), text);
  }

  /** Put shared texts where a state has their numbers. @returns whether all are known */
  spellOut(state) {
    const short = SHARED.filter((key) => Number.isInteger(state[key]?.text));
    if (!short.every((key) => this.texts.has(state[key].text))) return false;
    for (const key of short) state[key] = this.texts.get(state[key].text);
    return true;
  }

  states({ content: { data }, buffers }) {
    if (data.method !== "update_states") return;
    this.learn(data.texts);
    for (const { state } of Object.values(data.states)) this.spellOut(state);
    for (const [i, [id, ...path]] of (data.buffer_paths ?? []).entries()) {
      putBuffers(data.states[id], [path], [buffers[i]]);
    }
    for (const id of this.models.keys()) if (!(id in data.states)) this.remove(id);
    for (const [id, one] of Object.entries(data.states)) this.add(id, one);
    this.resolveLoaded();
  }

  add(id, description) {
    const known = this.models.get(id);
    if (known) return known.apply(description.state);
    const model = new Model(this, id, description);
    this.models.set(id, model);
    if (isComponent(model)) model.ready = initialise(model);
    for (const arrived of this.expected.get(id) ?? []) arrived(model);
    this.expected.delete(id);
    return undefined;
  }

  remove(id) {
    this.models.get(id)?.close();
    this.models.delete(id);
  }
}

// ---- components ---------------------------------------------------------------------------

const modules = new Map(); // source -> promise of its module
const styles = new Set();

function isComponent(model) {
  return model.module === "anywidget" || typeof model.get("_esm") === "string";
}

/** Import a component's source once, however many widgets are made of it. */
function load(source) {
  if (!modules.has(source)) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    modules.set(source, import(url).finally(() => URL.revokeObjectURL(url)).then(definition));
  }
  return modules.get(source);
}

async function definition(module) {
  const chosen = module.default ?? { render: module.render };
  return typeof chosen === "function" ? chosen() : chosen;
}

function addStyle(css) {
  if (!css || styles.has(css)) return;
  styles.add(css);
  const element = document.createElement("style");
  element.textContent = css;
  document.head.append(element);
}

async function initialise(model) {
  try {
    const component = await load(model.get("_esm"));
    const cleanup = await component.initialize?.({ model, experimental });
    if (typeof cleanup === "function") model.on("destroy", cleanup);
  } catch (error) {
    console.error(error); // its view says so on the page
  }
}

const experimental = {
  invoke: () => Promise.reject(new Error("invoke is not supported here")),
};

/** The model as one view sees it: its listeners go when the view goes. */
function modelForView(model, view) {
  return {
    model_id: model.model_id,
    widget_manager: model.widget_manager,
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    save_changes: (callbacks) => model.save_changes(callbacks),
    send: (content, callbacks, buffers) => model.send(content, callbacks, buffers),
    on: (names, listener) => {
      model.on(names, listener);
      view.atEnd(() => model.off(names, listener));
    },
    off: (names, listener) => model.off(names, listener),
  };
}

// ---- views --------------------------------------------------------------------------------

/** A place on the page that shows one model until it is disposed of. */
class View {
  /** @param {Model|Promise<Model>} model */
  constructor(model) {
    this.element = document.createElement("div");
    this.ends = [];
    this.over = false;
    this.rendered = this.show(model);
  }

  /** Do something when this view ends; at once when it has ended already. */
  atEnd(end) {
    if (this.over) end();
    else this.ends.push(end);
  }

  dispose() {
    if (this.over) return;
    this.over = true;
    this.element.remove();
    for (const end of this.ends.splice(0).reverse()) {
      try {
        end();
      } catch (error) {
        console.error(error);
      }
    }
  }

  async show(promised) {
    try {
      const model = promised instanceof Model ? promised : await promised;
      if (this.over) return;
      this.listen(model, "destroy", () => this.dispose());
      this.dress(model);
      if (isComponent(model)) await this.showComponent(model);
      else if (/^(Box|VBox|HBox)Model$/.test(model.name)) await this.showBox(model);
      else this.say(`This widget is not supported here: ${model.name}`);
    } catch (error) {
      console.error(error);
      this.say("This part of the page could not be shown. Everything that was marked as saved is safe. Load the page again, and tell your coordinator if it happens again.");
    }
  }

  listen(model, name, listener) {
    model.on(name, listener);
    this.atEnd(() => model.off(name, listener));
  }

  /** Keep the element's classes those of the widget. */
  dress(model) {
    let worn = [];
    const put = () => {
      this.element.classList.remove(...worn);
      worn = model.get("_dom_classes") ?? [];
      this.element.classList.add(...worn);
      if (!worn.includes("lltic-main")) return;
      this.element.id = "main";
      this.element.setAttribute("role", "main");
    };
    put();
    this.listen(model, "change:_dom_classes", put);
  }

  async showComponent(model) {
    addStyle(model.get("_css"));
    this.listen(model, "change:_css", () => addStyle(model.get("_css")));
    await model.ready;
    const component = await load(model.get("_esm"));
    if (this.over || !component.render) return;
    const cleanup = await component.render({ model: modelForView(model, this), el: this.element, experimental });
    if (typeof cleanup === "function") this.atEnd(cleanup);
  }

  /** Show a box's children in order; a child that stays is not touched, so that it keeps the focus. */
  async showBox(model) {
    this.element.classList.add("lltic-box", `lltic-${model.name.replace("Model", "").toLowerCase()}`);
    let shown = []; // [{ref, view}]
    const arrange = () => {
      const before = [...shown];
      shown = (model.get("children") ?? []).map((ref) => {
        const at = before.findIndex((one) => one.ref === ref && !one.view.over);
        return at < 0 ? { ref, view: viewOf(model.widget_manager, ref) } : before.splice(at, 1)[0];
      });
      for (const { view } of before) view.dispose();
      shown.forEach(({ view }, i) => {
        if (this.element.children[i] !== view.element) this.element.insertBefore(view.element, this.element.children[i] ?? null);
      });
      return Promise.all(shown.map(({ view }) => view.rendered));
    };
    this.listen(model, "change:children", arrange);
    this.atEnd(() => shown.forEach(({ view }) => view.dispose()));
    await arrange();
  }

  say(text) {
    const words = document.createElement("p");
    words.className = "lltic-unsupported";
    words.textContent = text;
    this.element.replaceChildren(words);
  }
}

function viewOf(models, reference) {
  const id = reference.slice(reference.startsWith(REFERENCE) ? REFERENCE.length : 0);
  return new View(models.models.get(id) ?? models.get_model(id));
}

// ---- the page -----------------------------------------------------------------------------

/** Resolves when the whole page has arrived, also when its end is missing. */
function arrived() {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => addEventListener("DOMContentLoaded", resolve, { once: true }));
}

function fail() {
  const failure = document.getElementById("lltic-failure");
  document.getElementById("lltic-loading").hidden = true;
  failure.hidden = false;
  document.title = "Error: the page could not be loaded";
}

function within(milliseconds, promise) {
  const late = new Promise((resolve, reject) => setTimeout(() => reject(new Error("too late")), milliseconds));
  return Promise.race([promise, late]);
}

async function main() {
  const start = document.getElementById("lltic-start");
  const page = document.getElementById("lltic-page");
  const models = new Models();
  const { baseUrl, kernelId } = start.dataset;
  document.documentElement.dataset.llticKernel = kernelId; // to be named when one signs in again
  models.link = new Link(baseUrl, kernelId, {
    opened: () => models.ask(),
    message: (message) => models.message(message),
  });
  await arrived();
  if (document.getElementById("lltic-failed") || !document.getElementById("lltic-end")) return fail();
  models.link.start();
  const gone = new Promise((resolve, reject) => {
    document.addEventListener("lltic:link", ({ detail }) => detail.state === "gone" && reject(new Error("gone")));
  });
  await Promise.race([within(30000, models.loaded), gone]);
  gone.catch(() => {});
  const views = [...document.querySelectorAll("template.lltic-view")].map((one) => viewOf(models, one.dataset.model));
  await within(15000, Promise.all(views.map((view) => view.rendered))).catch(() => {});
  start.remove();
  const hasMain = views.some(({ element }) => element.matches("#main") || element.querySelector("#main"));
  if (!hasMain) {
    page.id = "main";
    page.setAttribute("role", "main");
  }
  page.append(...views.map((view) => view.element));
  performance.mark("lltic:usable");
  document.documentElement.dataset.llticReady = "yes";
  return undefined;
}

main().catch((error) => {
  console.error(error);
  fail();
});
