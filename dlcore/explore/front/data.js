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

// Inverse of encode() in encoding.py: a list with one {name: {shape, data}} per state.
async function decode(encoded) {
  const payload = await inflate(encoded.payload);
  const states = Array.from({ length: encoded.count }, () => ({}));
  let offset = 0;
  for (const header of encoded.arrays) {
    const Floats = FLOATS[header.type];
    const length = header.size * Floats.BYTES_PER_ELEMENT;
    const flat = new Floats(unshuffle(payload.subarray(offset, offset + length), Floats.BYTES_PER_ELEMENT));
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

// The arrays of a state as comma-separated values: one column a name, or one a row of a matrix.
function csv(arrays) {
  const columns = [];
  for (const [name, array] of Object.entries(arrays)) {
    if (array.shape.length === 2) rowsOf(array).forEach((row, k) => columns.push([`${name}[${k}]`, row]));
    else columns.push([name, array.data]);
  }
  const length = Math.max(...columns.map(([, values]) => values.length));
  const lines = [columns.map(([name]) => name).join(",")];
  for (let k = 0; k < length; k++) lines.push(columns.map(([, values]) => (k < values.length ? values[k] : "")).join(","));
  return lines.join("\n") + "\n";
}
