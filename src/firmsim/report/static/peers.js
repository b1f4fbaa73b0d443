"use strict";
// Nearest peers of every firm: filtered, sorted, and shown a page at a time. The row of the selected
// firm comes first.

{
  const PAGE = 40;
  const body = document.getElementById("peer-rows");
  const filter = document.getElementById("peer-filter");
  const more = document.getElementById("peer-more");
  const total = document.getElementById("peer-count");
  let limit = PAGE;
  let order = { by: "ticker", sign: 1 };

  const texts = report.tickers.map((ticker, firm) =>
    [ticker, report.names[firm], report.sectorOf(firm).name, report.industries[firm]]
      .join(" ")
      .toLowerCase(),
  );

  // Peers of the same sector among those whose sector is known; null where there are none.
  const share = (firm) => {
    if (!report.sectorOf(firm).known) return null;
    const known = report.peersOf(firm).filter((peer) => report.sectorOf(peer.firm).known);
    const same = known.filter((peer) => report.sector[peer.firm] === report.sector[firm]);
    return known.length > 0 ? { same: same.length, known: known.length } : null;
  };

  const keys = {
    ticker: (firm) => report.tickers[firm],
    sector: (firm) => report.sectorOf(firm).name,
    share: (firm) => {
      const found = share(firm);
      return found ? found.same / found.known : -1;
    },
  };

  const chip = (firm, { firm: peer, score }) => {
    const sector = report.sectorOf(peer);
    const same = sector.known && report.sector[peer] === report.sector[firm];
    const value = report.scoreText(score);
    const node = report.element(
      "span",
      { className: `chip ${same ? "same" : "other"}` },
      report.tickers[peer],
      report.element("small", { textContent: value }),
    );
    node.style.setProperty("--chip", sector.colour);
    node.dataset.firm = peer;
    node.dataset.tip = `${report.tickers[peer]}  ${report.names[peer]}\n${sector.name}\nscore ${value}`;
    return node;
  };

  const row = (firm) => {
    const found = share(firm);
    const ticker = report.element("button", {
      type: "button",
      textContent: report.tickers[firm],
    });
    ticker.dataset.firm = firm;
    return report.element(
      "tr",
      { className: firm === report.firm ? "selected" : "" },
      report.element(
        "th",
        { scope: "row" },
        ticker,
        report.element("small", { textContent: report.names[firm] }),
      ),
      report.element("td", { className: "text" }, report.swatch(firm), report.sectorOf(firm).name),
      report.element("td", { textContent: found ? `${found.same} of ${found.known}` : "\u2013" }),
      report.element(
        "td",
        { className: "text" },
        ...report.peersOf(firm).map((peer) => chip(firm, peer)),
      ),
    );
  };

  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const key = keys[order.by];
    const found = texts
      .flatMap((text, firm) => (text.includes(wanted) ? [[key(firm), firm]] : []))
      .toSorted(([a], [b]) => order.sign * (typeof a === "string" ? report.compare(a, b) : a - b))
      .map(([, firm]) => firm);
    const selected = report.firm === null ? [] : [report.firm];
    const others = found.filter((firm) => firm !== report.firm);
    body.replaceChildren(...selected.concat(others.slice(0, limit)).map(row));
    total.textContent = `${found.length} of ${texts.length} firms, by ${report.method.title}`;
    more.hidden = others.length <= limit;
    more.textContent = `Show all ${found.length} firms`;
  };

  filter.addEventListener("input", () => {
    limit = PAGE;
    draw();
  });
  more.addEventListener("click", () => {
    limit = Infinity;
    draw();
  });
  body.addEventListener("click", (event) => {
    const firm = event.target.closest("[data-firm]")?.dataset.firm;
    if (firm === undefined) return;
    report.selectFirm(Number(firm));
    body.firstElementChild?.scrollIntoView({ block: "nearest" });
  });
  report.headings([...document.querySelectorAll("[data-by]")], (heading, sign) => {
    order = { by: heading.dataset.by, sign };
    draw();
  });
  report.views.push(draw);
}
