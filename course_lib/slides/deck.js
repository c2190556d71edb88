// Lay the slides out, then start reveal.js. Where it could not be loaded the page stays one to scroll.
const ROOM = { width: 1280, height: 720 };
const TYPE = [26, 24, 22]; // px; a slide that needs smaller type than this is divided instead
const SMALLEST = 18; // px, for a cell that fills more than a slide on its own

const tooTall = (slide) => slide.scrollHeight > slide.clientHeight;

function shrink(slide, sizes) {
  for (const size of sizes) {
    slide.style.fontSize = `${size}px`;
    if (!tooTall(slide)) return;
  }
}

// One cell that fills more than a slide: the words go beside a picture, or are left to its alt text.
function squeeze(slide) {
  if (slide.querySelector("figure img")) {
    slide.classList.add("beside");
    if (tooTall(slide)) slide.classList.add("wordless");
  } else {
    slide.classList.add("dense");
    shrink(slide, [20, SMALLEST]);
  }
}

// What does not fit goes, cell by cell, on a new slide below.
function divide(slide) {
  shrink(slide, TYPE);
  if (!tooTall(slide)) return [slide];
  if (slide.children.length === 1) {
    squeeze(slide);
    return [slide];
  }
  slide.style.fontSize = `${TYPE[1]}px`;
  const next = slide.cloneNode(false);
  next.removeAttribute("id");
  slide.after(next);
  while (tooTall(slide) && slide.children.length > 1) next.prepend(slide.lastElementChild);
  shrink(slide, TYPE);
  if (tooTall(slide)) squeeze(slide);
  next.firstElementChild.classList.remove("fragment"); // or the new slide would begin empty
  return [slide, ...divide(next)];
}

// A picture is never smaller than in the notebook, and takes what room is left.
function enlarge(slide) {
  const picture = slide.querySelector("figure img");
  if (!picture || tooTall(slide) || slide.classList.contains("beside")) return;
  const smallest = picture.clientWidth;
  for (let width = picture.parentElement.clientWidth; width > smallest; width -= 8) {
    picture.style.width = `${width}px`;
    if (!tooTall(slide)) return;
  }
  picture.style.width = `${smallest}px`;
}

async function begin() {
  await window.MathJax?.startup?.promise;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  if (!window.Reveal) return;
  const page = document.documentElement.classList;
  page.add("deck", "measured");
  for (const slide of document.querySelectorAll(".slides > section > section")) divide(slide).forEach(enlarge);
  page.remove("measured");
  await Reveal.initialize({
    ...ROOM,
    margin: 0,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "none",
    pdfSeparateFragments: false,
    // The space bar unfolds code and proofs where one of them has the focus.
    keyboardCondition: (event) => event.key !== " " || document.activeElement?.tagName !== "SUMMARY",
  });
}

window.addEventListener("load", begin);
