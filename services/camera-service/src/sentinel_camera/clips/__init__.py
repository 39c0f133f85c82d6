"""Video that is kept: the last seconds of each camera, clips cut out of them, recordings."""
