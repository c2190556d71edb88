// Labelled native controls for one widget. Every control is an ordinary HTML input with a <label>,
// so that keyboards, screen readers and touch work as everywhere else.
//
// One rule: a control never keeps a value of its own. It writes into the model's `state`, and is
// repainted from it. The framework keeps one message in flight and sends only the newest value
// after it, so nothing here needs a timer to slow a drag down.

const REST_MS = 500; // a sentence is read out after this long without a move

// Random, not counted: this module is loaded once for each widget, and a counter would start again in each.
const newId = () => `course-control-${Math.random().toString(36).slice(2)}`;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  // Without the attribute on the control itself, JupyterLab takes the arrow keys and the slider does not move.
  if (["input", "select", "textarea", "button"].includes(tag)) node.dataset.lmSuppressShortcuts = "true";
  node.append(...children);
  return node;
}

// Index of the grid value nearest to a number: a slider shows places, the state holds values.
const nearest = (values, value) =>
  values.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(values[best] - value) ? i : best), 0);

function slider(id, places, onPlace) {
  const input = element("input", { type: "range", id, min: 0, max: places - 1, step: 1 });
  input.addEventListener("input", () => onPlace(Number(input.value)));
  return input;
}

// The picture inside its own address: one behind a blob: address comes back through another process,
// which takes as long as drawing it did.
function address(png) {
  const bytes = new Uint8Array(png.buffer ?? png, png.byteOffset ?? 0, png.byteLength);
  if (bytes.toBase64) return `data:image/png;base64,${bytes.toBase64()}`;
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return `data:image/png;base64,${btoa(text)}`;
}

const shortNumber = (value) => String(Number(value.toPrecision(6)));

const builders = {
  range(spec, get, set, state, latest) {
    const id = newId();
    const shown = element("output", { for: id });
    const input = slider(id, spec.values.length, (place) => set(spec.values[place]));
    const asks = spec.label.length > 40; // a whole question stands above its slider, not beside it
    const row = element("div", { class: asks ? "course-row course-question" : "course-row" },
      element("label", { for: id }, spec.label), input);
    let box = null;
    if (spec.typed) {
      const low = Math.min(...spec.values), high = Math.max(...spec.values);
      box = element("input", {
        type: "number", step: "any", min: low, max: high, "aria-label": `${spec.label}, typed`,
      });
      box.addEventListener("change", () => {
        const value = box.valueAsNumber;
        if (value >= low && value <= high) set(value);
        else { box.setCustomValidity(`Type a number from ${low} to ${high}.`); box.reportValidity(); }
      });
      box.addEventListener("input", () => box.setCustomValidity(""));
      row.append(box);
    } else row.append(shown);
    return [row, () => {
      const value = get();
      if (value === undefined) return; // its governor has just moved; Python answers with a new grid
      spec = latest();
      input.max = spec.values.length - 1;
      const place = nearest(spec.values, value);
      const text = spec.values[place] === value ? spec.texts[place] : shortNumber(value);
      input.value = place;
      input.setAttribute("aria-valuetext", text);
      shown.textContent = text;
      if (box && document.activeElement !== box) box.value = shortNumber(value);
    }];
  },

  choice(spec, get, set) {
    const id = newId();
    if (spec.menu) {
      const menu = element("select", { id },
        ...spec.options.map((option, i) => element("option", { value: i }, String(option))));
      menu.addEventListener("change", () => set(spec.options[Number(menu.value)]));
      return [
        element("div", { class: "course-row" }, element("label", { for: id }, spec.label), menu),
        () => { menu.value = spec.options.indexOf(get()); },
      ];
    }
    const radios = spec.options.map((option, i) => {
      const radio = element("input", { type: "radio", name: id, id: `${id}-${i}` });
      radio.addEventListener("change", () => set(option));
      return radio;
    });
    // A question has its answers one below the other; a short setting has them in its own line.
    const long = [spec.label, ...spec.options].some((text) => String(text).length > 24);
    const brief = spec.options.every((option) => String(option).length < 9);
    const kind = long ? ` course-stacked${brief ? " course-brief" : ""}` : "";
    return [
      element("fieldset", { class: `course-choice${kind}` },
        element("legend", {}, spec.label),
        ...radios.map((radio, i) => element("span", { class: "course-option" }, radio,
          element("label", { for: radio.id }, String(spec.options[i]))))),
      () => radios.forEach((radio, i) => { radio.checked = spec.options[i] === get(); }),
    ];
  },

  toggle(spec, get, set) {
    const id = newId();
    const box = element("input", { type: "checkbox", id });
    box.addEventListener("change", () => set(box.checked));
    return [
      element("div", { class: "course-row" }, element("span", { class: "course-option" }, box,
        element("label", { for: id }, spec.label))),
      () => { box.checked = get(); },
    ];
  },

  weights(spec, get, set, state) {
    const rows = spec.outcomes.map((outcome, i) => {
      const id = newId();
      const input = slider(id, spec.maximum + 1, (weight) => {
        const weights = [...get()];
        weights[i] = weight;
        set(weights);
      });
      const shown = element("output", { for: id });
      return { input, shown, row: element("div", { class: "course-row" },
        element("label", { for: id }, outcome), input, shown) };
    });
    const table = spec.columns > 1;
    const group = element("fieldset", { class: table ? "course-weights course-table" : "course-weights" },
      element("legend", {}, spec.label), ...rows.map((r) => r.row));
    if (table) group.style.setProperty("--columns", spec.columns);
    return [
      group,
      () => {
        const weights = get(), active = spec.count_from ? state()[spec.count_from] : weights.length;
        rows.forEach(({ input, shown, row }, i) => {
          row.hidden = i >= active;
          input.value = weights[i];
          input.setAttribute("aria-valuetext", `weight ${weights[i]}`);
          shown.textContent = weights[i];
        });
      },
    ];
  },

  counts(spec, get, set, state) {
    const put = (i, count) => {
      const counts = [...get()];
      counts[i] = Math.min(spec.maximum, Math.max(0, count));
      set(counts);
    };
    const rows = spec.outcomes.map((outcome, i) => {
      const id = newId();
      const box = element("input", { type: "number", id, min: 0, max: spec.maximum, step: 1 });
      const fewer = element("button", { type: "button", "aria-label": `${outcome}: one fewer` }, "−");
      const more = element("button", { type: "button", "aria-label": `${outcome}: one more` }, "+");
      fewer.addEventListener("click", () => put(i, get()[i] - 1));
      more.addEventListener("click", () => put(i, get()[i] + 1));
      const take = () => {
        const count = box.valueAsNumber;
        if (Number.isInteger(count) && count >= 0 && count <= spec.maximum) put(i, count);
        else {
          box.setCustomValidity(`Type a whole number from 0 to ${spec.maximum}.`);
          box.reportValidity();
        }
      };
      box.addEventListener("input", () => box.setCustomValidity(""));
      box.addEventListener("change", take);
      // Enter alone makes no change in the eyes of the browser before the box is left.
      box.addEventListener("keydown", (event) => { if (event.key === "Enter") take(); });
      return { box, row: element("div", { class: "course-row" },
        element("label", { for: id }, outcome), fewer, box, more) };
    });
    const group = element("fieldset", { class: "course-weights course-counts" },
      element("legend", {}, spec.label), ...rows.map((r) => r.row));
    const [governor, value] = spec.shown_while;
    return [
      group,
      () => {
        group.hidden = governor !== "" && state()[governor] !== value;
        rows.forEach(({ box }, i) => { if (document.activeElement !== box) box.value = get()[i]; });
      },
    ];
  },

  text(spec, get, set) {
    const id = newId();
    const box = element("textarea", { id, rows: spec.rows });
    box.addEventListener("change", () => set(box.value));
    return [
      element("div", { class: "course-row course-text" }, element("label", { for: id }, spec.label), box),
      () => { if (document.activeElement !== box) box.value = get(); },
    ];
  },

  steps(spec, get, set) {
    const id = newId(), last = spec.titles.length;
    const counter = element("span", { class: "course-counter" });
    const input = slider(id, last, (place) => { pause(); set(place + 1); });
    const play = element("button", { type: "button" });
    let timer = null;
    const paint = () => { play.textContent = timer ? "❚❚ Pause" : "▶ Play"; };
    const pause = () => { clearInterval(timer); timer = null; paint(); };
    const start = () => {
      if (get() >= last) set(1);
      timer = setInterval(() => {
        if (!input.isConnected || get() >= last) pause();
        else set(get() + 1);
      }, spec.seconds * 1000);
      paint();
    };
    const toggle = () => (timer ? pause() : start());
    play.addEventListener("click", toggle);
    // On the slider itself the arrow keys step natively; Space plays and pauses.
    input.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); toggle(); }
    });
    const back = element("button", { type: "button", "aria-label": "previous step" }, "◀");
    const next = element("button", { type: "button", "aria-label": "next step" }, "▶▎");
    back.addEventListener("click", () => { pause(); set(Math.max(1, get() - 1)); });
    next.addEventListener("click", () => { pause(); set(Math.min(last, get() + 1)); });
    paint();
    return [
      element("div", { class: "course-row course-steps" }, play, back, next,
        element("label", { for: id }, spec.label), input, counter),
      () => {
        const step = get(), text = `step ${step} / ${last}`;
        input.value = step - 1;
        input.setAttribute("aria-valuetext", `${text}: ${spec.titles[step - 1]}`);
        counter.textContent = text;
      },
    ];
  },
};

function render({ model, el }) {
  const state = () => model.get("state");
  const latest = (name) => model.get("controls").find((spec) => spec.name === name);
  const change = (values) => {
    const next = { ...state() };
    for (const { name, governor } of model.get("controls")) if (governor in values) delete next[name];
    model.set("state", { ...next, ...values });
    model.save_changes();
  };

  const painters = [];
  const buttons = element("div", { class: "course-buttons" });
  const rows = element("div", { class: "course-controls" });
  for (const spec of model.get("controls")) {
    if (spec.kind === "preset" || spec.kind === "action") {
      const button = element("button", { type: "button", "data-kind": spec.kind }, spec.label);
      button.addEventListener("click", () => {
        if (spec.kind === "preset") change(spec.sets);
        else model.send({ action: spec.name });
      });
      buttons.append(button);
      continue;
    }
    const [node, paint] = builders[spec.kind](
      spec, () => state()[spec.name], (value) => change({ [spec.name]: value }), state,
      () => latest(spec.name));
    rows.append(node);
    painters.push(paint);
  }

  const readout = element("p", { class: "course-readout" });
  const status = element("div", { class: "course-spoken", role: "status" });
  const image = element("img", { class: "course-picture", hidden: true, alt: "" });
  el.append(element("div", {
    class: "course-widget", role: "group", "aria-label": model.get("title"),
  }, rows, buttons, readout, status, image));
  if (!buttons.childElementCount) buttons.remove();

  let rest = null;
  const speak = () => {
    clearTimeout(rest);
    rest = setTimeout(() => { status.textContent = model.get("sentence"); }, REST_MS);
  };
  rows.addEventListener("change", () => {
    clearTimeout(rest);
    rest = setTimeout(() => { status.textContent = model.get("sentence"); }, 60); // the answer is on its way
  });

  const paintControls = () => painters.forEach((paint) => paint());
  const paintSentence = () => {
    readout.textContent = model.get("sentence");
    readout.dataset.tone = model.get("tone");
    readout.hidden = !model.get("sentence");
    speak();
  };
  const paintPicture = () => {
    const bytes = model.get("picture");
    image.hidden = !(bytes && bytes.byteLength);
    if (image.hidden) return;
    image.alt = model.get("alt");
    image.style.width = `${model.get("width")}px`;
    image.src = address(bytes);
  };
  // A picture with as many pixels as the screen shows is the sharpest, and none is drawn in vain.
  const matchScreen = () => {
    if (image.hidden || model.get("pixel_ratio") === window.devicePixelRatio) return;
    model.set("pixel_ratio", window.devicePixelRatio);
    model.save_changes();
  };
  paintControls();
  paintSentence();
  paintPicture();
  matchScreen();
  window.addEventListener("resize", matchScreen); // also told of a change of zoom

  const watched = [
    ["change:state change:controls", paintControls],
    ["change:sentence change:tone", paintSentence],
    ["change:picture", paintPicture],
    ["change:alt", () => { image.alt = model.get("alt"); }],
  ];
  for (const [events, paint] of watched) model.on(events, paint);
  return () => {
    for (const [events, paint] of watched) model.off(events, paint);
    window.removeEventListener("resize", matchScreen);
    clearTimeout(rest);
  };
}

export default { render };
