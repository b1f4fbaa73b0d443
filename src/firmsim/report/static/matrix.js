"use strict";
// The score matrix in the order of a dendrogram, which is above it; strips beside it are the sectors.

{
  const LABELLED = 70; // rows that have room for a ticker
  const plot = document.getElementById("matrix-plot");
  const count = report.tickers.length;
  let leaves = [];
  let rows = [];
  let drawn = null;

  // The full matrix from its upper triangle, which is stored row by row.
  const symmetric = (cells, side) => {
    const steps = report.unpack(cells, Uint8Array);
    const matrix = Array.from({ length: side }, () => new Float32Array(side));
    for (let row = 0, at = 0; row < side; row++) {
      for (let column = row; column < side; column++, at++) {
        matrix[row][column] = matrix[column][row] = (steps[at] - 127) / 127;
      }
    }
    return matrix;
  };

  // Row of the matrix at which a leaf is, as a number with a fraction where firms share rows.
  const rowOf = (leaf) => (leaf + 0.5) / report.method.matrix.block - 0.5;

  // One path through all merges of the dendrogram; y is 1 - score.
  const branches = ({ merges, heights }) => {
    const joined = report.unpack(merges, Uint16Array);
    const steps = report.unpack(heights, Uint16Array);
    const at = new Float32Array(2 * count - 1);
    const up = new Float32Array(2 * count - 1);
    leaves.forEach((firm, leaf) => {
      at[firm] = rowOf(leaf);
    });
    const [x, y] = [[], []];
    for (let step = 0; step < count - 1; step++) {
      const ends = [joined[2 * step], joined[2 * step + 1]];
      const [left, right] = at[ends[0]] <= at[ends[1]] ? ends : ends.toReversed();
      const height = steps[step] / 30000;
      x.push(at[left], at[left], at[right], at[right], null);
      y.push(up[left], height, height, up[right], null);
      at[count + step] = (at[left] + at[right]) / 2;
      up[count + step] = height;
    }
    return { x, y };
  };

  // Two strips of sectors, above and beside the matrix.
  const strips = () => {
    const sectors = leaves.map((firm) => report.sector[firm]);
    const steps = report.sectors.length;
    const titles = leaves.map(
      (firm) =>
        `<b>${report.escape(report.tickers[firm])}</b> ${report.escape(report.sectorOf(firm).name)}`,
    );
    const places = leaves.map((_, leaf) => rowOf(leaf));
    const strip = {
      type: "heatmap",
      colorscale: report.sectors.flatMap((sector, index) => [
        [index / steps, sector.colour],
        [(index + 1) / steps, sector.colour],
      ]),
      zmin: -0.5,
      zmax: steps - 0.5,
      showscale: false,
      hovertemplate: "%{text}<extra></extra>",
    };
    const column = (values) => values.map((value) => [value]);
    return [
      { ...strip, x: places, y: [0], z: [sectors], text: [titles], xaxis: "x", yaxis: "y2" },
      {
        ...strip,
        x: [0],
        y: places,
        z: column(sectors),
        text: column(titles),
        xaxis: "x2",
        yaxis: "y",
      },
    ];
  };

  const traces = (matrix, side) => [
    {
      type: "heatmap",
      z: symmetric(matrix.cells, side),
      colorscale: "Viridis",
      zmin: matrix.low,
      zmax: matrix.high,
      x0: 0,
      dx: 1,
      y0: 0,
      dy: 1,
      hoverinfo: "none",
      showscale: !report.narrow(),
      colorbar: {
        title: { text: "score" },
        thickness: 10,
        len: 0.4,
        y: 0.02,
        yanchor: "bottom",
        outlinewidth: 0,
        tickformat: ".2f",
      },
    },
    ...strips(),
    {
      type: "scatter",
      mode: "lines",
      ...branches(matrix),
      line: { color: report.colour("soft"), width: 1 },
      hoverinfo: "skip",
      yaxis: "y3",
      showlegend: false,
    },
  ];

  // Frames around the row and the column of the selected firm.
  const frames = () => {
    if (report.firm === null) return [];
    const row = rows.findIndex((members) => members.includes(report.firm));
    const frame = { type: "rect", line: { color: "#ffffff", width: 1.5 } };
    const [low, high] = [row - 0.5, row + 0.5];
    const all = [-0.5, rows.length - 0.5];
    return [
      { ...frame, x0: all[0], x1: all[1], y0: low, y1: high },
      { ...frame, x0: low, x1: high, y0: all[0], y1: all[1] },
    ];
  };

  // Write tickers at an axis once they have room.
  const label = () => {
    const update = {};
    for (const axis of ["xaxis", "yaxis"]) {
      const [one, other] = plot.layout[axis].range;
      const few = Math.abs(other - one) <= LABELLED && report.method.matrix.block === 1;
      if (few === plot.layout[axis].showticklabels) continue;
      Object.assign(update, {
        [`${axis}.showticklabels`]: few,
        [`${axis}.tickmode`]: "array",
        [`${axis}.tickfont.size`]: 10,
        [`${axis}.tickvals`]: rows.map((_, row) => row),
        [`${axis}.ticktext`]: rows.map(([firm]) => report.escape(report.tickers[firm])),
      });
    }
    if (Object.keys(update).length > 0) Plotly.relayout(plot, update);
  };

  const draw = () => {
    const { matrix } = report.method;
    const side = Math.ceil(count / matrix.block);
    leaves = [...report.unpack(matrix.leaves, Uint16Array)];
    rows = Array.from({ length: side }, (_, row) =>
      leaves.slice(row * matrix.block, (row + 1) * matrix.block),
    );
    const bare = { showgrid: false, zeroline: false, showticklabels: false, ticks: "" };
    const all = { ...bare, fixedrange: report.touch };
    const fixed = { ...bare, fixedrange: true };
    const full = [-0.5, side - 0.5];
    const layout = {
      uirevision: report.method.name,
      margin: { l: 54, r: 10, t: 12, b: 54 },
      hovermode: "closest",
      shapes: frames(),
      xaxis: { ...all, domain: [0.025, 1], range: full, anchor: "y" },
      yaxis: {
        ...all,
        domain: [0, 0.8],
        range: full.toReversed(),
        anchor: "free",
        position: 0,
      },
      xaxis2: { ...fixed, domain: [0, 0.02], anchor: "y" },
      yaxis2: { ...fixed, domain: [0.805, 0.825], anchor: "x" },
      yaxis3: { ...fixed, domain: [0.835, 1], rangemode: "tozero", anchor: "x" },
    };
    Plotly.react(plot, traces(matrix, side), report.layout(layout), report.options);
    label();
  };

  const rowText = (members) => {
    const [first, last] = [members[0], members.at(-1)];
    return members.length === 1
      ? `${report.tickers[first]}  ${report.names[first]} (${report.sectorOf(first).name})`
      : `${report.tickers[first]} \u2026 ${report.tickers[last]} (mean of ${members.length} firms)`;
  };

  // The two firms of a cell and their score, written when needed: there are too many to store.
  const describe = ({ points: [point], event }) => {
    if (point.curveNumber !== 0) return;
    const score = `score ${report.scoreText(point.z)}`;
    const text = [rowText(rows[point.y]), rowText(rows[point.x]), score].join("\n");
    const { clientX, clientY } = event;
    report.showTip(text, { left: clientX + 14, top: clientY, bottom: clientY + 6 });
  };

  // A click selects the firm of a row of the matrix, or of a place in a strip.
  const select = ({ points: [point] }) => {
    const [row, column] = point.pointNumber;
    const members = [rows[row], [leaves[column]], [leaves[row]]][point.curveNumber];
    if (members?.length === 1) report.selectFirm(members[0]);
  };

  let listening = false;
  report.views.push(() => {
    const wanted = `${report.method.name} ${report.dark.matches}`;
    if (drawn === wanted) Plotly.relayout(plot, { shapes: frames() });
    else draw();
    drawn = wanted;
    if (listening) return;
    listening = true;
    plot.on("plotly_relayout", label);
    plot.on("plotly_hover", describe);
    plot.on("plotly_unhover", report.hideTip);
    plot.on("plotly_click", select);
  });
}
