"use strict";
// The card beside the map: the selected firm, or the pairs with the highest scores.

{
  const PAIRS = 7;
  const card = document.getElementById("card");

  const link = (firm) =>
    report.element("button", {
      type: "button",
      textContent: report.tickers[firm],
      title: `${report.names[firm]}, ${report.sectorOf(firm).name}`,
      onclick: () => report.selectFirm(firm),
    });

  const meter = (score) => {
    const bar = report.element("i");
    bar.style.width = `${100 * Math.max(0, score)}%`;
    return report.element("span", { className: "meter" }, bar);
  };

  const value = (score) => report.element("span", { textContent: report.scoreText(score) });

  const describe = (firm) => {
    const peers = report
      .peersOf(firm)
      .map(({ firm: peer, score }) =>
        report.element("li", {}, report.swatch(peer), link(peer), meter(score), value(score)),
      );
    return [
      report.element("h3", { textContent: report.tickers[firm] }),
      report.element("p", { textContent: report.names[firm] }),
      report.element("p", {}, report.swatch(firm), report.sectorOf(firm).name),
      report.element("p", { textContent: report.sizeText(firm) }),
      report.element("h4", { textContent: "Nearest peers" }),
      report.element("ol", {}, ...peers),
      report.element("button", {
        type: "button",
        textContent: "Show all firms",
        onclick: () => report.selectFirm(null),
      }),
    ];
  };

  // Pairs of a firm and one of its listed peers, each once and with a positive score, highest first.
  const pairs = () => {
    const found = new Map();
    report.tickers.forEach((_, firm) => {
      for (const { firm: peer, score } of report.peersOf(firm)) {
        const [one, other] = [Math.min(firm, peer), Math.max(firm, peer)];
        found.set(one * report.tickers.length + other, { one, other, score });
      }
    });
    return [...found.values()]
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score);
  };

  const list = (title, chosen) => {
    if (chosen.length === 0) return [];
    const items = chosen
      .slice(0, PAIRS)
      .map(({ one, other, score }) =>
        report.element(
          "li",
          {},
          report.swatch(one),
          link(one),
          report.swatch(other),
          link(other),
          value(score),
        ),
      );
    return [
      report.element("h4", { textContent: title }),
      report.element("ol", { className: "pairs" }, ...items),
    ];
  };

  const highest = () => {
    const all = pairs();
    const known = (firm) => report.sectorOf(firm).known;
    const across = all.filter(
      ({ one, other }) => known(one) && known(other) && report.sector[one] !== report.sector[other],
    );
    return [
      report.element("p", {
        textContent: "Click a firm, or type one above, to see its nearest peers.",
      }),
      ...list("Highest scores", all),
      ...list("Highest scores across sectors", across),
    ];
  };

  report.views.push(() => {
    card.replaceChildren(...(report.firm === null ? highest() : describe(report.firm)));
  });
}
