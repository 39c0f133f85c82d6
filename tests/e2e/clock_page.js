// Reads the clock of a test card off the video that a page shows, frame by frame; the places and
// the checksum are those of sentinel_sim.test_card.clock_bars.
() => {
  const [ROWS, COLUMNS, WIDTH, HEIGHT] = [2, 20, 320, 192];
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT / 6);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const shares = [];
  window.__clockFrames = shares;

  const check = (bytes) => {
    let sum = 0xa5;
    for (const byte of bytes) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x80 ? (sum << 1) ^ 0x07 : sum << 1) & 0xff;
    }
    return sum;
  };

  const read = (video) => {
    const { videoWidth, videoHeight } = video;
    context.drawImage(video, 0, 0, videoWidth, videoHeight / 6, 0, 0, WIDTH, HEIGHT / 6);
    const { data } = context.getImageData(0, 0, WIDTH, HEIGHT / 6);
    const bytes = new Uint8Array(5);
    for (let place = 0; place < ROWS * COLUMNS; place += 1) {
      const x = Math.floor(((place % COLUMNS) + 0.5) * (WIDTH / COLUMNS));
      const y = Math.floor((Math.floor(place / COLUMNS) + 0.5) * (HEIGHT / 12));
      const level = data[4 * (y * WIDTH + x) + 1];
      if (Math.abs(level - 128) < 24) return null;
      if (level > 128) bytes[place >> 3] |= 0x80 >> (place & 7);
    }
    if (check(bytes.subarray(0, 4)) !== bytes[4]) return null;
    return new DataView(bytes.buffer).getUint32(0);
  };

  const watch = (video) => {
    const shown = () => {
      video.requestVideoFrameCallback(shown);
      const [atMs, utcMs] = [performance.now(), performance.timeOrigin + performance.now()];
      shares.push({ atMs, utcMs, clockMs: read(video) });
      if (shares.length > 1000) shares.shift();
    };
    video.requestVideoFrameCallback(shown);
  };
  const watched = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('video')) {
      if (!watched.has(video)) watch(video);
      watched.add(video);
    }
  }, 50);
}
