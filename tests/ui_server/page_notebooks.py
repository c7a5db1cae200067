"""The notebooks that the tests serve as pages."""

# ruff: noqa: E501 - scripts in strings

from __future__ import annotations

PART = '''
import anywidget, ipywidgets, os, traitlets

class Part(anywidget.AnyWidget):
    """Counts, asks and answers."""
    _esm = """
    function button(text, act) {
      const one = document.createElement("button");
      one.textContent = text;
      one.addEventListener("click", act);
      return one;
    }
    export default {
      initialize({ model }) {
        globalThis.born = [...(globalThis.born ?? []), model.get("label")];
        model.on("msg:custom", (content) => (globalThis.first = globalThis.first ?? content));
      },
      render({ model, el }) {
        const words = document.createElement("output");
        const heard = document.createElement("i");
        const show = () => (words.textContent = `${model.get("label")} ${model.get("n")} ${model.get("doubled")}`);
        model.on("change:n change:doubled", show);
        model.on("msg:custom", (content, buffers) => {
          const bytes = buffers.length ? [...new Uint8Array(buffers[0].buffer, buffers[0].byteOffset, buffers[0].byteLength)] : [];
          heard.textContent = JSON.stringify([content, bytes]);
        });
        const plus = button(`plus ${model.get("label")}`, () => { model.set("n", model.get("n") + 1); model.save_changes(); });
        const ask = button(`ask ${model.get("label")}`, () => {
          const idle = (msg) => { if (msg.content.execution_state === "idle") globalThis.idle = true; };
          model.send({ ask: model.get("label") }, { iopub: { status: idle } }, [new Uint8Array([7, 8])]);
        });
        el.append(words, heard, plus, ask);
        show();
        return () => (globalThis.ended = [...(globalThis.ended ?? []), model.get("label")]);
      },
    };
    """
    _css = "output { color: rgb(1, 2, 3) }"
    label = traitlets.Unicode().tag(sync=True)
    n = traitlets.Int(0).tag(sync=True)
    doubled = traitlets.Int(0).tag(sync=True)
    image = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, **traits):
        super().__init__(**traits)
        self.observe(lambda change: setattr(self, "doubled", 2 * self.n), "n")
        self.on_msg(self.answer)

    @traitlets.validate("n")
    def at_most_nine(self, proposal):
        return min(proposal["value"], 9)

    def answer(self, widget, content, buffers):
        self.send({"answer": content["ask"], "pid": os.getpid()}, [bytes(reversed(bytes(buffers[0])))])
'''

LIVE = """
row = ipywidgets.VBox([Part(label=name) for name in "abc"])
row.add_class("row")
spare = Part(label="spare")
late = []

class Bench(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model, el }) {
      for (const name of ["add", "drop", "turn", "close", "class", "slow", "fail", "die", "read"]) {
        const one = document.createElement("button");
        one.textContent = name;
        one.addEventListener("click", () => model.send({ name }));
        el.append(one);
      }
      const words = document.createElement("b");
      model.on("change:words", () => (words.textContent = model.get("words")));
      el.append(words);
    } };
    '''
    words = traitlets.Unicode().tag(sync=True)

bench = Bench()

def act(widget, content, buffers):
    name = content["name"]
    if name == "add":
        late.append(Part(label=f"late{len(late)}"))
        late[-1].send({"hello": late[-1].label})
        row.children = (*row.children, late[-1])
    if name == "drop":
        row.children = row.children[1:]
    if name == "turn":
        row.children = tuple(reversed(row.children))
    if name == "close":
        row.children[0].close()
    if name == "class":
        row.add_class("changed"); row.remove_class("row")
    if name == "slow":
        import time; time.sleep(4)
    if name == "fail":
        raise KeyError("canary of a patient")
    if name == "die":
        os._exit(1)
    if name == "read":
        bench.words = os.environ["QUERY_STRING"]

bench.on_msg(act)
ipywidgets.VBox([bench, row, ipywidgets.HBox([ipywidgets.IntSlider()])])
"""

NOTEBOOKS: dict[str, tuple[str, ...]] = {
    "desk": (PART, "ipywidgets.VBox([Part(label='desk')])"),
    "coding": (PART, "Part(label='coding')"),
    "counter": (PART, "ipywidgets.VBox([Part(label='one'), Part(label='two', n=5, image=b'xy')])"),
    "live": (PART, LIVE),
    "main": (PART, "b = ipywidgets.VBox([Part(label='x')]); b.add_class('lltic-main'); b"),
    "raises": (PART, "raise ValueError('canary of a patient')"),
    "shows-nothing": (PART, "1 + 1"),
    "kernel-dies": (PART, "os._exit(3)"),
    "slow": (PART, "import time; time.sleep(3)\nPart(label='slow')"),
    "two-cells": (PART, "Part(label='first')", "Part(label='second')"),
    "broken-part": (
        PART,
        "class Broken(anywidget.AnyWidget):\n"
        "    _esm = 'export default { render() { throw new Error(\"no\") } }'\n"
        "ipywidgets.VBox([Broken(), Part(label='fine')])",
    ),
    "markup": (PART, "Part(label='<img src=x onerror=alert(1)>')"),
    "environment": (
        PART,
        "import sys, json, random, tempfile, uuid\n"
        "seen = {'env': dict(os.environ), 'cwd': os.getcwd(), 'files': os.listdir(), 'flags': sys.flags.isolated,\n"
        "        'dice': [random.random(), str(uuid.uuid4()), next(tempfile._get_candidate_names())],\n"
        "        'heavy': [n for n in ('pandas', 'numpy', 'matplotlib', 'sqlite3', 'debugpy') if sys.modules.get(n)]}\n"
        "Part(label=json.dumps(seen))",
    ),
}
