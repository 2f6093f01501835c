import { Socket } from "node:net";

/**
 * A connection on which all that is said in one turn of the event loop goes in one write. Each write wakes PostgreSQL, which takes longer
 * than to say the next statement: what is sent together is to wake it once.
 */
export function oneWriteSocket(): Socket {
  const socket = new Socket();
  const write = socket.write.bind(socket) as (...said: unknown[]) => boolean;
  let isHeld = false;
  socket.write = (...said: unknown[]) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      process.nextTick(() => {
        isHeld = false;
        socket.uncork();
      });
    }
    return write(...said);
  };
  return socket;
}
