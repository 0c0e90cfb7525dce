// The charts of the completion page. Beside each stands a table that says the same.
(function () {
  "use strict";

  const source = document.getElementById("charts");
  if (!source || !window.echarts) {
    return;
  }
  const data = JSON.parse(source.textContent);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const ink = colour("--ink");
  // In the order of the lights: on track, due soon, overdue, closed, without a date.
  const LIGHTS = ["#4ea377", "#d99a1c", "#cf4a43", "#5b9bc8", "#b4bfca"];
  const shorten = (text) => (text.length > 9 ? text.slice(0, 9) + "…" : text);
  const whole = { type: "value", minInterval: 1, axisLabel: { color: ink } };

  function readTable(place) {
    const table = place.parentElement.querySelector("table");
    const words = (row) => Array.from(row.cells, (cell) => cell.textContent.trim());
    return {
      names: words(table.tHead.rows[0]).slice(1),
      rows: Array.from(table.tBodies[0].rows, words).map((row) => ({
        label: row[0],
        counts: row.slice(1).map(Number),
      })),
    };
  }

  function lights(found, place) {
    const rows = found.rows.slice().reverse();
    place.style.height = Math.max(200, 70 + rows.length * 26) + "px";
    return {
      legend: { top: 0, textStyle: { color: ink } },
      grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
      xAxis: whole,
      yAxis: {
        type: "category",
        data: rows.map((row) => row.label),
        axisTick: { show: false },
        axisLabel: { color: ink, formatter: shorten },
      },
      series: found.names.map((name, light) => ({
        type: "bar",
        stack: "lights",
        name: name,
        barMaxWidth: 16,
        itemStyle: { color: LIGHTS[light] },
        data: rows.map((row) => row.counts[light] || null),
      })),
    };
  }

  function trend(found) {
    const line = (name, numbers, look) => ({ type: "line", name: name, data: numbers, ...look });
    return {
      legend: { top: 0, textStyle: { color: ink } },
      grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: found.months, axisLabel: { color: ink } },
      yAxis: whole,
      series: [
        line(found.names[0], found.due, {
          step: "end",
          symbol: "none",
          lineStyle: { type: "dashed", color: "#6b7887" },
          itemStyle: { color: "#6b7887" },
        }),
        line(found.names[1], found.closed, {
          lineStyle: { color: colour("--accent"), width: 3 },
          itemStyle: { color: colour("--accent") },
        }),
      ],
    };
  }

  function days(found, place) {
    const years = Array.from(new Set(found.days.map((one) => one[0].slice(0, 4))));
    place.style.height = 50 + years.length * 150 + "px";
    const narrow = place.clientWidth < 500;
    const months = found.months.map((name, month) => (narrow ? String(month + 1) : name));
    const most = Math.max(...found.days.map((one) => one[1]));
    return {
      visualMap: {
        min: 0,
        max: most,
        show: false,
        inRange: { color: ["#cfe1ee", colour("--accent-deep")] },
      },
      calendar: years.map((year, row) => ({
        range: year,
        top: 30 + row * 150,
        left: 50,
        right: 10,
        cellSize: ["auto", 13],
        itemStyle: { borderColor: colour("--line"), color: "#fff" },
        splitLine: { lineStyle: { color: "#8a97a5" } },
        dayLabel: { show: false },
        monthLabel: { nameMap: months, color: ink },
        yearLabel: { color: ink, fontSize: 14 },
      })),
      series: years.map((year, row) => ({
        type: "heatmap",
        coordinateSystem: "calendar",
        calendarIndex: row,
        name: found.name,
        data: found.days.filter((one) => one[0].startsWith(year)),
      })),
    };
  }

  const empty = {
    lights: (found) => found.rows.length === 0,
    trend: (found) => found.months.length === 0,
    days: (found) => found.days.length === 0,
  };

  function save(chart, name) {
    const link = document.createElement("a");
    link.href = chart.getDataURL({ pixelRatio: 2, backgroundColor: "#fff" });
    link.download = document.title + " " + name + ".png";
    link.click();
  }

  Object.entries({ lights, trend, days }).forEach(([name, option]) => {
    const place = document.querySelector(`[data-chart="${name}"]`);
    const found = name === "lights" ? readTable(place) : data[name];
    if (empty[name](found)) {
      place.hidden = true;
      return;
    }
    const drawn = option(found, place);
    const chart = window.echarts.init(place);
    const font = getComputedStyle(document.body).fontFamily;
    chart.setOption({ animation: false, textStyle: { fontFamily: font }, ...drawn });
    const button = document.querySelector(`[data-picture="${name}"]`);
    button.hidden = false;
    button.addEventListener("click", () => {
      save(chart, button.closest("section").querySelector("h2").textContent);
    });
    window.addEventListener("resize", () => chart.resize());
  });
})();
