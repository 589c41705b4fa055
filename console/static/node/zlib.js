// Inflating by the browser, which refuses what follows the end of a stream.
"use strict";

class Inflate {
  bytesWritten = 0;

  destroy() {}

  async *of(part) {
    const stream = part.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (let read = await stream.read(); !read.done; read = await stream.read()) {
      yield Buffer.from(read.value);
    }
    this.bytesWritten = part.size;
  }
}

export default { createInflateRaw: () => new Inflate() };
