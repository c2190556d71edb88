// A table or formula wider than the window scrolls on its own, and takes the focus, so that arrow keys move it.
function framed(table) {
  const frame = document.createElement("div");
  Object.assign(frame, { role: "group", ariaLabel: "Table" });
  table.replaceWith(frame);
  frame.append(table);
  return frame;
}

function scroll(part, needed) {
  part.classList.toggle("wide", needed);
  if (needed) part.tabIndex = 0;
  else part.removeAttribute("tabindex");
}

async function begin() {
  await window.MathJax?.startup?.promise;
  const tables = [...document.querySelectorAll("table")].map(framed);
  const formulas = [...document.querySelectorAll("mjx-container")].filter((formula) => !formula.closest("table"));
  const settle = () => {
    for (const frame of tables) scroll(frame, frame.firstChild.offsetWidth > frame.clientWidth);
    for (const formula of formulas) {
      const room = formula.parentElement.closest("p, li, blockquote, summary, div").clientWidth;
      scroll(formula, formula.firstChild.getBoundingClientRect().width > room);
    }
  };
  settle();
  window.addEventListener("resize", settle);
  document.addEventListener("toggle", settle, true); // what is folded has no width
}

window.addEventListener("load", begin);
