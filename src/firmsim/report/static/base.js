"use strict";
// What the other scripts share: the data, unpacking, colours of the theme, tooltips, the selection.

const report = JSON.parse(document.getElementById("data").textContent);
report.shown = report.methods[0];
report.firm = null;
report.views = [];

report.bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
// The report's arrays are little-endian, as is every machine that runs a browser today.
report.u1 = (text) => new Uint8Array(report.bytes(text));
report.u2 = (text) => new Uint16Array(report.bytes(text));
report.i2 = (text) => new Int16Array(report.bytes(text));

// Plotly and innerHTML read markup; tickers and names are plain text.
report.plain = (text) =>
  String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

report.element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

report.sectorOf = (firm) => report.sectors[report.sector[firm]];

report.sizeText = (firm) => {
  const size = report.size[firm];
  if (size === null) return `${report.sizeKind}: not known`;
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  return `${report.sizeKind}: ${short.format(size)}`;
};

report.scoreText = (score) => score.toFixed(2).replace("-", "\u2212");

report.theme = () => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return { card: colour("card"), ink: colour("ink"), soft: colour("soft"), line: colour("line"),
    accent: colour("accent"), grey: colour("grey") };
};

// Plotly layout that every figure starts from. A label of one mark stands out from the page; a
// unified label, which covers much of the figure, does not.
report.layout = (more) => {
  const theme = report.theme();
  const font = getComputedStyle(document.body).fontFamily;
  const [back, front] =
    more.hovermode === "x unified" ? [theme.card, theme.ink] : [theme.ink, theme.card];
  return {
    paper_bgcolor: theme.card,
    plot_bgcolor: theme.card,
    dragmode: report.touch ? false : "zoom",
    font: { family: font, size: 13, color: theme.ink },
    hoverlabel: {
      bgcolor: back,
      bordercolor: theme.ink,
      align: "left",
      font: { family: font, size: 13, color: front },
    },
    ...more,
  };
};

report.dark = matchMedia("(prefers-color-scheme: dark)");
report.touch = matchMedia("(pointer: coarse)").matches;
report.narrow = () => innerWidth < 760;
report.options = { responsive: true, displaylogo: false, displayModeBar: report.touch ? false : "hover",
  modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]] };

report.redraw = () => report.views.forEach((view) => view());

report.selectMethod = (name) => {
  report.shown = report.methods.find((method) => method.name === name);
  report.redraw();
};

report.selectFirm = (firm) => {
  report.firm = firm;
  document.getElementById("firm").value = firm === null ? "" : report.tickers[firm];
  report.redraw();
};

// Peers of a firm by the method that is shown: [{firm, score}], nearest first.
report.peersOf = (firm) => {
  const peers = report.shown.peers;
  peers.places ??= report.u2(peers.firms);
  peers.values ??= report.i2(peers.scores);
  return Array.from({ length: peers.count }, (_, rank) => {
    const at = firm * peers.count + rank;
    return { firm: peers.places[at], score: peers.values[at] / 10000 };
  });
};

{
  const tip = document.getElementById("tip");
  const show = (event) => {
    const target = event.target.closest?.("[data-tip]");
    tip.hidden = !target;
    if (!target) return;
    tip.textContent = target.dataset.tip;
    const box = target.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left), innerWidth - tip.offsetWidth - 8);
    const below = box.bottom + 8 + tip.offsetHeight < innerHeight;
    tip.style.left = `${left}px`;
    tip.style.top = `${below ? box.bottom + 8 : box.top - 8 - tip.offsetHeight}px`;
  };
  for (const kind of ["mouseover", "focusin", "click"]) document.addEventListener(kind, show);
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
}
