"use strict";
// The data of the run, and the method and the firm that the reader selected. Views share both: each
// adds a function to report.views, which is called whenever one of them changes.

const report = JSON.parse(document.getElementById("data").textContent);
report.method = report.methods[0];
report.firm = null;
report.views = [];

report.redraw = () => report.views.forEach((view) => view());

report.selectMethod = (name) => {
  report.method = report.methods.find((method) => method.name === name);
  report.redraw();
};

// Selecting the selected firm again takes the selection back.
report.selectFirm = (firm) => {
  report.firm = firm === report.firm ? null : firm;
  document.getElementById("firm").value = report.firm === null ? "" : report.tickers[report.firm];
  report.redraw();
};

// An array that Python wrote: its bytes in base64. They are little-endian, as are all machines that
// run a browser today.
report.unpack = (text, ArrayType) =>
  new ArrayType(Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)).buffer);

// Peers of a firm by the selected method: [{ firm, score }], nearest first.
report.peersOf = (firm) => {
  const { peers } = report.method;
  peers.unpackedFirms ??= report.unpack(peers.firms, Uint16Array);
  peers.unpackedScores ??= report.unpack(peers.scores, Int16Array);
  return Array.from({ length: peers.count }, (_, rank) => {
    const at = firm * peers.count + rank;
    return { firm: peers.unpackedFirms[at], score: peers.unpackedScores[at] / 10000 };
  });
};

report.sectorOf = (firm) => report.sectors[report.sector[firm]];

report.sizeText = (firm) => {
  const size = report.size[firm];
  if (size === null) return `${report.sizeKind}: unknown`;
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  return `${report.sizeKind}: ${short.format(size)}`;
};

report.scoreText = (score) => score.toFixed(2).replace("-", "\u2212");

// Plotly and innerHTML read markup; tickers and names are plain text.
report.escape = (text) =>
  String(text).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

report.element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

// A square in the colour of a firm's sector.
report.swatch = (firm) => {
  const sector = report.sectorOf(firm);
  const node = report.element("span", { className: "swatch", title: sector.name });
  node.style.background = sector.colour;
  return node;
};
