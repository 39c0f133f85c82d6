/** The library without subtitles, extra sound and DRM; its package types the whole one only. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
