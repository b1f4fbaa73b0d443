"use strict";
// The card beside the map: the firm that is selected, or the most alike pairs of all.

{
  const PAIRS = 7;
  const card = document.getElementById("card");

  const swatch = (firm) => {
    const sector = report.sectorOf(firm);
    const node = report.element("span", { className: "swatch", title: sector.name });
    node.style.background = sector.colour;
    return node;
  };

  const link = (firm) => {
    const node = report.element("button", { type: "button", textContent: report.tickers[firm],
      title: `${report.names[firm]}, ${report.sectorOf(firm).name}` });
    node.addEventListener("click", () => report.selectFirm(firm));
    return node;
  };

  const meter = (score) => {
    const bar = report.element("i");
    bar.style.width = `${100 * Math.max(0, score)}%`;
    return report.element("span", { className: "meter" }, bar);
  };

  const value = (score) => report.element("span", { textContent: report.scoreText(score) });

  const describe = (firm) => {
    const peers = report.peersOf(firm).map(({ firm: peer, score }) =>
      report.element("li", {}, swatch(peer), link(peer), meter(score), value(score)));
    const clear = report.element("button", { type: "button", textContent: "Show all firms" });
    clear.addEventListener("click", () => report.selectFirm(null));
    return [
      report.element("h3", { textContent: report.tickers[firm] }),
      report.element("p", { textContent: report.names[firm] }),
      report.element("p", {}, swatch(firm), report.sectorOf(firm).name),
      report.element("p", { textContent: report.sizeText(firm) }),
      report.element("h4", { textContent: "Nearest peers" }),
      report.element("ol", {}, ...peers), clear];
  };

  // Every pair with a positive score of which one is a listed peer of the other, highest first.
  const pairs = () => {
    const found = new Map();
    report.tickers.forEach((_, firm) => {
      for (const { firm: peer, score } of report.peersOf(firm)) {
        found.set(Math.min(firm, peer) * report.tickers.length + Math.max(firm, peer),
          { one: Math.min(firm, peer), other: Math.max(firm, peer), score });
      }
    });
    return [...found.values()].filter((pair) => pair.score > 0).sort((a, b) => b.score - a.score);
  };

  const alike = () => {
    const all = pairs();
    const known = (firm) => report.sectorOf(firm).known;
    const across = all.filter(({ one, other }) =>
      known(one) && known(other) && report.sector[one] !== report.sector[other]);
    const list = (title, chosen) => chosen.length === 0 ? [] : [
      report.element("h4", { textContent: title }),
      report.element("ol", { className: "pairs" }, ...chosen.slice(0, PAIRS).map((pair) =>
        report.element("li", {}, swatch(pair.one), link(pair.one), swatch(pair.other),
          link(pair.other), value(pair.score))))];
    return [
      report.element("p", { textContent: "Click a firm, or type one above, to see its nearest peers." }),
      ...list("Most alike of all", all), ...list("Most alike across sectors", across)];
  };

  report.views.push(() => {
    card.replaceChildren(...(report.firm === null ? alike() : describe(report.firm)));
  });
}
