"use strict";
// Nearest peers of every firm: filtered, sorted, and drawn a page at a time.

{
  const PAGE = 40;
  const body = document.getElementById("peer-rows");
  const filter = document.getElementById("peer-filter");
  const more = document.getElementById("peer-more");
  const total = document.getElementById("peer-count");
  let limit = PAGE;
  let order = { by: "ticker", sign: 1 };

  const searched = report.tickers.map((ticker, firm) =>
    [ticker, report.names[firm], report.sectorOf(firm).name, report.industries[firm]]
      .join(" ").toLowerCase());

  // Peers of the same sector among those whose sector is known; null where that says nothing.
  const share = (firm) => {
    if (!report.sectorOf(firm).known) return null;
    const known = report.peersOf(firm).filter((peer) => report.sectorOf(peer.firm).known);
    const same = known.filter((peer) => report.sector[peer.firm] === report.sector[firm]);
    return known.length ? { same: same.length, known: known.length } : null;
  };

  const keys = {
    ticker: (firm) => report.tickers[firm],
    sector: (firm) => report.sectorOf(firm).name,
    share: (firm) => { const found = share(firm); return found ? found.same / found.known : -1; },
  };

  const chip = (firm, { firm: peer, score }) => {
    const sector = report.sectorOf(peer);
    const same = sector.known && report.sector[peer] === report.sector[firm];
    const node = report.element("span", { className: `chip ${same ? "same" : "other"}` },
      report.tickers[peer], report.element("small", { textContent: report.scoreText(score) }));
    node.style.setProperty("--chip", sector.colour);
    node.dataset.tip = `${report.tickers[peer]}  ${report.names[peer]}\n${sector.name}\n` +
      `score ${report.scoreText(score)}`;
    return node;
  };

  const row = (firm) => {
    const sector = report.sectorOf(firm);
    const swatch = report.element("span", { className: "swatch" });
    swatch.style.background = sector.colour;
    const found = share(firm);
    const name = report.element("th", { scope: "row" }, report.tickers[firm],
      report.element("small", { textContent: report.names[firm] }));
    return report.element("tr", {}, name,
      report.element("td", { className: "text" }, swatch, sector.name),
      report.element("td", { textContent: found ? `${found.same} of ${found.known}` : "\u2013" }),
      report.element("td", { className: "text" },
        ...report.peersOf(firm).map((peer) => chip(firm, peer))));
  };

  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const key = keys[order.by];
    const found = report.tickers.map((_, firm) => firm)
      .filter((firm) => searched[firm].includes(wanted))
      .map((firm) => [key(firm), firm])
      .sort(([a], [b]) => order.sign * (typeof a === "string" ? report.compare(a, b) : a - b))
      .map(([, firm]) => firm);
    body.replaceChildren(...found.slice(0, limit).map(row));
    total.textContent = `${found.length} of ${report.tickers.length} firms, by ${report.shown.title}`;
    more.hidden = found.length <= limit;
    more.textContent = `Show all ${found.length} firms`;
  };

  filter.addEventListener("input", () => { limit = PAGE; draw(); });
  more.addEventListener("click", () => { limit = Infinity; draw(); });
  report.headings([...document.querySelectorAll("[data-by]")], (heading, sign) => {
    order = { by: heading.dataset.by, sign };
    draw();
  });
  report.views.push(draw);
}
