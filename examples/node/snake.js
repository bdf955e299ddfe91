// Snake: the arrow keys turn it, Escape ends. framecast run -- node snake.js

import { Canvas } from "./framecast.js";

const [CELL, COLUMNS, ROWS, STEP] = [16, 20, 15, 140];
const [WIDTH, HEIGHT] = [CELL * COLUMNS, CELL * ROWS];
const TURNS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const canvas = new Canvas("Snake", { size: [WIDTH, HEIGHT] });
const pixels = new Uint32Array(WIDTH * HEIGHT);
let [snake, heading, food] = [[[5, 7], [4, 7], [3, 7]], [0, 0], [14, 7]];

function cell([column, row], color) {
  for (let y = row * CELL + 1; y < row * CELL + CELL - 1; y += 1) {
    pixels.fill(color, y * WIDTH + column * CELL + 1, y * WIDTH + column * CELL + CELL - 1);
  }
}

function draw() {
  pixels.fill(0xff30241c); // 0xAABBGGRR
  cell(food, 0xff4040ff);
  for (const part of snake) cell(part, 0xff60d060);
  canvas.present(new Uint8Array(pixels.buffer), WIDTH, HEIGHT);
}

function step() {
  if (heading.every((part) => part === 0)) return;
  const head = [(snake[0][0] + heading[0] + COLUMNS) % COLUMNS, (snake[0][1] + heading[1] + ROWS) % ROWS];
  const isThere = ([column, row]) => column === head[0] && row === head[1];
  if (snake.some(isThere)) snake = snake.slice(0, 3);
  snake.unshift(head);
  if (!isThere(food)) snake.pop();
  else food = [(food[0] * 7 + 3) % COLUMNS, (food[1] * 5 + 4) % ROWS];
  canvas.title(`Snake: ${snake.length - 3}`);
  if (canvas.wanted) draw();
}

const clock = setInterval(step, STEP);
for await (const event of canvas) {
  if (event.type === "draw") draw();
  if (event.type === "key_down" && event.key in TURNS) heading = TURNS[event.key];
  if (event.type === "key_down" && event.key === "Escape") canvas.close();
}
clearInterval(clock);
