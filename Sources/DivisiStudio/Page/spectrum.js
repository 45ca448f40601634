// What sounds, behind the notes: how loud each semitone is.

const lowest = 21;
const count = 88;
/// More columns than that nobody sees.
const mostColumns = 1600;

export class Spectrum {
  /// `levels` has a byte for each semitone from A0 on, column by column, `hopSeconds` apart.
  constructor(levels, hopSeconds) {
    this.levels = levels;
    this.hopSeconds = hopSeconds;
    this.columnCount = Math.floor(levels.length / count);
    this.canvas = document.createElement("canvas");
    // Quiet recordings are seen as well as loud ones.
    let loudest = 1;
    for (let index = 0; index < levels.length; index += 7) loudest = Math.max(loudest, levels[index]);
    this.loudest = loudest;
    this.softest = Math.max(0, loudest - 150);
  }

  /// Draws a stretch of time, and pitches from `low` to `high`, over all of a canvas.
  draw(context, width, height, view, low, high, colour) {
    if (this.columnCount === 0) return;
    const first = Math.max(0, Math.floor(view.from / this.hopSeconds));
    const end = Math.min(this.columnCount, Math.ceil(view.to / this.hopSeconds) + 1);
    const stride = Math.max(1, Math.ceil((end - first) / mostColumns));
    const columns = Math.ceil((end - first) / stride);
    const [red, green, blue] = parsed(colour);
    if (columns < 1) return;
    this.canvas.width = columns;
    this.canvas.height = count;
    const pen = this.canvas.getContext("2d");
    const image = pen.createImageData(columns, count);
    for (let column = 0; column < columns; column += 1) {
      for (let pitch = 0; pitch < count; pitch += 1) {
        const level = this.levels[(first + column * stride) * count + pitch];
        const share = Math.max(0, (level - this.softest) / (this.loudest - this.softest));
        image.data.set([red, green, blue, 130 * share * share], 4 * ((count - 1 - pitch) * columns + column));
      }
    }
    pen.putImageData(image, 0, 0);
    const size = height / (high - low + 1);
    const left = view.x((first - 0.5) * this.hopSeconds, width);
    const right = view.x((first - 0.5 + columns * stride) * this.hopSeconds, width);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.canvas, left, (high - (lowest + count - 1)) * size, right - left, count * size);
  }
}

/// Red, green and blue of a colour such as #1d2125.
function parsed(colour) {
  const number = parseInt(colour.slice(1), 16) || 0;
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}
