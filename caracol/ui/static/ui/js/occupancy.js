// The picture of the homes: one stop of the Tab key, arrows between rooms and days, a card that
// says what the bar under the pointer, the finger or the focus is.
const NEXT = { ArrowRight: 1, ArrowLeft: -1 };
const LINE = { ArrowDown: 1, ArrowUp: -1 };

const titleOf = (bar) => {
  const title = bar.querySelector(":scope > title");
  if (title) {
    bar.setAttribute("aria-label", title.textContent);
    title.remove(); // the card replaces the browser's own
  }
  return bar.getAttribute("aria-label") ?? "";
};

const startTip = (figure) => {
  const tip = document.createElement("div");
  tip.className = "occ-tip";
  tip.hidden = true;
  figure.append(tip);
  const hide = () => {
    tip.hidden = true;
  };
  const show = (bar, hint = "") => {
    const [place, ...rest] = titleOf(bar).split(" : ");
    const facts = rest.join(" : ").split(" · ");
    const lines = [place, ...facts, hint].filter(Boolean).map((text, rank) => {
      const line = document.createElement(rank ? "span" : "strong");
      line.textContent = text.charAt(0).toUpperCase() + text.slice(1);
      return line;
    });
    tip.replaceChildren(...lines);
    tip.hidden = false;
    const box = bar.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const left = Math.min(Math.max(8, box.left), Math.max(8, wide - tip.offsetWidth - 8));
    const under = box.bottom + tip.offsetHeight + 12 < window.innerHeight;
    tip.style.left = `${left}px`;
    tip.style.top = `${under ? box.bottom + 6 : box.top - tip.offsetHeight - 6}px`;
  };
  return { show, hide };
};

const startFigure = (figure) => {
  const svg = figure.querySelector(".occ-svg");
  if (!svg) return;
  const tip = startTip(figure);
  const rows = [];
  for (const link of svg.querySelectorAll("a")) {
    if (link.matches(".occ-bar")) rows.at(-1).push(link);
    else rows.push([link]);
  }
  const all = rows.flat();
  const stop = (link) => {
    for (const other of all) other.setAttribute("tabindex", other === link ? "0" : "-1");
  };
  if (all.length) stop(all[0]);

  const beside = (from, row) => {
    const middle = (link) => {
      const box = link.getBoundingClientRect();
      return box.left + box.width / 2;
    };
    const far = (link) => Math.abs(middle(link) - middle(from));
    return row.reduce((best, link) => (far(link) < far(best) ? link : best), row[0]);
  };
  const target = (link, key) => {
    const rank = rows.findIndex((row) => row.includes(link));
    const row = rows[rank];
    if (key === "Home") return row[0];
    if (key === "End") return row.at(-1);
    if (key in NEXT) return row[row.indexOf(link) + NEXT[key]];
    const other = rows[rank + LINE[key]];
    return other && beside(link, other);
  };
  svg.addEventListener("keydown", (event) => {
    const link = event.target.closest("a");
    if (event.key === "Escape") tip.hide();
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.key in NEXT || event.key in LINE || event.key === "Home" || event.key === "End")) return;
    event.preventDefault();
    const next = target(link, event.key);
    if (!next) return;
    stop(next);
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
  svg.addEventListener("focusin", (event) => {
    const link = event.target.closest("a");
    stop(link);
    if (link.matches(".occ-bar") && link.matches(":focus-visible")) tip.show(link);
    else tip.hide();
  });
  svg.addEventListener("focusout", tip.hide);

  let finger = false;
  let shown = null;
  svg.addEventListener("pointerdown", (event) => {
    finger = event.pointerType !== "mouse";
  });
  svg.addEventListener("pointerover", (event) => {
    const bar = event.pointerType === "mouse" && event.target.closest(".occ-bar");
    if (bar) tip.show(bar);
  });
  svg.addEventListener("pointerout", (event) => {
    if (event.pointerType === "mouse") tip.hide();
  });
  svg.addEventListener("click", (event) => {
    const bar = event.target.closest(".occ-bar");
    if (!finger || !bar || bar === shown) return;
    event.preventDefault();
    shown = bar;
    tip.show(bar, "Touchez encore pour ouvrir.");
  });
  window.addEventListener("scroll", tip.hide, { passive: true });
};

export function startOccupancy(part) {
  for (const figure of part.querySelectorAll?.("[data-occupancy]") ?? []) startFigure(figure);
}
