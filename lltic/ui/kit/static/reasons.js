// Why there is no answer, said in boxes below a field.

/**
 * Make the boxes. `ticked(missing)` hears which reason is given now, or null.
 * `show(missing, filled)` ticks the right one; what stands beside a reason stays to be seen,
 * and it is said that it does not count.
 */
function reasons(model, id, ticked) {
  const aside = h("p", { class: "lltic-hint", role: "status" });
  const boxes = model.get("missing").map(({ missing, label, description }) => {
    const box = { missing };
    const changed = () => {
      for (const other of boxes) if (other !== box) other.input.checked = false;
      ticked(box.input.checked ? missing : null);
    };
    const made = choice(
      { type: "checkbox", name: `${id}-missing`, id: `${id}-${missing}`, label, description },
      { change: changed },
    );
    return Object.assign(box, made);
  });
  const rows = boxes.map((box) => box.row);
  return {
    part: rows.length ? h("div", { class: "lltic-choices lltic-choices--below" }, rows, aside) : null,
    show(missing, filled) {
      for (const box of boxes) box.input.checked = missing === box.missing;
      const off = Boolean(missing) && filled;
      aside.textContent = off ? "While this is ticked, what is written above is not part of your answer." : "";
      return off;
    },
  };
}
