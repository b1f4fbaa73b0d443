"use strict";
// The score matrix in dendrogram order, with the tree above it and sector strips beside it.

{
  const plot = document.getElementById("matrix-plot");
  const count = report.tickers.length;
  let drawn = null;
  let drawnTheme = null;
  let rows = [];

  // Upper triangle, row by row, to a full matrix of scores.
  const unpack = (cells, side) => {
    const bytes = report.u1(cells);
    const matrix = Array.from({ length: side }, () => new Float32Array(side));
    for (let row = 0, at = 0; row < side; row++) {
      for (let column = row; column < side; column++) {
        matrix[row][column] = matrix[column][row] = (bytes[at++] - 127) / 127;
      }
    }
    return matrix;
  };

  // One path through all merges; x in cells, y = 1 - score.
  const tree = (matrix) => {
    const [merges, heights] = [report.u2(matrix.merges), report.u2(matrix.heights)];
    const at = new Float32Array(2 * count - 1);
    const up = new Float32Array(2 * count - 1);
    report.u2(matrix.leaves).forEach((firm, place) => {
      at[firm] = (place + 0.5) / matrix.block - 0.5;
    });
    const [x, y] = [[], []];
    for (let step = 0; step < count - 1; step++) {
      const ends = [merges[2 * step], merges[2 * step + 1]];
      const [left, right] = at[ends[0]] <= at[ends[1]] ? ends : ends.reverse();
      const height = heights[step] / 30000;
      x.push(at[left], at[left], at[right], at[right], null);
      y.push(up[left], height, height, up[right], null);
      at[count + step] = (at[left] + at[right]) / 2;
      up[count + step] = height;
    }
    return { x, y };
  };

  const draw = () => {
    const theme = report.theme();
    const matrix = report.shown.matrix;
    const side = Math.ceil(count / matrix.block);
    const leaves = [...report.u2(matrix.leaves)];
    rows = Array.from({ length: side }, (_, row) =>
      leaves.slice(row * matrix.block, (row + 1) * matrix.block));

    const sectors = leaves.map((firm) => report.sector[firm]);
    const steps = report.sectors.length;
    const colours = report.sectors.flatMap((sector, index) =>
      [[index / steps, sector.colour], [(index + 1) / steps, sector.colour]]);
    const strip = { type: "heatmap", colorscale: colours, zmin: -0.5, zmax: steps - 0.5,
      showscale: false, hovertemplate: "%{text}<extra></extra>" };
    const titles = leaves.map((firm) =>
      `<b>${report.plain(report.tickers[firm])}</b> ${report.plain(report.sectorOf(firm).name)}`);
    const places = leaves.map((_, place) => (place + 0.5) / matrix.block - 0.5);

    const traces = [
      { type: "heatmap", z: unpack(matrix.cells, side), colorscale: "Viridis",
        zmin: matrix.low, zmax: matrix.high, x0: 0, dx: 1, y0: 0, dy: 1,
        hoverinfo: "none", colorbar: { title: { text: "score" }, thickness: 10, len: 0.4, y: 0.02,
          yanchor: "bottom", outlinewidth: 0, tickformat: ".2~f" }, showscale: !report.narrow() },
      { ...strip, x: places, y: [0], z: [sectors], text: [titles], xaxis: "x", yaxis: "y2" },
      { ...strip, x: [0], y: places, z: sectors.map((sector) => [sector]),
        text: titles.map((title) => [title]), xaxis: "x2", yaxis: "y" },
      { type: "scatter", mode: "lines", ...tree(matrix), line: { color: theme.soft, width: 1 },
        hoverinfo: "skip", yaxis: "y3", showlegend: false },
    ];
    const bare = { showgrid: false, zeroline: false, showticklabels: false, ticks: "" };
    const full = [-0.5, side - 0.5];
    Plotly.react(plot, traces, report.layout({
      uirevision: report.shown.name, margin: { l: 54, r: 10, t: 12, b: 54 }, hovermode: "closest",
      xaxis: { ...bare, domain: [0.025, 1], range: full, fixedrange: report.touch, anchor: "y" },
      yaxis: { ...bare, domain: [0, 0.8], range: [...full].reverse(), fixedrange: report.touch,
        anchor: "free", position: 0 },
      xaxis2: { ...bare, domain: [0, 0.02], fixedrange: true, anchor: "y" },
      yaxis2: { ...bare, domain: [0.805, 0.825], fixedrange: true, anchor: "x" },
      yaxis3: { ...bare, domain: [0.835, 1], rangemode: "tozero", fixedrange: true, anchor: "x" },
    }), report.options);
    tickers();
  };

  // Tickers stand on the axes once they have room.
  const tickers = () => {
    const update = {};
    let changed = false;
    for (const axis of ["xaxis", "yaxis"]) {
      const range = plot.layout[axis].range.map(Number).sort((a, b) => a - b);
      const few = range[1] - range[0] <= 70 && report.shown.matrix.block === 1;
      if (few === plot.layout[axis].showticklabels) continue;
      changed = true;
      Object.assign(update, { [`${axis}.showticklabels`]: few, [`${axis}.tickmode`]: "array",
        [`${axis}.tickfont.size`]: 10, [`${axis}.tickvals`]: rows.map((_, row) => row),
        [`${axis}.ticktext`]: rows.map((row) => report.plain(report.tickers[row[0]])) });
    }
    if (changed) Plotly.relayout(plot, update);
  };

  // A label of two firms and their score, made when it is needed: there are too many pairs to store.
  const hover = (event) => {
    const point = event.points[0];
    if (point.curveNumber !== 0) return;
    const tip = document.getElementById("tip");
    const name = (row) => rows[row].length === 1
      ? `${report.tickers[rows[row][0]]}  ${report.names[rows[row][0]]} (${report.sectorOf(rows[row][0]).name})`
      : `${report.tickers[rows[row][0]]} \u2026 ${report.tickers[rows[row].at(-1)]} (mean of ${rows[row].length} firms)`;
    tip.textContent = `${name(point.y)}\n${name(point.x)}\nscore ${report.scoreText(point.z)}`;
    tip.hidden = false;
    const { clientX, clientY } = event.event;
    tip.style.left = `${Math.min(clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
  };

  let listening = false;
  report.views.push(() => {
    if (drawn === report.shown && drawnTheme === report.theme().card) return;
    drawn = report.shown;
    drawnTheme = report.theme().card;
    draw();
    if (listening) return;
    listening = true;
    plot.on("plotly_relayout", tickers);
    plot.on("plotly_hover", hover);
    plot.on("plotly_unhover", () => { document.getElementById("tip").hidden = true; });
  });
}
