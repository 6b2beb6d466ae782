// One WebSocket to /v1/live for the whole page: subscribes, starts again with growing pauses when it
// breaks, and goes on from the last number it saw. Cookies say who we are.
type Hearer = (data: Record<string, unknown>) => void;
interface Message { topic?: string; seq?: number; data?: Record<string, unknown>; error?: string }

const firstPause = 1_000;
const longestPause = 60_000;

const hearers = new Map<string, Hearer>();
const seen = new Map<string, number>();
let socket: WebSocket | undefined;
let pause = firstPause;

function ask(topic: string): void {
  socket?.send(JSON.stringify({ subscribe: topic, since: seen.get(topic) }));
}

function hear(text: string): void {
  const message = JSON.parse(text) as Message;
  if (!message.topic || !message.data) return;
  pause = firstPause;
  if (message.seq !== undefined) seen.set(message.topic, message.seq);
  hearers.get(message.topic)?.(message.data);
}

function connect(): void {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/v1/live`);
  socket.onopen = () => hearers.forEach((_, topic) => ask(topic));
  socket.onmessage = (event) => hear(String(event.data));
  socket.onclose = () => {
    socket = undefined;
    // Spread out, so that a restarted shop is not met by everybody at once.
    setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, longestPause);
  };
}

/** Calls `heard` with each new state of "sku:…" or "order:…". */
export function follow(topic: string, heard: Hearer): void {
  hearers.set(topic, heard);
  if (socket?.readyState === WebSocket.OPEN) ask(topic);
  else if (!socket) connect();
}
