// Arrays as they come out of pages, chunks and the kernel: {shape, data}, data a typed array.

const FLOATS = { f4: Float32Array, f8: Float64Array };
const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

async function inflate(text) {
  if (!globalThis.DecompressionStream)
    throw new Error("This browser is too old to unpack the numbers of this figure (it lacks DecompressionStream); any of 2023 or later can.");
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The bytes of equal significance stand together; put each number's bytes side by side again.
function unshuffle(planes, width) {
  const count = planes.length / width;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < width; plane++) {
    const offset = plane * count;
    for (let k = 0; k < count; k++) bytes[k * width + plane] = planes[offset + k];
  }
  return bytes.buffer;
}

// A film's frames came as what is added to the bits of the frame before.
function sumFrames(bits, shape, count) {
  const film = sizeOf(shape);
  const frame = film / shape[0];
  for (let k = 0; k < count * film; k++) if (k % film >= frame) bits[k] += bits[k - frame];
}

// Inverse of encode() in encoding.py: a list with one {name: {shape, data}} per state.
async function decode(encoded) {
  const payload = await inflate(encoded.payload);
  const states = Array.from({ length: encoded.count }, () => ({}));
  let offset = 0;
  for (const header of encoded.arrays) {
    const Floats = FLOATS[header.type];
    const length = header.size * Floats.BYTES_PER_ELEMENT;
    const bytes = unshuffle(payload.subarray(offset, offset + length), Floats.BYTES_PER_ELEMENT);
    if (header.differences) sumFrames(new Uint32Array(bytes), header.shape, encoded.count);
    const flat = new Floats(bytes);
    offset += length;
    let start = 0;
    states.forEach((state, k) => {
      const shape = header.shape ?? header.shapes[k];
      state[header.name] = { shape, data: flat.subarray(start, start + sizeOf(shape)) };
      start += sizeOf(shape);
    });
  }
  return states;
}

const rowsOf = ({ shape, data }) =>
  Array.from({ length: shape[0] }, (_, row) => data.subarray(row * shape[1], (row + 1) * shape[1]));

// One entry along the leading axis, as an array of its own.
function entryOf({ shape, data }, k) {
  const size = data.length / shape[0];
  return { shape: shape.slice(1), data: data.subarray(k * size, (k + 1) * size) };
}

// The columns of a table: of an array with several axes one for each entry along the leading ones, name[3] or name[3][0].
function columnsOf(name, array) {
  if (array.shape.length < 2) return [[name, array.data]];
  return Array.from({ length: array.shape[0] }, (_, k) => columnsOf(`${name}[${k}]`, entryOf(array, k))).flat();
}

// The arrays of a state as comma-separated values.
function csv(arrays) {
  const columns = Object.entries(arrays).flatMap(([name, array]) => columnsOf(name, array));
  const length = Math.max(...columns.map(([, values]) => values.length));
  const lines = [columns.map(([name]) => name).join(",")];
  for (let k = 0; k < length; k++) lines.push(columns.map(([, values]) => (k < values.length ? values[k] : "")).join(","));
  return lines.join("\n") + "\n";
}
